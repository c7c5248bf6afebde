#pragma once
// cloud: is this JSON, and of whom? By a look at the bytes, before anything is parsed.

#include <cstdint>
#include <optional>
#include <string_view>

#include "ir/firewall.h"

namespace wallcheck::frontend::cloud {

/// Where the JSON text of a file begins. Programs print a line of log before it now and then.
struct JsonStart {
  std::uint32_t text = 0;  ///< first byte that is no blank
  std::uint32_t json = 0;  ///< `{` or `[`; equal to `text` unless something stands before it
};

/// nullopt: no line among the first few begins as a JSON text does.
std::optional<JsonStart> json_start(std::string_view bytes);

/// Nothing stands before the JSON text: the file can be nothing else.
bool begins_with_json(std::string_view bytes);

/// A guess by the words of the file: what a directory walk asks. The decoders look at the structure.
std::optional<ir::Format> detect_cloud(std::string_view bytes);

}  // namespace wallcheck::frontend::cloud
