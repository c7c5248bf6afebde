// Any bytes as a pf.conf whose included files, anchors and tables are itself. The form that `trace --expand` prints expands to itself where
// nothing that it names (tables, queues) is left out of it.

#include "frontend/pf/load.h"
#include "target.h"

using namespace wallcheck;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::bytes_of(data, size);
  fuzz::load(bytes, ir::Format::pf);
  frontend::Options options;
  options.format = ir::Format::pf;
  options.limits = fuzz::limits();
  const frontend::Expanded once = frontend::expand_pf(fuzz::file_of(bytes), options);
  fuzz::require_good(once.diagnostics, once.sources);
  if (once.incomplete) return 0;
  const frontend::Expanded again = frontend::expand_pf(fuzz::file_of(once.text), options);
  fuzz::require(again.incomplete || again.text == once.text, "what was expanded expands to itself");
  return 0;
}
