#pragma once
// check: is each documented flow permitted, in the right direction? Plus what is wrong with the rules themselves.
// This header is the results: plain values, all that reports need.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/edit.h"
#include "ir/firewall.h"
#include "ir/packet.h"
#include "policy/policy.h"

namespace wallcheck::check {

/// Verdicts on a flow, best first (CONTRACT: "Verdicts").
enum class FlowVerdict : std::uint8_t {
  permitted, restricted, conditional, diverted, reply_blocked, partial, reversed, blocked, not_applicable
};

/// "permitted", "reply-blocked", ... the contract's words.
std::string_view to_string(FlowVerdict verdict);
/// Severity of a verdict; nullopt for permitted and not-applicable.
std::optional<Severity> severity_of(FlowVerdict verdict);
/// "WC101" ...; empty for permitted and not-applicable.
std::string_view code_of(FlowVerdict verdict);

/// A rule (or a default) that decides, and for which packets.
struct DecidedBy {
  Span where;               ///< the rule, or the list's declaration for a default; empty at 0 where the file has neither
  bool is_default = false;  ///< no rule, but what happens when none matches
  std::string text;         ///< the rule as written, or "policy DROP of filter OUTPUT"
  std::string effect;       ///< "accept", "drop", "reject", "undecided", "diverted"
  std::string packets;      ///< "udp any:1024-65535 > any:3011"
  std::string list;         ///< "filter OUTPUT"
  std::string origin;       ///< "expanded from $web, line 3" or empty
  std::string leg;          ///< "open", "onward", "reply"
  // Of the firewall, for what is left of its places above; several rules may share a place.
  std::optional<ir::RuleId> rule = {};
  std::optional<ir::ListId> in_list = {};
};

/// A condition that the verdict turns on.
struct Assumption {
  Span where;
  std::string text;
  std::string why;
};

/// A rule that held, or the default of a list, on a packet's way.
struct TraceStep {
  std::string stage;   ///< "filter INPUT": where on the packet's path
  std::string list;    ///< the list in which the rule stands, if it is not the stage's own
  Span where = {};
  std::string text = {};    ///< the rule as written; "policy DROP of filter INPUT" for a default
  std::string effect = {};  ///< "jump to web", "accept", "mark 0x4000"
  bool is_default = false;
};

/// Witness: a packet, on its way.
struct Witness {
  ir::Packet packet;
  std::string shows;        ///< "dropped", "accepted": what trace says of it
  /// Its way, with the undecided conditions as the verdict takes them. Only where someone asked for it (Request::steps), and only
  /// where the walk of this one packet is what was compared: not where a verdict rests on what an earlier packet left behind.
  std::vector<TraceStep> steps = {};
};

struct ServiceResult {
  std::string name, protocol, ports;
  FlowVerdict verdict = FlowVerdict::blocked;
  FlowVerdict open = FlowVerdict::blocked;
  FlowVerdict onward = FlowVerdict::blocked;
  FlowVerdict reply = FlowVerdict::blocked;
  bool has_onward_and_reply = true;         ///< false for one-way services
  std::vector<DecidedBy> decided_by;        ///< what decides the worst leg; for passes: what accepts
  std::optional<Witness> witness;
  std::vector<Assumption> assumptions;
  std::vector<std::string> passes;          ///< restricted, partial: readable regions that pass
  std::vector<std::string> fails;           ///< restricted, partial: readable regions that do not
  std::vector<DecidedBy> wrong_way;         ///< reversed: the rules that name the service and accept the other direction
  std::vector<DecidedBy> also_open;         ///< the same of a service that passes as documented (WC110)
};

struct FlowResult {
  std::string id;
  int number = 0;
  std::string traffic;
  policy::FlowDirection direction = policy::FlowDirection::not_applicable;
  FlowVerdict verdict = FlowVerdict::not_applicable;
  std::string note;                         ///< not-applicable: why
  std::vector<ServiceResult> services;
};

/// A change of the file that was proved to do what it says: applied to a copy, read again, evaluated again.
struct Fix {
  std::string title;                  ///< "let monitoring (udp 3011) out", one short phrase
  std::vector<Edit> edits;            ///< of one file of the sources, sorted; edited() and unified_diff() take them
  FlowVerdict after = FlowVerdict::permitted;  ///< the flow's verdict with the change
  std::string changes;                ///< the proof: "+udp any > any:3011 out, nothing else"
  std::string opens;                  ///< what is wider than it need be, and how to narrow it ("to any address, since..."); empty: nothing is
  std::string explanation;            ///< in sentences: what is blocked, by which rule, what the change is, what it opens
  std::vector<std::string> commands;  ///< what makes the same change in the live system ("aws ec2 authorize-security-group-egress ...")
  std::string snippet;                ///< source to write by hand where the file is made from one (Terraform: HCL); then there are no edits
  std::string address;                ///< ... and the resource where it belongs
};

/// A finding: a diagnostic, maybe about a flow, maybe with fixes.
struct Finding {
  Diagnostic diagnostic;
  std::string flow = {};               ///< flow id or empty
  std::vector<Fix> fixes = {};         ///< the first one is the change to make; others are offered beside it (a rule to remove)
  std::string no_fix = {};             ///< why there is none, and what a person must decide; empty: nobody looked for one
  std::string suppressed_by = {};      ///< reason of the suppression, empty = not suppressed
  bool in_baseline = false;            ///< the suppression is an entry of the run's baseline, not a comment or a config
  std::string fingerprint = {};        ///< the same while the file around it changes (fingerprint.h)
  bool suppressed_in_file = false;     ///< the suppression stands in the file itself
};

struct Matrix;

/// Result for one site: one iptables or pf file, or one security group.
struct SiteResult {
  policy::Site site;
  std::string group, group_name;
  std::vector<FlowResult> flows;
  std::vector<Finding> findings;
  ir::CoverageCounts coverage;
  std::shared_ptr<const Matrix> matrix;  ///< who may open which service (check/matrix.h); null: nobody asked
};

enum class Status : std::uint8_t { analysed, partly_analysed, failed };
std::string_view to_string(Status status);

/// One input with all its sites.
struct FileResult {
  std::string path;               ///< as the user named it; "-" is stdin (or --stdin-filename)
  std::string format;             ///< ir::to_string(Format), empty if not known
  Status status = Status::analysed;
  Sources sources;
  std::vector<SiteResult> sites;  ///< at least one, also for `failed` files (with the input findings)
};

}  // namespace wallcheck::check
