#pragma once
// What writers say of a candidate, whatever they write.

#include <string>

#include "fix/proof.h"
#include "fix/writer.h"

namespace wallcheck::fix {

/// "let monitoring (udp 3011) out".
std::string title_of(const Need& need);
/// What is opened besides what the policy names: an end that it leaves open, with how to narrow it, and what the format's rules cannot
/// test. Empty: nothing.
std::string opens_of(const Need& need);
/// ... where rules of one format differ in what they test (Terraform has those of all clouds).
std::string opens_of(const Need& need, const Untested& untested);

}  // namespace wallcheck::fix
