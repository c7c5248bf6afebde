#include "policy/baseline.h"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "policy/json.h"
#include "policy/words.h"

namespace wallcheck::policy {

namespace {

constexpr std::string_view schema = "wallcheck-baseline/1";

bool is_fingerprint(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

class BaselineReader {
 public:
  BaselineReader(std::vector<Diagnostic>& diagnostics, const Limits& limits) : reader_(diagnostics, limits) {}

  std::vector<BaselineEntry> read(const JsonNode& root) {
    if (!reader_.object(root, {"$schema", "schema", "findings"})) return {};
    const JsonNode* version = member(root, "schema");
    if (!version) reader_.error(root, fmt::format("this is no baseline: \"schema\" should be \"{}\"", schema));
    else reader_.one_of(*version, {schema});
    const JsonNode* findings = member(root, "findings");
    if (!findings) reader_.error(root, "\"findings\" is missing");
    else if (reader_.array(*findings))
      for (const JsonNode* node : findings->children) entry(*node);
    return std::move(entries_);
  }

 private:
  std::string text(const JsonNode& object, std::string_view key, bool required) {
    const JsonNode* node = member(object, key);
    if (!node && required) reader_.error(object, fmt::format("\"{}\" is missing", key));
    const auto value = node ? reader_.string(*node) : std::nullopt;
    if (value && value->empty() && required) reader_.error(*node, "an empty string");
    return value.value_or("");
  }

  void entry(const JsonNode& node) {
    if (!reader_.object(node, {"path", "code", "flow", "rule", "fingerprint", "reason"})) return;
    BaselineEntry entry{.path = text(node, "path", true), .code = text(node, "code", true), .flow = text(node, "flow", false),
                        .rule = text(node, "rule", false), .fingerprint = text(node, "fingerprint", true), .reason = text(node, "reason", false),
                        .where = node.where};
    if (const JsonNode* code = member(node, "code"); code && !entry.code.empty()) {
      if (!is_code(entry.code)) reader_.error(*code, fmt::format("{} is not a finding's code such as WC301", in_quotes(entry.code)));
      else if (entry.code.starts_with("WC9")) reader_.error(*code, fmt::format("{} cannot be in a baseline: it says that something was not understood", entry.code));
    }
    if (const JsonNode* print = member(node, "fingerprint"); print && !entry.fingerprint.empty() && !is_fingerprint(entry.fingerprint))
      reader_.error(*print, fmt::format("{} is no fingerprint of 32 hexadecimal digits", in_quotes(entry.fingerprint)));
    else if (print && !entry.fingerprint.empty() && !lines_.emplace(entry.fingerprint, entries_.size()).second)
      reader_.error(*print, "the same fingerprint stands further up");
    entries_.push_back(std::move(entry));
  }

  JsonReader reader_;
  std::vector<BaselineEntry> entries_;
  std::map<std::string, std::size_t> lines_;
};

}  // namespace

LoadedBaseline load_baseline(const std::string& path, const ReadFile& read, const Limits& limits) {
  LoadedBaseline loaded;
  const auto document = read_json(path, read, limits, loaded.sources, loaded.diagnostics);
  if (!document) return loaded;
  auto entries = BaselineReader(loaded.diagnostics, limits).read(document->root());
  settle(loaded.diagnostics, limits);
  if (loaded.diagnostics.empty()) loaded.entries = std::move(entries);
  return loaded;
}

std::string baseline_text(std::vector<BaselineEntry> entries) {
  const auto key = [](const BaselineEntry& entry) { return std::tie(entry.path, entry.code, entry.flow, entry.rule, entry.fingerprint); };
  std::ranges::sort(entries, [&](const BaselineEntry& a, const BaselineEntry& b) { return key(a) < key(b); });
  std::string out = fmt::format("{{\n  \"schema\": \"{}\",\n  \"findings\": [", schema);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const BaselineEntry& entry = entries[i];
    nlohmann::ordered_json object = {{"path", entry.path}, {"code", entry.code}};
    if (!entry.flow.empty()) object["flow"] = entry.flow;
    if (!entry.rule.empty()) object["rule"] = entry.rule;
    object["fingerprint"] = entry.fingerprint;
    if (!entry.reason.empty()) object["reason"] = entry.reason;
    out += fmt::format("{}\n    {}", i == 0 ? "" : ",", object.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace));
  }
  return out + (entries.empty() ? "]\n}\n" : "\n  ]\n}\n");
}

}  // namespace wallcheck::policy
