// Any bytes through every audit of the rules, and every report format.

#include "analysed.h"
#include "check/audit.h"

using namespace wallcheck;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::report(fuzz::analysed(fuzz::bytes_of(data, size), check::audit_rules, {}, "audit"), "audit");
  return 0;
}
