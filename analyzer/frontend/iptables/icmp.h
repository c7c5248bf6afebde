#pragma once

#include <optional>
#include <string_view>

#include "base/address.h"
#include "ir/values.h"

namespace wallcheck::frontend::iptables {

/// An ICMP (IPv4) or ICMPv6 type as iptables and ipset write it: a name, `type` or `type/code`, as a range of type * 256 + code
/// (a type alone stands for all its codes). The names are those that `iptables -p icmp -h` and `ip6tables -p icmpv6 -h` list;
/// case does not count, and a beginning is enough where it means only one thing.
std::optional<ir::Range> read_icmp(std::string_view text, Family family);

}  // namespace wallcheck::frontend::iptables
