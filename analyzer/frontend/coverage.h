#pragma once
// What the front-ends know, told by their own tables: `wallcheck explain formats`.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/firewall.h"

namespace wallcheck::frontend {

/// One input format.
struct FormatCoverage {
  ir::Format format;
  std::string_view what;    ///< "rules of iptables-save and iptables-restore"
  std::string_view origin;  ///< the command that makes such a file, or the file's usual place
};
std::span<const FormatCoverage> format_coverage();

/// An extension module of iptables.
struct ModuleCoverage {
  std::string name;
  std::string families;  ///< "IPv4", "IPv6", "both"
  /// Matches: why what it asks cannot be decided from a file, but for special cases; `partly` if that goes for some of its options only.
  /// Empty: what it asks is modelled, as far as its arguments are known (a set without members is not).
  std::string undecided;
  bool partly = false;
};
std::vector<ModuleCoverage> iptables_matches();
std::vector<ModuleCoverage> iptables_targets();

}  // namespace wallcheck::frontend
