#pragma once
// How a change is written in a file's own syntax and style: one writer a format family, one file each; a row of writers() each.
//
// A writer only proposes. The engine (fix/fix.h) applies each candidate to a copy, reads it again, evaluates it again, and offers it
// only if the flow then passes and nothing else changed; so a writer may guess, and never has to be sure.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/edit.h"
#include "check/conversation.h"
#include "ir/firewall.h"
#include "policy/policy.h"

namespace wallcheck::fix {

/// One leg of one service that does not pass, and what decides against it.
struct Blocked {
  check::Conversation conversation;   ///< who opens, who answers, interfaces, path: `box(leg)` is what has to pass
  check::Leg leg = check::Leg::open;
  std::optional<ir::RuleId> rule;     ///< the first rule that decides against a packet of it; none: the list's default does
  ir::ListId list = 0;                ///< the list whose rule or default decides
  std::optional<ir::RuleId> returned = {};  ///< the default decides before the list's end: the rule that returns to it
  /// How a packet of it came to that list: the jumps, each with the list in which it stands, from the list itself outward.
  std::vector<std::pair<ir::ListId, ir::RuleId>> through = {};
};

/// What a change has to let through: legs of one flow that are decided against at one place (the same rule, or the same list's default).
struct Need {
  const ir::Firewall& firewall;
  const Sources& sources;             ///< [0] is the file that is changed
  const policy::Flow& flow;
  std::vector<Blocked> blocked;       ///< never empty; all of the same `rule` and `list`
  const policy::Site* site = nullptr; ///< names the interfaces that the conversations have as numbers, where they are given
  std::span<const std::string> attached = {}; ///< what the user says is attached there (frontend::Options::groups)
};

/// A proposal: edits of sources[0], sorted, and what stands beside them in the report (see check::Fix).
struct Candidate {
  std::vector<Edit> edits;
  std::string title;
  std::vector<std::string> opens;     ///< "to any address, since..." (check::Fix::opens); none, or empty: exactly what the policy names
  std::vector<std::string> commands;
  std::string snippet, address;
};

/// A format family's way of writing.
struct Writer {
  /// Candidates for letting the need through, the narrowest and most readable first. Empty: there is none, and `why_not` says why.
  std::vector<Candidate> (*permit)(const Need& need, std::string& why_not);
  /// Candidates for taking rules away (the wrong-way rules of a `reversed` flow; never none). Empty: as above.
  std::vector<Candidate> (*remove)(const ir::Firewall& firewall, const Sources& sources, std::span<const ir::RuleId> rules, std::string& why_not);
};

/// The writer of a format.
const Writer& writer_of(ir::Format format);

extern const Writer iptables_writer;  ///< writes iptables-save lines
extern const Writer pf_writer;        ///< writes pf.conf(5) rules
extern const Writer aws_writer;       ///< writes permissions of security groups
extern const Writer nacl_writer;      ///< writes entries of network ACLs
extern const Writer openstack_writer; ///< writes rules of security groups
extern const Writer azure_writer;     ///< writes rules of network security groups
extern const Writer gcp_writer;       ///< writes VPC firewall rules
extern const Writer cloudformation_writer;  ///< writes rules of groups and ACLs into templates
extern const Writer terraform_writer;       ///< writes blocks for the configuration

}  // namespace wallcheck::fix
