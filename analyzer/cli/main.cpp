#include "cli/run.h"

// jemalloc(3), TUNING: large pages. A file of 100,000 rules would take 15,000 page faults, a tenth of its time. Where the program is linked
// without jemalloc, nobody reads this.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "thp:always";
}

int main(int argc, char** argv) { return wallcheck::cli::run({argv + (argc > 0), argv + argc}); }
