#pragma once
// Firewalls of one file that say the same about a service share the answer.
//
// An account has thousands of security groups, and of a documented flow most say nothing, or all the same. What a group says of a service
// is its rules that can hold for a packet of it, in either direction, and how its lists end; two groups of which these are the same,
// places in the file apart, get the same verdict from rules in the same order. So the answer is worked out once, and for each further group its
// rules are found in the file, and its packet is followed through that group's own rules.

#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "check/conversation.h"
#include "check/verdict.h"
#include "ir/firewall.h"

namespace wallcheck::check {

/// Answers about the firewalls of one file, asked for one site of one pack. Not thread-safe.
class Alike {
 public:
  /// What `ask` gives, or gave for a firewall that is alike. Where firewalls cannot be compared (effects, conditions other than values, jumps,
  /// more rules than `few_rules`), and where the answer rests on assumptions, it is asked each time. Throws what `ask` throws, and
  /// Contradiction where the packet of a shared answer does not fare as the answer says.
  ServiceResult answer(const ir::Firewall& firewall, const Sources& sources, const Conversation& conversation, const std::string& question,
                       std::size_t few_rules, const std::function<ServiceResult()>& ask);

  /// How many answers were not asked for.
  std::size_t shared() const { return shared_; }

 private:
  struct Known {
    ServiceResult result;
    std::vector<ir::RuleId> rules;  ///< of the firewall that was asked: those that can hold, by number
  };
  std::unordered_map<std::string, Known> known_;
  std::size_t shared_ = 0;
};

}  // namespace wallcheck::check
