#pragma once
// pf: what a rule asks of a packet, as matches of the common IR.

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "frontend/pf/ruleset.h"
#include "ir/firewall.h"

namespace wallcheck::frontend::pf {

/// Builds the matches of single rules. Equal undecided conditions are one Opaque; those that may answer differently each time (limits,
/// probability) are one each.
class Conditions {
 public:
  Conditions(const Ruleset& rules, const Options& options, ir::Firewall& firewall) : rules_(rules), options_(options), firewall_(firewall) {}

  /// All matches of a rule in the list of one direction. `coverage` becomes worse where something is not exact.
  std::vector<ir::Match> of(const Single& single, bool in, Span where, ir::Coverage& coverage);
  /// One address condition.
  void host(const Host& host, bool source, Span where, std::vector<ir::Match>& matches, ir::Coverage& coverage);
  /// Only the interface: of `set skip` and of rules.
  void interface(const Interface& interface, ir::Field field, Span where, std::vector<ir::Match>& matches, ir::Coverage& coverage);
  /// The id of a tag's name.
  std::uint16_t tag(std::string_view name);
  /// Addresses that a translation may lead to; nothing: not known. `local`: they are this host's.
  std::optional<std::vector<ir::Range>> targets(const Pool& pool, std::optional<Family> family, bool& local);
  /// FreeBSD: rdr has been before; where an `in` packet goes to need not be this host any more.
  void after_translation(bool yes) { after_translation_ = yes; }
  ir::Match opaque(const std::string& text, std::string_view reason, Span where, bool shared = true);

 private:
  void family(std::optional<Family> family, std::vector<ir::Match>& matches);
  void port(const Port& port, ir::Field field, std::vector<ir::Match>& matches);
  void flags(const Single& single, std::vector<ir::Match>& matches);
  std::vector<ir::Range> members(const Table& table, bool& complete);
  const std::vector<ir::Range>* known_addresses(const std::string& name, bool& complete);

  const Ruleset& rules_;
  const Options& options_;
  ir::Firewall& firewall_;
  bool after_translation_ = false;
  std::unordered_map<std::string, ir::OpaqueId> opaques_;
  std::unordered_map<std::string, std::uint16_t> tags_;
  struct Known {
    std::vector<ir::Range> ranges;
    bool complete = true;
    bool present = false;
  };
  std::unordered_map<std::string, Known> tables_, addresses_;
};

/// The last entry that covers an address decides whether it is a member, the longest prefix being the last: pf's tables.
std::vector<ir::Range> table_ranges(const std::vector<Host>& members, bool& complete);

}  // namespace wallcheck::frontend::pf
