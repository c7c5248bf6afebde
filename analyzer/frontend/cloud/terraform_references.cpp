// After the Terraform documentation, "JSON Output Format".

#include "frontend/cloud/terraform_references.h"

#include <algorithm>

#include <fmt/format.h>

namespace wallcheck::frontend::cloud {

using json::Value;

std::string without_indices(std::string_view module) {
  // "module." before each name; indices may hold any text in quotes.
  std::string path;
  bool in_index = false, in_quotes = false;
  std::string word;
  const auto end_word = [&] {
    if (word != "module") path += (path.empty() ? "" : ".") + word;
    word.clear();
  };
  for (const char c : module) {
    if (in_quotes) in_quotes = c != '"';
    else if (in_index) in_quotes = c == '"', in_index = c != ']';
    else if (c == '[') in_index = true;
    else if (c == '.') end_word();
    else word += c;
  }
  if (!module.empty()) end_word();
  return path;
}

Resources::Resources(Document& document, Value file) {
  configuration_ = file["configuration"]["root_module"];
  Value root = file["planned_values"]["root_module"];
  if (!root) root = file["values"]["root_module"];
  if (!root) root = file["prior_state"]["values"]["root_module"];

  std::map<std::string_view, Value> unknown;
  for (const Value change : file["resource_changes"]) unknown[change["address"].text()] = change["change"]["after_unknown"];

  std::vector<Value> waiting{root};
  while (!waiting.empty()) {
    const Value module = waiting.back();
    waiting.pop_back();
    for (const Value child : module["child_modules"]) waiting.push_back(child);
    const std::string path = without_indices(module["address"].text());
    std::map<std::string_view, Value> config;
    for (const Value declared : config_of(path)["resources"]) config[declared["address"].text()] = declared["expressions"];
    for (const Value value : module["resources"]) {
      if (value["mode"].exists() && value["mode"].text() != "managed") continue;
      Resource resource{value["address"].text(), module["address"].text(), value["type"].text(), value["name"].text(), {}, {value["values"]}, {}};
      if (value["index"]) resource.index = value["index"].raw();
      if (const auto found = unknown.find(resource.address); found != unknown.end()) resource.values.unknown = found->second;
      const std::string_view name = document.keep(fmt::format("{}.{}", resource.type, resource.name));
      if (const auto found = config.find(name); found != config.end()) resource.config = found->second;
      by_name_[fmt::format("{}/{}", path, name)].push_back(resources_.size());
      resources_.push_back(resource);
    }
  }
}

Value Resources::config_of(std::string_view module) const {
  Value config = configuration_;
  while (!module.empty()) {
    const std::size_t dot = module.find('.');
    config = config["module_calls"][module.substr(0, dot)]["module"];
    module = dot == std::string_view::npos ? std::string_view{} : module.substr(dot + 1);
  }
  return config;
}

std::vector<const Resource*> Resources::find(const Asked& asked, const Resource& from, std::string_view type, std::vector<Asked>& further) const {
  const auto follow = [&](Value expression, const std::string& module) {
    for (const Value reference : expression["references"]) further.push_back({module, reference.text()});
  };
  const auto word = [](std::string_view text) { return text.substr(0, text.find_first_of(".[")); };
  if (asked.text.starts_with("var.")) {
    // What the calling module passes.
    if (asked.module.empty()) return {};
    const std::size_t dot = asked.module.rfind('.');
    const std::string caller = dot == std::string::npos ? "" : asked.module.substr(0, dot), name = asked.module.substr(dot == std::string::npos ? 0 : dot + 1);
    follow(config_of(caller)["module_calls"][name]["expressions"][word(asked.text.substr(4))], caller);
    return {};
  }
  if (asked.text.starts_with("module.")) {
    const std::string_view name = word(asked.text.substr(7));
    const std::size_t dot = asked.text.rfind('.');
    const std::string inner = asked.module.empty() ? std::string(name) : asked.module + "." + std::string(name);
    follow(config_of(inner)["outputs"][word(asked.text.substr(dot + 1))]["expression"], inner);
    return {};
  }
  if (!asked.text.starts_with(type) || asked.text.substr(type.size(), 1) != ".") return {};
  const std::string_view name = word(asked.text.substr(type.size() + 1));
  std::string_view index = asked.text.substr(type.size() + 1 + name.size());
  index = index.starts_with('[') ? index.substr(1, index.find(']') - 1) : std::string_view{};
  const auto known = by_name_.find(fmt::format("{}/{}.{}", asked.module, type, name));
  if (known == by_name_.end()) return {};
  std::vector<const Resource*> candidates;
  const auto keep = [&](auto&& wanted) {
    std::vector<const Resource*> kept;
    std::ranges::copy_if(candidates, std::back_inserter(kept), wanted);
    if (!kept.empty()) candidates = std::move(kept);
  };
  for (const std::size_t i : known->second) candidates.push_back(&resources_[i]);
  keep([&](const Resource* r) { return r->module == from.module; });
  if (!index.empty()) std::erase_if(candidates, [&](const Resource* r) { return r->index != index; });
  else if (candidates.size() > 1) keep([&](const Resource* r) { return !from.index.empty() && r->index == from.index; });
  return candidates;
}

std::vector<const Resource*> Resources::referred(const Resource& from, const std::vector<Value>& expressions, std::string_view type) const {
  constexpr std::size_t most = 200;  // modules may pass a value round in circles
  std::vector<Asked> waiting;
  for (const Value expression : expressions)
    for (const Value reference : expression["references"]) waiting.push_back({without_indices(from.module), reference.text()});
  // `sg.web[0].id` comes with `sg.web[0]` and `sg.web`: the narrow ones say which; a broad one is only a doubt if none of its
  // resources is meant by a narrow one.
  std::vector<const Resource*> sure;
  const auto add = [](std::vector<const Resource*>& list, const Resource* resource) {
    if (std::ranges::find(list, resource) == list.end()) list.push_back(resource);
  };
  std::vector<std::vector<const Resource*>> broad;
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    if (i == most) return {};
    std::vector<Asked> further;
    auto found = find(Asked(waiting[i]), from, type, further);
    if (found.size() == 1) add(sure, found[0]);
    else if (!found.empty()) broad.push_back(std::move(found));
    waiting.insert(waiting.end(), further.begin(), further.end());
  }
  const auto is_sure = [&](const Resource* r) { return std::ranges::find(sure, r) != sure.end(); };
  if (std::ranges::any_of(broad, [&](const auto& several) { return std::ranges::none_of(several, is_sure); })) return {};
  return sure;
}

}  // namespace wallcheck::frontend::cloud
