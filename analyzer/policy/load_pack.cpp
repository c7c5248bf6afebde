#include "policy/load_pack.h"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/suggest.h"
#include "ir/packet.h"
#include "policy/json.h"
#include "policy/read_values.h"
#include "policy/words.h"

namespace wallcheck::policy {

namespace {

namespace fs = std::filesystem;  // names only: nothing here touches the disk but PackFiles

constexpr std::string_view extension = ".json";
constexpr std::string_view schema_extension = ".schema.json";

std::string directory_of(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

std::string joined(const std::string& directory, std::string_view name) { return (fs::path(directory) / name).lexically_normal().string(); }

/// `DIRECTORY/ID.json` of the first directory that lists it. The error says where it was looked for and what is near.
Result<std::string, std::string> find_pack(std::string_view id, const std::vector<std::string>& directories, const PackFiles& files) {
  std::vector<std::string> ids, places;
  for (const std::string& directory : directories) {
    const auto names = files.list(directory);
    places.push_back(printable(directory) + (names ? "" : fmt::format(" ({})", names.error())));
    if (!names) continue;
    for (const std::string& name : names.value())
      if (name.ends_with(extension) && !name.ends_with(schema_extension)) ids.push_back(name.substr(0, name.size() - extension.size()));
    if (std::ranges::find(ids, id) != ids.end()) return joined(directory, std::string(id) + std::string(extension));
  }
  if (places.empty()) return Unexpected{fmt::format("no policy pack {}: no directory to look in", in_quotes(id))};
  std::ranges::sort(ids);
  return Unexpected{fmt::format("no policy pack {} in {}{}", in_quotes(id), fmt::join(places, ", "), suggestion(id, ids))};
}

/// Reads one pack and what it extends, then builds the pack from the innermost base outwards.
class Loader {
 public:
  Loader(const PackFiles& files, const Limits& limits) : files_(files), limits_(limits), reader_(result_.diagnostics, limits) {}

  /// A pack that was found by its id has that id; of a path any will do.
  LoadedPack load(std::string path, std::string_view expected_id = {}) {
    const bool whole = read_chain(std::move(path));
    for (auto document = documents_.rbegin(); document != documents_.rend(); ++document) add(document->root());
    if (whole) check_whole(expected_id);
    return finish();
  }

  LoadedPack not_found(std::string_view word, std::string message) {
    open(std::string(word), "");
    fail(std::move(message), {});
    return finish();
  }

 private:
  /// Where the last word on a flow or role was said: complaints about the whole point there.
  struct FlowPlace {
    const JsonNode* flow = nullptr;
    const JsonNode* from = nullptr;
    const JsonNode* to = nullptr;
    const JsonNode* number = nullptr;
    bool services_given = false;
  };

  FileId open(std::string path, std::string bytes) {
    result_.sources.push_back(std::make_shared<SourceFile>(std::move(path), std::move(bytes)));
    return static_cast<FileId>(result_.sources.size() - 1);
  }
  void fail(std::string message, Span where) {
    result_.diagnostics.push_back({.code = std::string(code::settings), .message = std::move(message), .where = where});
  }
  LoadedPack finish() {
    settle(result_.diagnostics, limits_);
    if (result_.diagnostics.empty()) result_.pack = std::move(pack_);
    return std::move(result_);
  }

  bool read_chain(std::string path);
  void add(const JsonNode& root);
  void add_roles(const JsonNode& roles);
  void add_flows(const JsonNode& flows);
  void set_flow(const JsonNode& node, Flow& flow, FlowPlace& place);
  void set_services(const JsonNode& node, Flow& flow);
  Service service(const JsonNode& node);
  std::optional<std::vector<ir::Range>> ports(const JsonNode& node, std::string& text);
  void check_whole(std::string_view expected_id);

  /// Copies a string member, if it is there and a string.
  void text(const JsonNode& object, std::string_view key, std::string& into) {
    if (const JsonNode* node = member(object, key))
      if (auto value = reader_.string(*node)) into = std::move(*value);
  }
  std::string id(const JsonNode& node) {
    const auto value = reader_.string(node);
    if (!value) return "";
    if (!is_id(*value)) reader_.error(node, fmt::format("{} is not an id: letters, digits, \"-\", \"_\" and \".\", at most 64", in_quotes(*value)));
    return *value;
  }

  const PackFiles& files_;
  const Limits& limits_;
  LoadedPack result_;
  JsonReader reader_;
  std::deque<JsonDocument> documents_;  // the pack first, then what it extends; a deque, since nodes of all are pointed to
  Pack pack_;
  std::map<std::string, std::size_t> roles_, flows_;  // id -> index in pack_
  std::vector<const JsonNode*> role_places_;          // addresses, or the role
  std::vector<FlowPlace> flow_places_;
};

bool Loader::read_chain(std::string path) {
  std::set<std::string> seen;
  const JsonNode* extends = nullptr;  // what asked for `path`
  while (true) {
    const std::string directory = directory_of(path);
    const Span asked = extends ? extends->where : Span{};
    seen.insert(fs::path(path).lexically_normal().string());
    auto bytes = files_.read(path);
    if (!bytes) {
      if (!extends) open(path, "");
      fail(extends ? fmt::format("{}: {}: {}", json_pointer(*extends), printable(path), bytes.error()) : bytes.error(), asked);
      return false;
    }
    const FileId file = open(path, std::move(*bytes));
    auto document = parse_json(result_.sources.back()->bytes(), file, limits_);
    if (!document) {
      result_.diagnostics.push_back(document.error());
      return false;
    }
    const JsonNode& root = documents_.emplace_back(std::move(*document)).root();
    extends = root.type == JsonType::object ? member(root, "extends") : nullptr;
    if (!extends) return true;
    const auto base = reader_.string(*extends);
    if (!base) return false;
    if (is_pack_path(*base)) {
      path = joined(directory, *base);
    } else {
      std::vector<std::string> directories{directory};
      std::ranges::remove_copy(files_.directories, std::back_inserter(directories), directory);
      auto found = find_pack(*base, directories, files_);
      if (!found) {
        fail("/extends: " + found.error(), extends->where);
        return false;
      }
      path = std::move(*found);
    }
    if (seen.contains(fs::path(path).lexically_normal().string())) {
      reader_.error(*extends, fmt::format("{} extends itself, directly or through others", printable(path)));
      return false;
    }
    if (documents_.size() > limits_.include_depth) {
      fail(fmt::format("/extends: more than {} packs built on one another", limits_.include_depth), extends->where);
      return false;
    }
  }
}

void Loader::add(const JsonNode& root) {
  if (!reader_.object(root, {"$schema", "id", "title", "source", "version", "notes", "extends", "family", "closed", "roles", "flows"})) return;
  if (const JsonNode* node = member(root, "id")) pack_.id = id(*node);
  else reader_.error(root, "a pack needs an \"id\"");
  text(root, "title", pack_.title);
  text(root, "source", pack_.source);
  text(root, "version", pack_.version);
  if (const JsonNode* node = member(root, "notes")) {
    pack_.notes.clear();
    for (const JsonNode* note : reader_.strings(*node)) pack_.notes.push_back(note->text);
  }
  if (const JsonNode* node = member(root, "family"))
    if (const auto chosen = reader_.one_of(*node, {"ipv4", "ipv6", "both"}))
      pack_.family = *chosen == 0 ? std::optional(Family::ipv4) : *chosen == 1 ? std::optional(Family::ipv6) : std::nullopt;
  if (const JsonNode* node = member(root, "closed")) pack_.closed = reader_.boolean(*node).value_or(pack_.closed);
  if (const JsonNode* node = member(root, "roles")) add_roles(*node);
  if (const JsonNode* node = member(root, "flows")) add_flows(*node);
  if (!member(root, "extends"))
    for (const std::string_view key : {"roles", "flows"})
      if (!member(root, key)) reader_.error(root, fmt::format("a pack that extends no other needs \"{}\"", key));
}

void Loader::add_roles(const JsonNode& roles) {
  if (!reader_.object(roles, {})) return;
  for (const JsonNode* node : roles.children) {
    if (!is_id(node->key)) reader_.error(*node, fmt::format("{} is not a role id: letters, digits, \"-\", \"_\" and \".\", at most 64", in_quotes(node->key)));
    if (!reader_.object(*node, {"title", "addresses"})) continue;
    const auto [known, is_new] = roles_.try_emplace(node->key, pack_.roles.size());
    if (is_new) {
      pack_.roles.push_back({.id = node->key, .title = node->key, .addresses = std::nullopt});
      role_places_.push_back(node);
    }
    Role& role = pack_.roles[known->second];
    text(*node, "title", role.title);
    const JsonNode* addresses = member(*node, "addresses");
    if (!addresses) continue;
    role_places_[known->second] = addresses;
    role.addresses = read_addresses(reader_, *addresses);
  }
}

void Loader::add_flows(const JsonNode& flows) {
  if (!reader_.array(flows)) return;
  std::set<std::string> here;
  for (const JsonNode* node : flows.children) {
    if (!reader_.object(*node, {"id", "number", "traffic", "from", "to", "services", "require", "description", "environments"})) continue;
    const JsonNode* id_node = member(*node, "id");
    if (!id_node) {
      reader_.error(*node, "a flow needs an \"id\"");
      continue;
    }
    const std::string flow_id = id(*id_node);
    if (flow_id.empty()) continue;
    if (!here.insert(flow_id).second) {
      reader_.error(*id_node, fmt::format("the flow {} is there twice", in_quotes(flow_id)));
      continue;
    }
    const auto [known, is_new] = flows_.try_emplace(flow_id, pack_.flows.size());
    if (is_new) {
      Flow& flow = pack_.flows.emplace_back();
      flow.id = flow.traffic = flow_id;
      flow_places_.emplace_back();
    }
    set_flow(*node, pack_.flows[known->second], flow_places_[known->second]);
  }
}

void Loader::set_flow(const JsonNode& node, Flow& flow, FlowPlace& place) {
  place.flow = &node;
  if (const JsonNode* number = member(node, "number")) flow.number = reader_.positive(*number).value_or(0), place.number = number;
  text(node, "traffic", flow.traffic);
  text(node, "description", flow.description);
  if (const JsonNode* from = member(node, "from")) place.from = from, text(node, "from", flow.from);
  if (const JsonNode* to = member(node, "to")) place.to = to, text(node, "to", flow.to);
  if (const JsonNode* services = member(node, "services")) place.services_given = true, set_services(*services, flow);
  if (const JsonNode* require = member(node, "require"))
    if (const auto chosen = reader_.one_of(*require, {"all", "any"})) flow.require = *chosen == 0 ? Require::all : Require::any;
  if (const JsonNode* environments = member(node, "environments"))
    flow.environments = read_environments(reader_, *environments);
}

void Loader::set_services(const JsonNode& node, Flow& flow) {
  flow.services.clear();
  if (!reader_.array(node)) return;
  if (node.children.empty()) reader_.error(node, "a flow without a service says nothing");
  for (const JsonNode* child : node.children)
    if (reader_.object(*child, {"name", "protocol", "ports", "source_ports", "one_way"})) flow.services.push_back(service(*child));
}

Service Loader::service(const JsonNode& node) {
  Service service;
  bool has_ports = false;
  if (const JsonNode* protocol = member(node, "protocol")) {
    if (protocol->type == JsonType::number) service.protocol_name = protocol->text;
    else if (auto name = reader_.string(*protocol)) service.protocol_name = std::move(*name);
    if (!service.protocol_name.empty() || protocol->type == JsonType::string) {
      const auto number = parse_protocol(service.protocol_name);
      if (number) service.protocol = *number, has_ports = ir::protocol::has_ports(*number);
      else reader_.error(*protocol, number.error());
      for (const std::string_view key : {"ports", "source_ports"})
        if (const JsonNode* given = member(node, key); given && number && !has_ports)
          reader_.error(*given, fmt::format("{} has no ports", printable(service.protocol_name)));
    }
  } else {
    reader_.error(node, "a service needs a \"protocol\"");
  }
  if (const JsonNode* given = member(node, "ports")) service.ports = ports(*given, service.ports_text).value_or(std::vector<ir::Range>{});
  if (has_ports) service.source_ports = {{1024, 65535}};
  if (const JsonNode* given = member(node, "source_ports")) service.source_ports = ports(*given, service.source_ports_text).value_or(std::vector<ir::Range>{});
  if (const JsonNode* one_way = member(node, "one_way")) service.one_way = reader_.boolean(*one_way).value_or(false);
  service.name = service.protocol_name + (service.ports_text.empty() ? "" : "/" + service.ports_text);
  text(node, "name", service.name);
  return service;
}

std::optional<std::vector<ir::Range>> Loader::ports(const JsonNode& node, std::string& text) {
  std::string written = node.text;
  if (node.type != JsonType::number) {
    const auto value = reader_.string(node);
    if (!value) return std::nullopt;
    written = *value;
  }
  auto ranges = parse_ports(written);
  if (!ranges) {
    reader_.error(node, ranges.error());
    return std::nullopt;
  }
  text = std::move(written);
  return std::move(*ranges);
}

/// What only the whole can tell, with its bases: the id that was asked for, every flow complete, its roles there, numbers unique,
/// addresses of the family.
void Loader::check_whole(std::string_view expected_id) {
  const JsonNode* own_id = member(documents_.front().root(), "id");
  if (own_id && own_id->type == JsonType::string && !expected_id.empty() && pack_.id != expected_id)
    reader_.error(*own_id, fmt::format("the id is {}, but the file is {}.json", in_quotes(pack_.id), printable(expected_id)));
  std::map<int, std::string> numbers;
  int last = 0;
  for (std::size_t i = 0; i < pack_.flows.size(); ++i) {
    Flow& flow = pack_.flows[i];
    const FlowPlace& place = flow_places_[i];
    for (const auto& [key, given] : {std::pair{"from", place.from != nullptr}, {"to", place.to != nullptr}, {"services", place.services_given}})
      if (!given) reader_.error(*place.flow, fmt::format("the flow {} has no \"{}\"", in_quotes(flow.id), key));
    for (const auto& [role, where] : {std::pair{&flow.from, place.from}, {&flow.to, place.to}})
      if (where && where->type == JsonType::string && !roles_.contains(*role)) reader_.error(*where, *unknown_role(pack_, *role));
    if (place.from && place.to && flow.from == flow.to && roles_.contains(flow.from))
      reader_.error(*place.to, fmt::format("from and to are both {}: a file could not tell which end it is; use two roles", in_quotes(flow.to)));
    if (!place.number) flow.number = last + 1;
    last = std::max(last, flow.number);
    const auto [first, is_new] = numbers.try_emplace(flow.number, flow.id);
    if (!is_new && flow.number > 0)
      reader_.error(place.number ? *place.number : *place.flow, fmt::format("number {} is flow {} already", flow.number, in_quotes(first->second)));
  }
  for (std::size_t i = 0; i < pack_.roles.size(); ++i) {
    if (!pack_.family || !pack_.roles[i].addresses) continue;
    for (const AddressRange& range : *pack_.roles[i].addresses)
      if (family_of(range.first) != *pack_.family)
        reader_.error(*role_places_[i], fmt::format("{} is not of the pack's family, {}", to_string(range), *pack_.family == Family::ipv4 ? "ipv4" : "ipv6"));
  }
}

}  // namespace

bool is_pack_path(std::string_view word) { return word == "-" || word.find('/') != word.npos || word.ends_with(extension); }

LoadedPack load_pack_file(const std::string& path, const PackFiles& files, const Limits& limits) { return Loader(files, limits).load(path); }

LoadedPack load_pack(std::string_view id_or_path, const PackFiles& files, const Limits& limits) {
  if (is_pack_path(id_or_path)) return load_pack_file(std::string(id_or_path), files, limits);
  auto path = find_pack(id_or_path, files.directories, files);
  Loader loader(files, limits);
  if (!path) return loader.not_found(id_or_path, path.error());
  return loader.load(std::move(*path), id_or_path);
}

std::vector<ListedPack> list_packs(const PackFiles& files, std::vector<std::string>& unreadable, const Limits& limits) {
  std::map<std::string, std::string> paths;  // name -> path
  for (const std::string& directory : files.directories) {
    const auto names = files.list(directory);
    if (!names) {
      unreadable.push_back(fmt::format("{}: {}", printable(directory), names.error()));
      continue;
    }
    for (const std::string& name : names.value())
      if (name.ends_with(extension) && !name.ends_with(schema_extension)) paths.try_emplace(name, joined(directory, name));
  }
  std::vector<ListedPack> packs;
  packs.reserve(paths.size());
  for (const auto& [name, path] : paths)
    packs.push_back({path, Loader(files, limits).load(path, std::string_view(name).substr(0, name.size() - extension.size()))});
  return packs;
}

}  // namespace wallcheck::policy
