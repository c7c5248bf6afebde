// What a fuzz target is without libFuzzer: `TARGET [-mutated=N] FILE|DIRECTORY...` tries every file as it is, and N changed copies of each,
// the same ones at every call. An input that fails, or takes more than ten seconds of processor time, is kept in ./failed-input.

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed);

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most = 16384;  // bytes of a changed copy
std::minstd_rand random_numbers;
fs::path current;
std::string bytes;

std::size_t below(std::size_t bound) { return random_numbers() % bound; }

extern "C" void keep_input(int) {
  std::ofstream("failed-input", std::ios::binary) << bytes;
  std::fprintf(stderr, "failed: %s, as it is or changed: see ./failed-input\n", current.c_str());
}

struct Slowest {
  double seconds = 0;
  fs::path file;
} slowest;

void try_input() {
  const std::clock_t begin = std::clock();
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  if (seconds > slowest.seconds) slowest = {seconds, current};
  if (seconds > 10) std::abort();
}

std::vector<fs::path> files_of(const fs::path& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(path))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

}  // namespace

/// libFuzzer's part of changing an input: a few bytes.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t room) {
  for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
    const std::size_t at = below(size + 1);
    const auto byte = static_cast<std::uint8_t>(below(4) == 0 ? below(256) : 32 + below(95));
    if (size < room && (size == 0 || below(3) == 0)) {
      std::copy_backward(data + at, data + size, data + size + 1);
      data[at] = byte;
      ++size;
    } else if (size > 0 && below(3) == 0) {
      const std::size_t first = below(size), last = std::min(size, first + 1 + below(4));
      std::copy(data + last, data + size, data + first);
      size -= last - first;
    } else if (size > 0) {
      data[below(size)] = byte;
    }
  }
  return size;
}

int main(int argc, char** argv) {
  std::signal(SIGABRT, keep_input);
  std::signal(SIGSEGV, keep_input);
  unsigned tried = 0;
  unsigned long copies = 0;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]).starts_with("-mutated=")) {
      copies = std::strtoul(argv[i] + 9, nullptr, 10);
      continue;
    }
    for (const fs::path& file : files_of(argv[i])) {
      current = file;
      std::ifstream in(file, std::ios::binary);
      const std::string original{std::istreambuf_iterator<char>(in), {}};
      bytes = original;
      try_input();
      ++tried;
      if (original.size() > most) continue;
      for (unsigned long copy = 0; copy < copies; ++copy, ++tried) {
        bytes = original;
        bytes.resize(most);
        bytes.resize(LLVMFuzzerCustomMutator(reinterpret_cast<std::uint8_t*>(bytes.data()), original.size(), most, static_cast<unsigned>(random_numbers())));
        try_input();
      }
    }
  }
  std::printf("%u inputs tried; the slowest took %.3f s: %s, as it is or changed\n", tried, slowest.seconds, slowest.file.c_str());
  return tried == 0 ? 1 : 0;
}
