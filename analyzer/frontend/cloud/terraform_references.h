#pragma once
// cloud: what refers to what in a Terraform plan. Ids that are known only after apply are missing from a plan's values; which resource they
// will be the id of, its configuration says.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/cloud/document.h"

namespace wallcheck::frontend::cloud {

/// An instance of a resource, in its module.
struct Resource {
  std::string_view address;  ///< "module.net[0].aws_security_group.web[\"a\"]"
  std::string_view module;   ///< "module.net[0]"; empty: the root module
  std::string_view type, name;
  std::string_view index;    ///< as written: `0`, `"a"`; empty: there is only one
  Fields values;             ///< with what is known after apply
  json::Value config;        ///< the expressions of its configuration; missing in a state
};

/// All resources of a plan or a state, child modules included.
class Resources {
 public:
  explicit Resources(Document& document, json::Value file);

  const std::vector<Resource>& all() const { return resources_; }
  /// The resources of a type that expressions of `from`'s configuration stand for, each once; none if it cannot be told which.
  std::vector<const Resource*> referred(const Resource& from, const std::vector<json::Value>& expressions, std::string_view type) const;

 private:
  struct Asked {
    std::string module;       ///< without indices: "net.inner"
    std::string_view text;    ///< "var.group_id", "aws_security_group.web[0].id"
  };
  json::Value config_of(std::string_view module) const;
  /// What one reference stands for: resources, or further references on the way to them.
  std::vector<const Resource*> find(const Asked& asked, const Resource& from, std::string_view type, std::vector<Asked>& further) const;

  std::vector<Resource> resources_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_name_;  ///< "net.inner/aws_security_group.web"
  json::Value configuration_;
};

/// "module.net[0].module.inner" as "net.inner".
std::string without_indices(std::string_view module);

}  // namespace wallcheck::frontend::cloud
