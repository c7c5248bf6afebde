#pragma once
// Text of files inside Markdown that a forge renders (GitHub, GitLab): nothing of it is markup, HTML, a link, a mention, a reference.

#include <string>
#include <string_view>

namespace wallcheck::report::markdown {

/// One line of prose, also in a table cell or inside HTML. Forges look for mentions and references (@name, #12, !12) only after entities
/// are decoded, so that an invisible blank (U+200B) has to stand behind such a sign.
std::string prose(std::string_view text);

/// The same set as code, where forges look for no mentions: the text is exactly what it was, but for what printable() escapes.
std::string code(std::string_view text);

/// Lines as a fenced block, the fence longer than any in them. Line ends stay, everything else is printable().
std::string fenced(std::string_view info, std::string_view lines);

}  // namespace wallcheck::report::markdown
