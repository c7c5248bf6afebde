// Writes libFuzzer's dictionary of iptables: the modules and options that we know, and the words that options choose from. One a line, in
// quotes.

#include <algorithm>
#include <cstdio>
#include <set>
#include <string>

#include "frontend/iptables/options.h"

using namespace wallcheck;
namespace iptables = frontend::iptables;

namespace {

std::set<std::string> entries;

void add_words(std::string_view words) {
  for (std::size_t at = words.find_first_not_of(' '); at != std::string_view::npos;) {
    const std::size_t end = std::min(words.find(' ', at), words.size());
    entries.insert(std::string(words.substr(at, end - at)));
    at = words.find_first_not_of(' ', end);
  }
}

void add(const iptables::Extension& extension, const char* flag) {
  entries.insert(flag + std::string(extension.name));
  for (const iptables::OptionSpec& option : extension.options) {
    entries.insert(" --" + std::string(option.name));
    add_words(option.words);
  }
}

}  // namespace

int main() {
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    for (const std::string_view name : iptables::match_names(family)) add(*iptables::find_match(name, family), " -m ");
    for (const std::string_view name : iptables::target_names(family)) add(*iptables::find_target(name, family), " -j ");
  }
  for (const std::string& entry : entries) std::printf("\"%s\"\n", entry.c_str());
}
