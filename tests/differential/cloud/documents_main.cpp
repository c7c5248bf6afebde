// random_documents FOLDER FIRST COUNT: the generators' documents as files, for tests that are not C++. SEED.aws.json and so on, one a
// provider with the same intent, and SEED.openbsd.pf.conf, SEED.freebsd.pf.conf.

#include <cstdlib>
#include <fstream>
#include <iostream>

#include <fmt/format.h>

#include "intent.h"
#include "pf_texts.h"

int main(int argc, char** argv) {
  using namespace wallcheck::differential;
  if (argc != 4) {
    std::cerr << "random_documents FOLDER FIRST COUNT\n";
    return 2;
  }
  const unsigned first = static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10)), count = static_cast<unsigned>(std::strtoul(argv[3], nullptr, 10));
  for (unsigned seed = first; seed < first + count; ++seed) {
    const auto write = [&](std::string_view name, const std::string& text) {
      std::ofstream(fmt::format("{}/{}.{}", argv[1], seed, name), std::ios::binary) << text;
    };
    std::mt19937 random(seed);
    const Intent intent = random_rich_intent(random);
    for (const Writer& writer : writers())
      if (writer.file.ends_with(".json")) write(writer.file, writer.write(intent));
    for (const bool freebsd : {false, true}) {
      std::mt19937 same(seed);
      write(freebsd ? "freebsd.pf.conf" : "openbsd.pf.conf", PfWriter(same, freebsd).file());
    }
  }
  return 0;
}
