// Any bytes as a policy pack, and as the pack that another one extends.

#include "policy/load_pack.h"
#include "target.h"

using namespace wallcheck;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::bytes_of(data, size);
  const auto read = [&](const std::string& path) -> Result<std::string, std::string> {
    return path.ends_with("upper.json") ? R"({"id": "upper", "extends": "pack.json", "flows": [{"id": "monitoring", "to": "cloud"}]})" : std::string(bytes);
  };
  const auto list = [](const std::string&) -> Result<std::vector<std::string>, std::string> { return std::vector<std::string>{}; };
  for (const char* const name : {"pack.json", "upper.json"}) {
    const policy::LoadedPack loaded = policy::load_pack_file(name, {read, list, {}}, fuzz::limits());
    fuzz::require(loaded.pack || !loaded.diagnostics.empty(), "a pack, or what is wrong with it");
    fuzz::require_good(loaded.diagnostics, loaded.sources);
  }
  return 0;
}
