#pragma once
// Random pf.conf texts: quick, last match, anchors, tags, tables, lists, negation, translation and states, in both dialects. Used by tests that
// compare what is said of them with a slow, obvious reference.

#include <initializer_list>
#include <random>
#include <string>

#include <fmt/format.h>

namespace wallcheck::differential {

/// Texts that pf takes. Undecided conditions are few, since each doubles the world.
class PfWriter {
 public:
  /// `blocks`: what no other rule is about is blocked; as pf does by itself, it passes otherwise.
  PfWriter(std::mt19937& random, bool freebsd, bool blocks = false) : random_(random), freebsd_(freebsd), blocks_(blocks) {}

  std::string file() {
    std::string text;
    if (one_in(3)) text += "set skip on " + any({"lo", "em1", "{ lo0 em1 }"}) + "\n";
    if (one_in(3)) text += "set block-policy return\n";
    text += "table <a> const { 10.0.0.0/30 !10.0.0.2 }\ntable <b> { 10.0.0.1 }\n";
    if (one_in(3)) text += "table <open> persist\n", open_ = true;
    if (one_in(2)) text += "web = \"proto tcp to port\"\n", macro_ = true;
    if (freebsd_) {
      for (int n = below(3); n > 0; --n) text += translation();
      if (text.find("nat ") == std::string::npos) text += "no nat on em9\n";
    }
    if (blocks_) text += "block all\n";
    for (int n = 2 + below(7); n > 0; --n) text += rule(0);
    return text;
  }

 private:
  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
  bool one_in(int n) { return below(n) == 0; }
  std::string any(std::initializer_list<const char*> words) { return words.begin()[below(static_cast<int>(words.size()))]; }
  std::string maybe(int n, const std::string& text) { return one_in(n) ? text : ""; }

  std::string host() {
    std::string text = any({"10.0.0.1", "10.0.0.2", "10.0.0.0/30", "10.0.0.0/31", "<a>", "<b>", "self", "192.0.2.1", "10.0.0.1 - 10.0.0.2"});
    if (open_ && one_in(8)) text = "<open>";
    if (one_in(12)) return any({"{ 10.0.0.1 10.0.0.2 }", "{ <a> 192.0.2.1 }", "{ !10.0.0.1 10.0.0.2 }"});
    return maybe(5, "! ") + text;
  }
  std::string port() { return any({"22", "80", "{ 22 80 }", "> 22", "!= 80", "22:80", "22 >< 81", "22 <> 80"}); }
  std::string interface() { return any({"em0", "em1", "! em0", "{ em0 em1 }", "em"}); }
  std::string to_address() { return any({"10.0.0.1", "10.0.0.2", "192.0.2.1", "10.0.0.0/31"}); }

  std::string translation() {
    const std::string kind = any({"nat", "rdr", "rdr", "binat"});
    if (kind == "binat") return fmt::format("binat on {} from {} to any -> {}\n", any({"em0", "em1"}), any({"10.0.0.1", "10.0.0.2"}), "192.0.2.1");
    const bool no = one_in(4);
    std::string text = (no ? "no " : "") + kind;
    if (!no && one_in(3)) text += " pass";
    text += " on " + interface() + " inet";
    const bool ports = one_in(2);
    if (ports) text += " proto tcp";
    text += " from " + any({"any", "10.0.0.1", "<a>"}) + " to " + any({"any", "10.0.0.1", "192.0.2.1"});
    if (ports) text += " port " + any({"22", "80"});
    if (!no) text += maybe(4, " tag T");
    if (!no) text += " -> " + to_address() + (kind == "rdr" && ports ? maybe(2, " port 80") : "");
    return text + "\n";
  }

  std::string rule(int depth) {
    if (depth < 2 && one_in(6)) {
      std::string text = "anchor \"" + fmt::format("x{}", ++anchors_) + "\"" + maybe(3, " in") + maybe(4, " quick") + maybe(3, " on " + interface()) + maybe(3, " inet from " + host()) +
                         maybe(5, " tagged T") + " {\n";
      for (int n = below(4); n > 0; --n) text += rule(depth + 1);
      return text + "}\n";
    }
    if (one_in(25)) return "anchor \"runtime/*\"" + maybe(2, " on em0") + "\n";
    if (macro_ && one_in(10)) return "pass in $web 22\n";
    if (!freebsd_ && one_in(10))
      return fmt::format("{} {} on {} inet {}{} {}\n", any({"match", "pass"}), "out", any({"em0", "em1"}), maybe(2, "from " + host() + " "), "nat-to", to_address());
    // Not a match rule and another one: symbolic takes a packet that is translated away and back again for moved, trace does not.
    if (!freebsd_ && one_in(8) && redirection_ != "match") {
      redirection_ = redirection_.empty() ? any({"match", "pass"}) : "pass";
      return fmt::format("{} in on {} inet proto tcp to {} port {} rdr-to {}{}\n", redirection_, any({"em0", "em1"}), any({"any", "10.0.0.1", "self"}), any({"22", "80"}),
                         to_address(), maybe(2, " port 80"));
    }
    const std::string action = any({"pass", "pass", "block", "block", "match"});
    if (freebsd_ && action == "match") return "block out tagged T\n";
    std::string text = action + maybe(2, any({" in", " out"})) + maybe(4, " quick") + maybe(2, " on " + interface());
    text += maybe(3, " inet");
    const std::string protocol = any({"", "", " proto tcp", " proto udp", " proto { tcp udp }"});
    text += protocol;
    text += maybe(3, " from " + host()) + maybe(3, " to " + host() + (protocol.empty() ? "" : maybe(2, " port " + port())));
    if (action == "pass") text += maybe(5, " no state");
    if (action != "block" && (protocol.empty() || protocol == " proto tcp")) text += maybe(8, any({" flags any", " flags S/S"}));
    text += maybe(6, any({" tag T", " tag U"})) + maybe(6, any({" tagged T", " ! tagged T", " tagged U"}));
    if (!freebsd_) text += maybe(12, any({" received-on em0", " ! received-on em0"}));
    if (one_in(20)) text += " probability 50%";
    return text + "\n";
  }

  std::mt19937& random_;
  bool freebsd_, blocks_, open_ = false, macro_ = false;
  int anchors_ = 0;
  std::string redirection_;
};

}  // namespace wallcheck::differential
