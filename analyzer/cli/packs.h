#pragma once
// Where policy packs are.

#include "policy/load_pack.h"

namespace wallcheck::cli {

/// The disk, and the directories where packs are looked up by id: those of $WALLCHECK_POLICIES (separated by ":"), then
/// ../share/wallcheck/policies beside the program, then the source tree that it was built from.
/// `within`: other packs are read from this directory tree only, for a pack that a config names: a config comes with the files that are checked.
policy::PackFiles pack_files(const Limits& limits = {}, const std::string& within = {});

}  // namespace wallcheck::cli
