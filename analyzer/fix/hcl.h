#pragma once
// Terraform's language, as far as a resource block takes it. After the Terraform documentation, "Configuration Syntax", "Strings and
// Templates".

#include <map>
#include <string>
#include <string_view>

#include "fix/json_edit.h"

namespace wallcheck::fix {

/// A quoted string. `${` and `%{` are text in it, not templates.
std::string hcl_string(std::string_view text);

/// Members of an object as arguments, their signs aligned as `terraform fmt` does it; an array of objects is a nested block each. `as`
/// says which arguments are an expression, and which.
std::string hcl_body(const Json& object, const std::map<std::string, std::string>& as, std::size_t indent);

/// A block of a kind and its labels: `resource "aws_instance" "web"`.
std::string hcl_block(std::string_view head, const Json& object, const std::map<std::string, std::string>& as = {}, std::size_t indent = 0);

}  // namespace wallcheck::fix
