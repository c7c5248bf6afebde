#pragma once
// Pieces of JSON that several outputs share: places, rules, packets, assumptions.

#include <string>

#include <nlohmann/json.hpp>

#include "check/verdict.h"

namespace wallcheck::report {

/// Keys stay in the order in which they are written: the contract's.
using Json = nlohmann::ordered_json;

/// The value as text, two blanks a level, pure ASCII; bytes that are not UTF-8 become U+FFFD.
std::string to_text(const Json& value);

/// Adds "line" and "column", and "path" where the span lies in another file than the input. Nothing for a span without a place.
void add_place(Json& object, const Sources& sources, Span where);

Json to_json(const check::DecidedBy& by, const Sources& sources);
Json to_json(const check::Assumption& assumption, const Sources& sources);
/// The `matrix` member of a site: columns, rows and their cells. Defined in matrix_json.cpp.
Json to_json(const check::Matrix& matrix, const Sources& sources);
namespace json {
/// What `files` holds of one site: the same in `json` and `ndjson`. Defined beside its format.
Json entry(const check::FileResult& file, const check::SiteResult& site);
}  // namespace json
/// The keys of `trace --packets`, so that a witness can be traced again as it is.
Json to_json(const ir::Packet& packet);

}  // namespace wallcheck::report
