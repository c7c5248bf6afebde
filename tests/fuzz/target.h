#pragma once
// What the fuzz targets have in common: small budgets, a policy to ask about, and what is promised of everything that a front-end gives.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "check/verdict.h"
#include "frontend/frontend.h"
#include "policy/policy.h"

namespace wallcheck::fuzz {

/// Ends the program, which is a finding of the fuzzer, unless a promise is kept.
void require(bool kept, std::string_view promise);

/// Budgets under which any input is done in a second: what takes longer is a finding.
Limits limits();

/// The input as a file.
std::shared_ptr<const SourceFile> file_of(std::string_view bytes, std::string name = "input");
inline std::string_view bytes_of(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

/// Reads it as a format, or as what it is; every file that it names holds the same bytes. Holds frontend.h and ir/firewall.h to what they
/// promise: places inside of files, ids in range, a reason for what was not understood.
frontend::Loaded load(std::string_view bytes, std::optional<ir::Format> format = std::nullopt);

/// Diagnostics of any loader: places inside of its files, words that are fit to be shown.
void require_good(std::span<const Diagnostic> diagnostics, const Sources& sources);

/// Lines of UTF-8 without control characters, bidirectional or invisible marks: as printable() leaves them.
bool is_fit_to_be_shown(std::string_view text);

/// Two flows between a cloud's host and one network of each family: one out, one in.
const policy::Pack& pack();

/// No finding of the analysis is that it contradicts itself (WC900).
void require_no_contradiction(const check::SiteResult& site);

}  // namespace wallcheck::fuzz
