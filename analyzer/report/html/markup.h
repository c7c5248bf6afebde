#pragma once
// Words of the HTML report: text made fit for HTML, and how verdicts look.

#include <string>
#include <string_view>

#include "check/verdict.h"

namespace wallcheck::report::html {

/// Text of unknown origin as text of an element or value of an attribute: printable(), and nothing in it is markup.
std::string escaped(std::string_view text);
/// The same for text whose line ends and tabs stay, since it will be copied.
std::string escaped_block(std::string_view text);
/// Does escaped_block() keep every byte, so that what is copied from the page is the text itself?
bool is_copyable(std::string_view text);
/// At most so many columns of it, as escaped().
std::string clipped_line(std::string_view text, std::size_t width);

/// "line 9", "tables.conf line 3"; nothing where a span has no place.
std::string place_of(const Sources& sources, Span where);
/// A name and what there is to say under it, both HTML, for a list of such.
std::string fact(std::string_view name, std::string_view value);

/// The id of a site's part of the page, made of its path and group: no two sites share one, and it is the same in every report, so that
/// a link to it stays right. A flow's part is this, "=" and the flow's id.
std::string anchor(const check::FileResult& file, const check::SiteResult& site);
/// A word as part of an id.
std::string anchor(std::string_view word);

/// How a verdict looks: a sign that tells it apart without colour, and what it means to somebody who never read the manual.
struct Look {
  std::string_view sign, name, meaning;
};
Look look_of(check::FlowVerdict verdict);
/// `<i aria-hidden="true">SIGN</i> <span>NAME</span>`
std::string mark_of(check::FlowVerdict verdict);
/// A severity's sign and name, likewise.
std::string mark_of(Severity severity);

}  // namespace wallcheck::report::html
