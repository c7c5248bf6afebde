#include "report/policy.h"

#include <algorithm>

#include <fmt/format.h>

#include "report/json_values.h"
#include "report/terminal_text.h"

namespace wallcheck::report {

namespace {

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  return fmt::format("{}", fmt::join(words, between));
}

Json to_json(const policy::Service& service) {
  Json object = Json::object();
  object["name"] = service.name;
  object["protocol"] = service.protocol_name;
  if (!service.ports_text.empty()) object["ports"] = service.ports_text;
  if (!service.source_ports_text.empty()) object["source_ports"] = service.source_ports_text;
  if (service.one_way) object["one_way"] = true;
  return object;
}

std::string_view to_string(policy::Require require) { return require == policy::Require::all ? "all" : "any"; }

}  // namespace

std::vector<std::string> addresses_of(const policy::Role& role) {
  std::vector<std::string> texts;
  for (const AddressRange& range : role.addresses.value_or(std::vector<AddressRange>{})) texts.push_back(to_string(range));
  return texts;
}

std::string service_text(const policy::Service& service) {
  const std::string ports = service.ports_text.empty() ? "" : "/" + service.ports_text;
  const std::string from = service.source_ports_text.empty() ? "" : " from ports " + service.source_ports_text;
  return printable(fmt::format("{} ({}{}{}{})", service.name, service.protocol_name, ports, from, service.one_way ? ", one way" : ""));
}

std::string packs_text(const Style& style, std::span<const PackEntry> packs) {
  std::size_t id_width = 2, version_width = 7;
  for (const PackEntry& entry : packs) {
    id_width = std::max(id_width, display_width(printable(entry.pack.id)));
    version_width = std::max(version_width, display_width(printable(entry.pack.version)));
  }
  std::string out = paint(style, Ink::dim, fmt::format("{}  {}  flows  title", padded("id", id_width), padded("version", version_width))) + "\n";
  for (const auto& [pack, path] : packs)
    out += fmt::format("{}  {}  {:>5}  {}\n", paint(style, Ink::bold, padded(printable(pack.id), id_width)),
                       padded(printable(pack.version), version_width), pack.flows.size(), printable(pack.title));
  return out;
}

std::string packs_json(std::span<const PackEntry> packs) {
  Json array = Json::array();
  for (const auto& [pack, path] : packs)
    array.push_back({{"id", pack.id}, {"version", pack.version}, {"title", pack.title}, {"source", pack.source},
                     {"flows", pack.flows.size()}, {"path", path}});
  return to_text(array) + "\n";
}

std::string pack_text(const Style& style, const policy::Pack& pack) {
  std::string out = fmt::format("{}  {}\n", paint(style, Ink::bold, printable(pack.id)), printable(pack.title));
  out += fmt::format("version {}, from {}\n", printable(pack.version), printable(pack.source));
  if (pack.family) out += fmt::format("speaks of {} only\n", *pack.family == Family::ipv4 ? "IPv4" : "IPv6");
  if (pack.closed) out += "closed: traffic that no flow explains is a finding\n";
  if (!pack.notes.empty()) out += "\n" + paint(style, Ink::dim, "notes") + "\n";
  for (const std::string& note : pack.notes) out += fmt::format("  {}\n", printable(note));
  out += "\n" + paint(style, Ink::dim, "roles") + "\n";
  for (const policy::Role& role : pack.roles) {
    const std::string addresses = role.addresses ? joined(addresses_of(role), ", ") : "addresses not specified";
    out += fmt::format("  {}  {}: {}\n", paint(style, Ink::bold, printable(role.id)), printable(role.title), addresses);
  }
  out += "\n" + paint(style, Ink::dim, "flows") + "\n";
  for (const policy::Flow& flow : pack.flows) {
    std::vector<std::string> services;
    for (const policy::Service& service : flow.services) services.push_back(service_text(service));
    out += fmt::format("{:>4}  {}  {}: {} -> {}\n", flow.number, paint(style, Ink::bold, printable(flow.id)), printable(flow.traffic),
                       printable(flow.from), printable(flow.to));
    out += fmt::format("      {}\n", joined(services, flow.require == policy::Require::any ? " or " : " and "));
    if (!flow.environments.empty()) out += fmt::format("      only in: {}\n", printable(joined(flow.environments, ", ")));
    if (!flow.description.empty()) out += fmt::format("      {}\n", printable(flow.description));
  }
  return out;
}

std::string pack_json(const policy::Pack& pack) {
  Json object = Json::object();
  object["id"] = pack.id;
  object["title"] = pack.title;
  object["source"] = pack.source;
  object["version"] = pack.version;
  if (!pack.notes.empty()) object["notes"] = pack.notes;
  if (pack.family) object["family"] = *pack.family == Family::ipv4 ? "ipv4" : "ipv6";
  if (pack.closed) object["closed"] = true;
  object["roles"] = Json::object();
  for (const policy::Role& role : pack.roles) {
    Json& entry = object["roles"][role.id];
    entry["title"] = role.title;
    entry["addresses"] = role.addresses ? Json(addresses_of(role)) : Json(nullptr);
  }
  object["flows"] = Json::array();
  for (const policy::Flow& flow : pack.flows) {
    Json entry = Json::object();
    entry["id"] = flow.id;
    entry["number"] = flow.number;
    entry["traffic"] = flow.traffic;
    entry["from"] = flow.from;
    entry["to"] = flow.to;
    entry["services"] = Json::array();
    for (const policy::Service& service : flow.services) entry["services"].push_back(to_json(service));
    entry["require"] = to_string(flow.require);
    entry["description"] = flow.description;
    entry["environments"] = flow.environments;
    object["flows"].push_back(std::move(entry));
  }
  return to_text(object) + "\n";
}

}  // namespace wallcheck::report
