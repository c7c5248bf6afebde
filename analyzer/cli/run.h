#pragma once
// cli: options, files, threads, terminal, exit status. The one room that prints, and that knows the outside world.

#include <string>
#include <vector>

namespace wallcheck::cli {

/// What `main` does with its arguments (the program's name left out); gives the exit status.
int run(const std::vector<std::string>& words);

}  // namespace wallcheck::cli
