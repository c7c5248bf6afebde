#pragma once
// Firewalls of one file that say the same about a service share the answer.
//
// An account has thousands of security groups, and of a documented flow most say nothing, or all the same. What a group says of a service
// is its rules that can hold for a packet of it, in either direction, and how its lists end; two groups of which these are the same,
// places in the file apart, get the same verdict from rules in the same order. So the answer is worked out once, and for each further group its
// rules are found in the file, and its packet is followed through that group's own rules.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "check/conversation.h"
#include "check/verdict.h"
#include "ir/firewall.h"

namespace wallcheck::check {

/// Answers about the firewalls of one file, asked for one site of one pack. Not thread-safe.
class Alike {
 public:
  /// Can the firewall be compared with others? Not one with effects, conditions on interfaces, more rules than `few_rules`, or of other
  /// families than the first that could. Of those that can, what is asked about a service is the same. Answers are about the one taken last.
  bool takes(const ir::Firewall& firewall, std::size_t few_rules);

  /// What `make` gives for the service of a flow, made once. The reference holds as long as this.
  const Asked& asked(const policy::Service& service, const std::function<Asked()>& make);

  /// About a firewall that can be compared, what `ask` gives, or gave for a firewall that is alike; `asked` has a conversation. Where rules
  /// do something else than to decide by values, and where the answer rests on assumptions, it is asked each time. Throws what `ask`
  /// throws, and Contradiction where the packet of a shared answer does not fare as the answer says.
  ServiceResult answer(const ir::Firewall& firewall, const Sources& sources, const policy::Service& service, const std::function<ServiceResult()>& ask);

  /// How many answers were not asked for.
  std::size_t shared() const { return shared_; }

 private:
  /// Packets that a rule has to be able to hold for, to have a say.
  struct Boxes {
    evaluate::Box open, onward, reply, against, against_at_any_port;  ///< against: opened from the other end
  };
  struct Service {
    Asked asked;
    Boxes boxes;
    std::size_t question = 0;  ///< the number of its text
  };
  struct Known {
    ServiceResult result;           ///< without places
    std::vector<ir::RuleId> rules;  ///< of the firewall that was asked: those that can hold, by number
  };
  static std::size_t number_of(std::map<std::string, std::size_t>& texts, const std::string& text);
  ServiceResult find_or_ask(const ir::Firewall& firewall, const Sources& sources, const Service& service, const std::function<ServiceResult()>& ask);
  static std::vector<ir::RuleId> concerned(const ir::Firewall& firewall, const Conversation& conversation, const Boxes& boxes);

  std::optional<std::pair<bool, bool>> families_;  ///< IPv4 and IPv6, of the first firewall
  std::map<std::string, std::size_t> shapes_, questions_;
  std::vector<std::size_t> askers_;  ///< by question: services of the pack for which it is asked
  std::size_t shape_ = 0;            ///< of the firewall that was taken last, like what follows
  std::unordered_map<std::size_t, ServiceResult> given_;  ///< by question, where several services ask it
  std::unordered_map<const policy::Service*, Service> services_;
  std::unordered_map<std::string, Known> known_;
  std::size_t shared_ = 0;
};

}  // namespace wallcheck::check
