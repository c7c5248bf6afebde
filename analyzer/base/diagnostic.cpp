#include "base/diagnostic.h"

#include <tuple>

namespace wallcheck {

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::note: return "note";
    case Severity::warning: return "warning";
    case Severity::error: return "error";
  }
  return "error";
}

bool before(const Diagnostic& a, const Diagnostic& b) {
  const auto key = [](const Diagnostic& d) {
    return std::tie(d.where.file, d.where.begin, d.where.end, d.code, d.message);
  };
  return key(a) < key(b);
}

}  // namespace wallcheck
