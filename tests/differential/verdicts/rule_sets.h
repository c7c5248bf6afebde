#pragma once
// Random iptables rule sets about one service (port 53, seen from 10.0.0.0/31 and 192.0.2.0/31): chains, states, marks, NOTRACK, conditions that
// cannot be decided. Used by tests that compare what is said of them with a slow, obvious reference.

#include <cstdlib>
#include <random>
#include <string>
#include <vector>

namespace wallcheck {

inline unsigned setting(const char* name, unsigned usual) {
  const char* const text = std::getenv(name);
  return text == nullptr ? usual : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  unsigned below(unsigned n) { return static_cast<unsigned>(engine_() % n); }
  std::mt19937& engine() { return engine_; }
  bool chance(unsigned percent) { return below(100) < percent; }
  template <class T>
  const T& one_of(const std::vector<T>& values) {
    return values[below(static_cast<unsigned>(values.size()))];
  }

 private:
  std::mt19937 engine_;
};

inline const std::vector<std::string> client_nets{"10.0.0.0", "10.0.0.1", "10.0.0.0/31", "10.0.0.0/8"};
inline const std::vector<std::string> server_nets{"192.0.2.0", "192.0.2.1", "192.0.2.0/31", "192.0.2.0/24"};

/// One rule of a chain that both OUTPUT (client to server) and INPUT (the other way) may run.
inline std::string rule(Random& random, const std::string& chain, const std::vector<std::string>& targets) {
  std::string text = "-A " + chain;
  const auto negation = [&] { return std::string(random.chance(20) ? " !" : ""); };
  if (random.chance(25)) text += negation() + " -s " + (random.chance(50) ? random.one_of(client_nets) : random.one_of(server_nets));
  if (random.chance(35)) text += negation() + " -d " + (random.chance(50) ? random.one_of(client_nets) : random.one_of(server_nets));
  if (random.chance(15)) {
    const bool in = chain == "INPUT" || chain == "PREROUTING" || (chain != "OUTPUT" && random.chance(50));
    text += negation() + (in ? " -i " : " -o ") + random.one_of<std::string>({"eth0", "eth1", "eth+", "lo"});
  }
  if (random.chance(60)) {
    text += " -p tcp";
    if (random.chance(60)) text += negation() + " --dport " + random.one_of<std::string>({"53", "54", "53:54", "1024", "1025:65535", "1024:65535"});
    if (random.chance(20)) text += negation() + " --sport " + random.one_of<std::string>({"53", "54", "53:54", "1024", "1025", "1024:65535"});
    if (random.chance(15)) text += negation() + " --syn";
    else
      if (random.chance(10)) text += " --tcp-flags PSH,ACK PSH,ACK";
  }
  if (random.chance(35))
    text += " -m conntrack" + negation() + " --ctstate " + random.one_of<std::string>({"NEW", "ESTABLISHED", "RELATED,ESTABLISHED", "NEW,ESTABLISHED", "INVALID", "UNTRACKED"});
  if (random.chance(12)) text += random.one_of<std::string>({" -m limit --limit 5/min", " -m limit --limit 9/hour"});
  return text + " -j " + random.one_of(targets) + "\n";
}

inline std::string rule_set(Random& random) {
  std::string text;
  if (random.chance(15)) {
    text += "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n";
    if (random.chance(70)) text += "-A OUTPUT -p tcp" + std::string(random.chance(50) ? " --dport 53" : "") + " -j NOTRACK\n";
    if (random.chance(50)) text += "-A PREROUTING -p tcp" + std::string(random.chance(50) ? " --sport 53" : "") + " -j NOTRACK\n";
    text += "COMMIT\n";
  }
  if (random.chance(15))
    text += "*mangle\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n" + rule(random, random.chance(50) ? "OUTPUT" : "PREROUTING", {"MARK --set-mark 1"}) +
            "COMMIT\n";
  const auto policy = [&] { return random.one_of<std::string>({"ACCEPT", "DROP", "DROP"}); };
  text += "*filter\n:INPUT " + policy() + " [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT " + policy() + " [0:0]\n:a - [0:0]\n:b - [0:0]\n";
  if (random.chance(70)) text += "-A INPUT -m state --state ESTABLISHED -j ACCEPT\n";
  if (random.chance(40)) text += "-A OUTPUT -m state --state ESTABLISHED -j ACCEPT\n";
  if (random.chance(20)) text += "-A OUTPUT -m mark --mark 1 -j " + random.one_of<std::string>({"ACCEPT", "DROP"}) + "\n";
  for (unsigned i = random.below(5) + 1; i > 0; --i) text += rule(random, "OUTPUT", {"ACCEPT", "ACCEPT", "DROP", "REJECT", "RETURN", "a", "b", "LOG", "NFQUEUE"});
  for (unsigned i = random.below(4); i > 0; --i) text += rule(random, "INPUT", {"ACCEPT", "ACCEPT", "DROP", "RETURN", "a", "b"});
  for (unsigned i = random.below(3); i > 0; --i) text += rule(random, "a", {"ACCEPT", "DROP", "RETURN", "b"});
  for (unsigned i = random.below(3); i > 0; --i) text += rule(random, "b", {"ACCEPT", "DROP", "RETURN"});
  return text + "COMMIT\n";
}

}  // namespace wallcheck
