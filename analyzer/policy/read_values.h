#pragma once
// Values that packs and configs write alike. Private to this room.

#include "policy/json.h"
#include "policy/policy.h"

namespace wallcheck::policy {

/// null (not specified), or an array of networks; complains about words that are none, and about an empty array.
std::optional<std::vector<AddressRange>> read_addresses(JsonReader& reader, const JsonNode& value);

/// An array of known_environments().
std::vector<std::string> read_environments(JsonReader& reader, const JsonNode& value);

}  // namespace wallcheck::policy
