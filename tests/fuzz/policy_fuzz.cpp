// Any bytes as a policy pack, and as a config file.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "policy/config.h"
#include "policy/load_pack.h"

using namespace wallcheck;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto read = [&](const std::string&) -> Result<std::string, std::string> { return bytes; };
  const auto list = [](const std::string&) -> Result<std::vector<std::string>, std::string> { return std::vector<std::string>{}; };
  const policy::LoadedPack pack = policy::load_pack_file("pack.json", {read, list, {}});
  if (!pack.pack && pack.diagnostics.empty()) std::abort();
  const policy::LoadedConfig config = policy::load_config(".wallcheck.json", read);
  if (!config.config && config.diagnostics.empty()) std::abort();
  return 0;
}
