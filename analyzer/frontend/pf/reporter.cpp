#include <fmt/format.h>

#include "frontend/pf/reader.h"

namespace wallcheck::frontend::pf {

std::string Reporter::origin(std::uint32_t macro) const {
  const Macro& from = text_.macros[macro];
  return fmt::format("expanded from ${}, line {}", from.name, sources_[from.where.file]->place(from.where.begin).line);
}

void Reporter::add(Severity severity, TextRange where, std::string message, std::string code, std::string expected) {
  const Provenance place = text_.place(where.begin, where.end);
  Diagnostic diagnostic{std::move(code), severity, std::move(message), place.where, {}, std::move(expected)};
  if (place.macro != Provenance::none) diagnostic.related.push_back({place.definition, origin(place.macro)});
  diagnostics_.add(std::move(diagnostic));
}

}  // namespace wallcheck::frontend::pf
