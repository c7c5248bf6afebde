#pragma once
// cloud: one JSON file being read. What all decoders need: a place for problems, values of JSON as numbers and networks, the groups found so far.

#include <deque>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/cloud/model.h"
#include "frontend/diagnostics.h"
#include "frontend/frontend.h"
#include "frontend/json/tree.h"

namespace wallcheck::frontend::cloud {

/// Groups on one interface, by id: they become one firewall.
struct Attachment {
  std::vector<std::string> groups;  ///< also ones that are not in the file
  std::string through;  ///< "instance i-12": for people
};

/// Members of a named set. Where `complete` is false there may be more of them.
struct Members {
  std::vector<ir::Range> addresses;
  bool complete = true;
};

/// A number or a word of a rule: as it stands in the file, or computed from what the file says (a parameter's default).
struct Scalar {
  json::Value at;                               ///< where it is said; null or missing: it is not
  std::optional<std::string_view> text = {};    ///< "22", "tcp"; none: something else than a number or a string, or not known
  std::string_view reason = {};                 ///< why it is not known
  std::string_view key = {};                    ///< its name, where `at` is more than itself

  explicit operator bool() const { return static_cast<bool>(at); }
  bool is_unknown() const { return !reason.empty(); }
  std::optional<std::int64_t> number() const;
};
Scalar scalar(json::Value value);

/// The members of a rule, and which of them are not known yet (a Terraform plan's `after_unknown`; missing elsewhere).
struct Fields {
  json::Value at;
  json::Value unknown = {};

  /// Not said at all is a missing scalar; not known is a scalar with a reason.
  Scalar operator[](std::string_view key) const;
  bool is_unknown(std::string_view key) const { return unknown[key].truth(); }
};

class Document {
 public:
  Document(const Options& how, Diagnostics& said, std::vector<Directive>& found) : options(how), diagnostics(said), directives(found) {}

  const Options& options;
  Diagnostics& diagnostics;
  std::vector<Directive>& directives;
  std::deque<Group> groups;              ///< in file order; addresses stay valid
  std::vector<Attachment> attachments;
  std::map<std::string, Members, std::less<>> sets;  ///< who is in a named set, as far as this file and its side files say
  std::set<std::string, std::less<>> chosen_targets;  ///< names of Options::groups that are no groups but targets of rules
  bool incomplete = false;
  bool any_format = false;               ///< side files: Options::format is not about them

  /// A text that lives as long as the document.
  std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }

  /// Something was not understood: the file is only partly analysed.
  void problem(const char* code, Span where, std::string message, std::string expected = {});
  /// A format trap (WC4xx).
  void trap(const char* code, Span where, std::string message, Severity severity = Severity::warning, std::vector<Label> related = {});
  /// `value` is not what it should be; the permission stays, as one that may hold for any packet.
  void unreadable(Permission& permission, json::Value value, std::string message, std::string expected);
  /// A condition of the permission that the file does not decide; nothing is wrong with it.
  void undecided(Permission& permission, json::Value value, std::string_view reason);

  /// The same for a scalar: undecided where its value is not known, else unreadable.
  void no_value(Permission& permission, const Scalar& scalar, std::string message, std::string expected);

  /// A network in a permission: host bits that are set are a trap, what is no network is a problem.
  void network(Permission& permission, Peer& peer, json::Value value);
  /// The same for a text from elsewhere than `value` itself.
  void network(Permission& permission, Peer& peer, std::string_view text, json::Value value);
  /// A part of a peer that is not understood: somebody, nobody knows who.
  void unreadable(Permission& permission, Peer& peer, json::Value value, std::string message, std::string expected);

  /// Protocol by name or number; -1, "all", "any" and "*" are every protocol and leave the list empty.
  /// False: not understood (a problem was noted).
  bool protocol(Permission& permission, std::string_view text, json::Value value);
  /// Ports from..to. Both must be 0..65535 and in order.
  void ports(Permission& permission, std::vector<ir::Range>& ports, std::optional<std::int64_t> from, std::optional<std::int64_t> to, json::Value value);
  /// ICMP type and code; -1 or nothing is any.
  void icmp(Permission& permission, std::optional<std::int64_t> type, std::optional<std::int64_t> code, json::Value value);

  /// A key of a permission that no decoder knows could restrict it: then the permission depends on it.
  void known_keys(Permission& permission, json::Value object, std::initializer_list<std::string_view> known);
  /// A word that allows or denies.
  void effect(Permission& permission, const Scalar& word, json::Value rule);
  /// A word for a direction. What is not understood is read as ingress; the copy for egress that the answer false asks for is the caller's.
  bool direction(Permission& permission, const Scalar& word, std::string_view in, std::string_view out, json::Value rule);

  /// Text that people wrote about a group or a permission: may speak to wallcheck.
  void description(json::Value text, Span about = {});

  Group& add_group(ir::Format format, std::string_view id, std::string_view name, Span where);
  /// By id, within a format; nullptr: there is none.
  Group* find_group(ir::Format format, std::string_view id);

 private:
  std::map<std::pair<ir::Format, std::string_view>, Group*> groups_by_id_;
  std::deque<std::string> kept_;
};

/// The addresses of one family.
std::span<const ir::Range> all_of(Family family);
/// A prefix as ranges of its own family: what is written as IPv6 holds no IPv4-mapped addresses, which are not on the wire.
/// nullopt: no prefix. `host_bits` tells whether bits behind the prefix are set.
std::optional<std::vector<ir::Range>> parse_network(std::string_view text, bool* host_bits = nullptr);

bool is_icmp(const Permission& permission);
bool has_ports(const Permission& permission);

/// "22", "8000-8099", "80": a port or a range of ports with '-' or ':'. nullopt: neither.
std::optional<ir::Range> port_range(std::string_view text);

/// ASCII case does not count.
bool same_word(std::string_view a, std::string_view b);

}  // namespace wallcheck::frontend::cloud
