#pragma once
// One list of rules, written in every format that wallcheck reads.

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace wallcheck::differential {

/// A rule in the words that all formats have. Everything that no rule permits is denied, in both directions.
struct IntentRule {
  bool egress = false;
  bool deny = false;        ///< formats with an order only; the others leave the rule out
  bool ipv6 = false;
  std::string network;      ///< of the other end, of this family; empty: the group `group`
  std::string group;
  std::uint8_t protocol = 0;  ///< 0 (any), 1, 6, 17
  std::uint16_t from = 0, to = 65535;  ///< tcp, udp: destination ports
};
using Intent = std::vector<IntentRule>;

/// Who writes an intent, and under which file name in fixtures/pairs.
struct Writer {
  std::string_view file;
  std::string (*write)(const Intent&);
  bool ordered = false;     ///< has deny rules
};
/// All formats; iptables and ip6tables write the rules of their family.
const std::vector<Writer>& writers();

/// Rules with networks only, at least one of them egress.
Intent random_intent(std::mt19937& random);
/// With groups and deny rules.
Intent random_rich_intent(std::mt19937& random);

}  // namespace wallcheck::differential
