// The whole pipeline: any bytes through detection, front-end, evaluation, documented flows and every report format.

#include "analysed.h"

using namespace wallcheck;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::report(fuzz::analysed(fuzz::bytes_of(data, size), check::check_flows));
  return 0;
}
