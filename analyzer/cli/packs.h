#pragma once
// Where policy packs are.

#include "policy/load_pack.h"

namespace wallcheck::cli {

/// The disk, and the directories where packs are looked up by id: those of $WALLCHECK_POLICIES (separated by ":"), then
/// ../share/wallcheck/policies beside the program, then the source tree that it was built from.
policy::PackFiles pack_files();

}  // namespace wallcheck::cli
