#pragma once
// Cloud files in, text out, for tables of tests.

#include <string>
#include <string_view>

#include "frontend/frontend.h"

namespace wallcheck::tests {

frontend::Loaded load_json(std::string_view text, frontend::Options options = {});
/// "line:column code message", one a line, sorted as the front-end has them.
std::string problems(const frontend::Loaded& loaded);
/// Every firewall: "[group]" and its rules, one a line: "ingress 12: protocol 6, ... -> accept"; then the problems.
std::string described(std::string_view text, frontend::Options options = {});
/// The same of the loaded.
std::string described(const frontend::Loaded& loaded);
frontend::SideFile side_file(std::string name, std::string_view text);

}  // namespace wallcheck::tests
