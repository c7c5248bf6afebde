#pragma once
// What rules of Azure and GCP have to permit, which name both ends and several ports (fix/grants.h is about rules that name one end and one
// range); and what writers of JSON with numbers in it share: the place of a rule, its number, its name.

#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "fix/json_edit.h"
#include "fix/writer.h"

namespace wallcheck::fix {

/// Packets of one protocol in one direction: services that one rule can let through where a rule takes several ports.
struct Opening {
  bool egress = false;                     ///< of the list that refuses them
  std::uint8_t protocol = 0;
  std::vector<ir::Range> source_ports;     ///< empty: any, or the protocol has none
  std::vector<ir::Range> destination_ports;
  check::End source, destination;
};

/// The openings that the need comes to. Later packets of a connection need none of their own beside its first one.
std::vector<Opening> openings_of(const Need& need);

/// Families that both ends have addresses of.
std::vector<Family> families_of(const Opening& opening);

/// The networks of an end, those of one family.
std::vector<std::string> networks_of(const check::End& end, Family family);

/// "3011", "8000-8099".
std::string port_words(const ir::Range& ports);

/// What decides, as an object of the file: from the root inward, the last one is the innermost. Empty: the file shows nothing there.
std::vector<JsonText::Value> around_what_decides(const Need& need, const JsonText& json);
/// An element of the list, or, where the list is missing, another text beside `like`, which the file consists of: one text becomes a list.
std::vector<Edit> added(const JsonText& json, JsonText::Value list, JsonText::Value like, std::span<const Json> elements);
/// The number by which a rule comes before others: of the innermost object around a place that has one under one of these keys.
std::optional<std::int64_t> number_at(const JsonText& json, Span where, std::initializer_list<std::string_view> keys);
/// The numbers of the rules of the list that decides, as far as they stand there, and whether the rule accepts.
std::map<std::int64_t, bool> numbers_of(const Need& need, const JsonText& json, std::initializer_list<std::string_view> keys);

/// The number for a rule that has to come before number `decides`: free, not below `lowest`, a multiple of `step` (a power of ten) where there is room,
/// else of a tenth of it, and before other rules only if they accept, so that what is refused stays refused. nullopt: there is none.
std::optional<std::int64_t> number_before(const std::map<std::int64_t, bool>& used, std::int64_t decides, std::int64_t lowest, std::int64_t step);

/// A name of letters, digits and hyphens that nothing has yet: "allow-monitoring", "allow-monitoring-2". At most `longest` bytes.
std::string new_name(const std::set<std::string, std::less<>>& used, std::string_view wanted, std::size_t longest);

}  // namespace wallcheck::fix
