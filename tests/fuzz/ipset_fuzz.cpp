// Any bytes as an `ipset save` side file, beside rules that ask for its sets.

#include "target.h"

using namespace wallcheck;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  frontend::Options options;
  options.format = ir::Format::iptables;
  options.limits = fuzz::limits();
  options.ipsets = {{"sets", fuzz::file_of(fuzz::bytes_of(data, size), "sets")}};
  static const auto rules = fuzz::file_of(
      "*filter\n:INPUT DROP [0:0]\n-A INPUT -m set --match-set a src -j ACCEPT\n-A INPUT -m set ! --match-set b src,dst -j ACCEPT\n"
      "-A INPUT -m set --match-set c src,src,dst -j DROP\nCOMMIT\n");
  const frontend::Loaded loaded = frontend::load(rules, options);
  fuzz::require(loaded.firewalls.size() == 1, "the rules are read whatever is beside them");
  fuzz::require_good(loaded.diagnostics, loaded.sources);
  return 0;
}
