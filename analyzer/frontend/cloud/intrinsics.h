#pragma once
// cloud: what the intrinsic functions of a CloudFormation template come to, as far as the template alone decides it.
// After the CloudFormation user guide, "Intrinsic function reference".

#include <optional>
#include <string_view>
#include <unordered_map>

#include "frontend/cloud/document.h"

namespace wallcheck::frontend::cloud {

/// What an expression of a template comes to.
struct Evaluated {
  enum class Kind : std::uint8_t {
    value,      ///< `value`: something written in the template, perhaps elsewhere (a default, a mapping)
    text,       ///< `text`: put together (Fn::Sub, Fn::Join)
    resource,   ///< `text` is the logical id of a resource of the template, `attribute` what is asked of it
    nothing,    ///< AWS::NoValue: as if it were not written
    unknown,    ///< `reason`
  };
  Kind kind = Kind::value;
  json::Value value;
  std::string_view text, attribute, reason;
};

/// A template's parameters, mappings, conditions. `Ref` of a parameter is its default; without a default it is unknown.
class Template {
 public:
  Template(Document& document, json::Value root);

  Evaluated evaluate(json::Value expression) const { return evaluate(expression, 0); }
  /// For numbers and words of a rule.
  Scalar scalar(json::Value expression) const;

  /// nullopt: the template alone does not decide it.
  std::optional<bool> condition(std::string_view name) const { return named_condition(name, 0); }

  /// One element of a list property and the conditions that it stands under.
  struct Item {
    json::Value value;
    std::vector<Unknown> unknowns;
  };
  /// Elements of a list, which may be one object instead of a list; Fn::If is followed, both ways where it is not decided.
  /// What cannot be listed is an element that is no object.
  std::vector<Item> items(json::Value list) const;

  /// Missing if there is none.
  json::Value resource(std::string_view logical_id) const { return find(resources_, logical_id); }

 private:
  Evaluated evaluate(json::Value expression, int depth) const;
  Evaluated reference(std::string_view name) const;
  Evaluated substituted(json::Value argument, int depth) const;
  Evaluated joined(json::Value argument, int depth) const;
  Evaluated mapped(json::Value argument, int depth) const;
  std::optional<bool> condition(json::Value expression, int depth) const;
  std::optional<bool> named_condition(std::string_view name, int depth) const;
  std::optional<std::string_view> constant(json::Value expression, int depth) const;
  static std::optional<std::string_view> constant(const Evaluated& evaluated);

  using Index = std::unordered_map<std::string_view, json::Value>;
  static json::Value find(const Index& index, std::string_view name);

  Document& document_;
  json::Value root_;
  Index resources_, parameters_;
  /// Each condition is worked out once; one that is being worked out is undecided, should it name itself.
  mutable std::map<std::string, std::optional<bool>, std::less<>> conditions_;
};

}  // namespace wallcheck::frontend::cloud
