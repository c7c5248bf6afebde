#include "cli/run.h"

int main(int argc, char** argv) { return wallcheck::cli::run({argv + (argc > 0), argv + argc}); }
