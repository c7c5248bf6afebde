// Runs a fuzz target over files and directories: the part of libFuzzer that a normal test run needs.

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace fs = std::filesystem;

namespace {

unsigned replayed = 0;
std::string current;

extern "C" void say_which(int) { std::fprintf(stderr, "failed: %s\n", current.c_str()); }

void replay(const fs::path& path) {
  current = path;
  std::ifstream in(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  ++replayed;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGABRT, say_which);
  for (int i = 1; i < argc; ++i) {
    const fs::path path = argv[i];
    if (!fs::is_directory(path)) {
      replay(path);
      continue;
    }
    for (const auto& entry : fs::recursive_directory_iterator(path))
      if (entry.is_regular_file()) replay(entry.path());
  }
  std::printf("%u inputs replayed\n", replayed);
  return replayed == 0 ? 1 : 0;
}
