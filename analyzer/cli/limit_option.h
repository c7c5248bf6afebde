#pragma once
// Budgets by name: `--limit NAME=VALUE`.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/limits.h"
#include "base/result.h"

namespace wallcheck::cli {

/// One budget of base/limits.h.
struct LimitRow {
  std::string_view name;
  std::variant<std::size_t Limits::*, std::uint32_t Limits::*> member;
  std::string_view help;
};
std::span<const LimitRow> limit_rows();

std::uint64_t get(const Limits& limits, const LimitRow& row);

/// Applies "NAME=VALUE"; the answer is a sentence on what is wrong with it.
std::optional<std::string> set_limit(Limits& limits, std::string_view assignment);

}  // namespace wallcheck::cli
