#pragma once
// Where in an iptables-save file a rule that lets packets through has its effect.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "fix/writer.h"

namespace wallcheck::fix {

/// Lines of a text around an offset.
struct Lines {
  std::string_view bytes;
  std::size_t begin(std::size_t at) const { return at == 0 ? 0 : bytes.rfind('\n', at - 1) + 1; }
  std::size_t end(std::size_t at) const { return std::min(bytes.find('\n', at), bytes.size()); }
  /// Without line end and outer blanks.
  std::string_view trimmed(std::size_t line_begin) const {
    std::string_view line = bytes.substr(line_begin, end(line_begin) - line_begin);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    return line;
  }
};

/// Where a line goes, and how it begins.
struct Slot {
  std::uint32_t at = 0;          ///< offset in the file
  std::string command;           ///< "-A OUTPUT "
  bool after_open_line = false;  ///< the line before has no newline: one has to come first
  std::string neighbour;         ///< a line whose indentation is copied
};

/// Where the new rule may stand: the list that decides, then those from which it was entered. A chain that accepts nothing is there to refuse
/// ("log and drop"): no place for an exception, if another one does. None: the file has no place for it.
std::vector<Slot> slots_for(const Need& need);

}  // namespace wallcheck::fix
