#include "fix/hcl.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/source_file.h"

namespace wallcheck::fix {

namespace {

bool is_blocks(const Json& value) { return value.is_array() && !value.empty() && value.front().is_object(); }

std::string hcl_value(const Json& value) {
  if (value.is_string()) return hcl_string(value.get<std::string>());
  if (!value.is_array()) return value.dump();
  std::vector<std::string> words;
  for (const Json& element : value) words.push_back(hcl_value(element));
  return fmt::format("[{}]", fmt::join(words, ", "));
}

}  // namespace

std::string hcl_string(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    const bool opens = (c == '$' || c == '%') && text.substr(i + 1, 1) == "{";
    if (c == '"' || c == '\\') out += '\\', out += c;
    else if (c == '\n') out += "\\n";
    else if (c == '\r') out += "\\r";
    else if (c == '\t') out += "\\t";
    else if (byte < 0x20 || byte == 0x7f) out += fmt::format("\\u{:04x}", byte);
    else if (opens) out += c, out += c;
    else out += c;
  }
  return out + "\"";
}

std::string hcl_body(const Json& object, const std::map<std::string, std::string>& as, std::size_t indent) {
  const std::string blanks(indent, ' ');
  std::size_t longest = 0;
  for (const auto& [key, value] : object.items())
    if (!is_blocks(value)) longest = std::max(longest, key.size());
  std::string text, blocks;
  for (const auto& [key, value] : object.items()) {
    if (is_blocks(value)) {
      for (const Json& block : value) blocks += "\n" + hcl_block(key, block, {}, indent);
      continue;
    }
    const auto expression = as.find(key);
    text += fmt::format("{}{:<{}} = {}\n", blanks, key, longest, expression == as.end() ? hcl_value(value) : expression->second);
  }
  return text + blocks;
}

std::string hcl_block(std::string_view head, const Json& object, const std::map<std::string, std::string>& as, std::size_t indent) {
  const std::string blanks(indent, ' ');
  return fmt::format("{}{} {{\n{}{}}}\n", blanks, head, hcl_body(object, as, indent + 2), blanks);
}

}  // namespace wallcheck::fix
