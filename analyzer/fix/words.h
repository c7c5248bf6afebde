#pragma once
// What writers say of a candidate, whatever they write.

#include <string>

#include "fix/writer.h"

namespace wallcheck::fix {

/// "let monitoring (udp 3011) out".
std::string title_of(const Need& need);
/// What the policy leaves open is opened: which end, and how to narrow it. Empty: the policy gives the addresses.
std::string opens_of(const Need& need);

}  // namespace wallcheck::fix
