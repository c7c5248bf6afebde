// Any bytes as an `ipset save` side file, beside rules that ask for its sets.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "frontend/frontend.h"

using namespace wallcheck;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  frontend::Options options;
  options.format = ir::Format::iptables;
  options.ipsets = {{"sets", std::make_shared<SourceFile>("sets", std::string(reinterpret_cast<const char*>(data), size))}};
  static const auto rules = std::make_shared<SourceFile>(
      "rules", "*filter\n:INPUT DROP [0:0]\n-A INPUT -m set --match-set a src -j ACCEPT\n-A INPUT -m set ! --match-set b src,dst -j ACCEPT\nCOMMIT\n");
  const frontend::Loaded loaded = frontend::load(rules, options);
  if (loaded.firewalls.size() != 1) std::abort();
  return 0;
}
