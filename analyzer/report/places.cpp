#include "report/places.h"

namespace wallcheck::report {

std::optional<Location> locate(const Sources& sources, Span span) {
  const bool whole_file = span.empty() && span.begin == 0;
  if (whole_file || span.file >= sources.size() || !sources[span.file]) return std::nullopt;
  const SourceFile& source = *sources[span.file];
  return Location{source.path(), source.place(span.begin), source.place(span.end), span.file != 0};
}

}  // namespace wallcheck::report
