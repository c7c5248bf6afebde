#include "check/verdict.h"

#include <array>

namespace wallcheck::check {

namespace {

/// What a verdict is called, how bad it is and which finding says so. One row each, by FlowVerdict.
struct VerdictRow {
  std::string_view name;
  std::optional<Severity> severity;
  std::string_view code;
};

constexpr std::array<VerdictRow, 9> rows{{
    {"permitted", std::nullopt, ""},
    {"restricted", Severity::note, "WC107"},
    {"conditional", Severity::warning, "WC105"},
    {"diverted", Severity::warning, "WC106"},
    {"reply-blocked", Severity::error, "WC104"},
    {"partial", Severity::error, "WC103"},
    {"reversed", Severity::error, "WC102"},
    {"blocked", Severity::error, "WC101"},
    {"not-applicable", std::nullopt, ""},
}};

const VerdictRow& row(FlowVerdict verdict) { return rows[static_cast<std::size_t>(verdict)]; }

}  // namespace

std::string_view to_string(FlowVerdict verdict) { return row(verdict).name; }
std::optional<Severity> severity_of(FlowVerdict verdict) { return row(verdict).severity; }
std::string_view code_of(FlowVerdict verdict) { return row(verdict).code; }

std::string_view to_string(Status status) {
  switch (status) {
    case Status::analysed: return "analysed";
    case Status::partly_analysed: return "partly-analysed";
    case Status::failed: return "failed";
  }
  return "failed";
}

}  // namespace wallcheck::check
