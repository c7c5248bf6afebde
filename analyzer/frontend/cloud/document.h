#pragma once
// cloud: one JSON file being read. What all decoders need: a place for problems, values of JSON as numbers and networks, the groups found so far.

#include <deque>
#include <initializer_list>
#include <map>
#include <optional>
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
  std::vector<std::string> groups;
  std::string through;  ///< "instance i-12": for people
};

/// Members of a named set. Where `complete` is false there may be more of them.
struct Members {
  std::vector<ir::Range> addresses;
  bool complete = true;
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

  /// Numbers, also written as strings ("22", as CloudFormation does it). nullopt and no problem: neither; the caller says so.
  static std::optional<std::int64_t> number(json::Value value);

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
  /// Text that people wrote about a group or a permission: may speak to wallcheck.
  void description(json::Value text);

  Group& add_group(ir::Format format, std::string_view id, std::string_view name, Span where);

 private:
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
