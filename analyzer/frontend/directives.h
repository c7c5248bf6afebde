#pragma once

#include <string_view>
#include <vector>

#include "frontend/frontend.h"

namespace wallcheck::frontend {

/// A comment of the file's own (`where` spans it, `text` is what stands after the comment sign): a directive if it begins with "wallcheck:".
void add_comment_directive(std::string_view text, Span where, std::vector<Directive>& out);
/// A comment that the firewall keeps with a rule (`--comment`, Description): people may write before "wallcheck:". `about`: Directive::about.
void add_rule_directive(std::string_view text, Span where, std::vector<Directive>& out, Span about = {});

}  // namespace wallcheck::frontend
