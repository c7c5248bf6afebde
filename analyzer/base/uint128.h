#pragma once

#include <cstdint>

namespace wallcheck {

/// Unsigned 128-bit number: an IPv6 address, and the value type of every packet field.
__extension__ typedef unsigned __int128 Uint128;

constexpr std::uint64_t high64(Uint128 value) { return static_cast<std::uint64_t>(value >> 64); }
constexpr std::uint64_t low64(Uint128 value) { return static_cast<std::uint64_t>(value); }

}  // namespace wallcheck
