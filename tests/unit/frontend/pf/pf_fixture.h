#pragma once
// pf.conf texts in, strings out: what the tests of pf compare.

#include <map>
#include <string>
#include <string_view>

#include "frontend/pf/load.h"

namespace wallcheck::tests::pf {

using Files = std::map<std::string, std::string>;

/// Reads from `files` only; nothing touches the disk.
frontend::Options options_with(Files files = {});
frontend::Loaded load(std::string_view text, const frontend::Options& options = options_with());
frontend::Expanded expand(std::string_view text, const frontend::Options& options = options_with());

/// The rules as pfctl prints them; what is wrong follows, a line each.
std::string expanded(std::string_view text, const frontend::Options& options = options_with());
/// "line:column message" of each diagnostic, "[expanded from $x, line 1]" behind it.
std::string said(std::string_view text, const frontend::Options& options = options_with());

}  // namespace wallcheck::tests::pf
