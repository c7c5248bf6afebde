// Any bytes as a config file, as a baseline, and as what a comment says to wallcheck. A baseline that was read is written and read as
// the same.

#include <algorithm>

#include "policy/baseline.h"
#include "policy/config.h"
#include "policy/directive.h"
#include "target.h"

using namespace wallcheck;

namespace {

void baseline(const policy::ReadFile& read) {
  const policy::LoadedBaseline loaded = policy::load_baseline("baseline.json", read, fuzz::limits());
  fuzz::require_good(loaded.diagnostics, loaded.sources);
  fuzz::require(loaded.entries.has_value() == loaded.diagnostics.empty(), "entries, or what is wrong with them");
  if (!loaded.entries) return;
  const std::string text = policy::baseline_text(*loaded.entries);
  const policy::LoadedBaseline again = policy::load_baseline("baseline.json", [&](const std::string&) -> Result<std::string, std::string> { return text; });
  fuzz::require(again.entries.has_value(), "a baseline that was written can be read");
  fuzz::require(policy::baseline_text(*again.entries) == text, "... and is the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::bytes_of(data, size);
  const policy::ReadFile read = [&](const std::string&) -> Result<std::string, std::string> { return std::string(bytes); };
  const policy::LoadedConfig config = policy::load_config("a/.wallcheck.json", read, fuzz::limits());
  fuzz::require_good(config.diagnostics, config.sources);
  fuzz::require(config.config || !config.diagnostics.empty(), "a config, or what is wrong with it");
  if (config.config) {
    policy::Pack pack = fuzz::pack();
    fuzz::require_good(policy::apply(*config.config, pack), config.sources);
    for (const char* const path : {"web.rules", "a/b/c/edge.conf", ""}) config.config->entry_for(path);
  }
  baseline(read);

  const Span whole{0, static_cast<std::uint32_t>(size), 0};
  fuzz::require_good(policy::parse_directive(bytes, bytes, whole).diagnostics, {fuzz::file_of(bytes)});
  return 0;
}
