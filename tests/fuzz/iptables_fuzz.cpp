// Any bytes as a file of iptables-save, and as one of ip6tables-save.

#include "target.h"

using namespace wallcheck;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const ir::Format format : {ir::Format::iptables, ir::Format::ip6tables}) fuzz::load(fuzz::bytes_of(data, size), format);
  return 0;
}
