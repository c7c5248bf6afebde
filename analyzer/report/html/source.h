#pragma once
// Lines of the input in the HTML report: excerpts around what is shown, and changes of them.

#include <span>
#include <string>
#include <vector>

#include "base/edit.h"
#include "base/source_file.h"

namespace wallcheck::report::html {

/// A place to show, and what is said below it (HTML already).
struct Remark {
  Span where;
  std::string note;
};

/// The lines of the places with their numbers and some lines around them, file by file, each remark below its lines; lines between that
/// are left out are said. Places without a line are passed over. Empty if there is nothing to show.
std::string excerpt(const Sources& sources, const std::vector<Remark>& remarks);

/// Edits of one file as a unified diff, a line an element.
std::string diff(const SourceFile& source, std::span<const Edit> edits);

/// Text to be copied as it is: a command, a snippet of another language.
std::string copied(std::string_view text);

}  // namespace wallcheck::report::html
