#include "policy/read_values.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/suggest.h"
#include "policy/words.h"

namespace wallcheck::policy {

std::optional<std::vector<AddressRange>> read_addresses(JsonReader& reader, const JsonNode& value) {
  if (value.type == JsonType::null) return std::nullopt;
  std::vector<AddressRange> ranges;
  for (const JsonNode* item : reader.strings(value)) {
    const auto network = parse_network(item->text);
    if (network) ranges.insert(ranges.end(), network->begin(), network->end());
    else reader.error(*item, network.error());
  }
  if (value.type == JsonType::array && value.children.empty())
    reader.error(value, "no address at all: null says that the addresses are not specified");
  return normalised(ranges);
}

std::vector<std::string> read_environments(JsonReader& reader, const JsonNode& value) {
  std::vector<std::string> names;
  for (const JsonNode* item : reader.strings(value)) {
    const auto& known = known_environments();
    if (std::ranges::find(known, item->text) == known.end())
      reader.error(*item, fmt::format("unknown environment {}, there are {}{}", in_quotes(item->text), fmt::join(known, ", "), suggestion(item->text, known)));
    names.push_back(item->text);
  }
  return names;
}

}  // namespace wallcheck::policy
