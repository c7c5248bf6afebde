#include "frontend/cloud/intrinsics.h"

#include <algorithm>

#include <fmt/format.h>

namespace wallcheck::frontend::cloud {

using json::Kind;
using json::Value;

namespace {

constexpr int deepest = 200;  // functions within functions; conditions may name one another in circles

/// The function that an object calls: `{"Ref": "x"}`, `{"Fn::Sub": "x"}`. Missing: it is plain data.
Value call(Value object) {
  if (!object.is(Kind::object) || object.size() != 1) return {};
  const Value member = *object.begin();
  const std::string_view name = member.name();
  return name == "Ref" || name == "Condition" || name.starts_with("Fn::") ? member : Value{};
}

Value element(Value list, std::size_t index) {
  for (const Value value : list)
    if (index-- == 0) return value;
  return {};
}

Evaluated unknown(std::string_view reason) { return {Evaluated::Kind::unknown, {}, {}, {}, reason}; }
Evaluated text_of(std::string_view text) { return {Evaluated::Kind::text, {}, text, {}, {}}; }

}  // namespace

Template::Template(Document& document, Value root) : document_(document), root_(root) {
  for (const Value resource : root["Resources"]) resources_.insert_or_assign(resource.name(), resource);
  for (const Value parameter : root["Parameters"]) parameters_.insert_or_assign(parameter.name(), parameter);
}

Value Template::find(const Index& index, std::string_view name) {
  const auto found = index.find(name);
  return found == index.end() ? Value{} : found->second;
}

Evaluated Template::reference(std::string_view name) const {
  if (name == "AWS::NoValue") return {Evaluated::Kind::nothing, {}, {}, {}, {}};
  const Value parameter = find(parameters_, name);
  if (parameter.exists()) {
    const Value otherwise = parameter["Default"];
    if (!otherwise.exists()) return unknown(document_.keep(fmt::format("parameter {} has no default", printable(name))));
    return {Evaluated::Kind::value, otherwise, {}, {}, {}};
  }
  if (resource(name).exists()) return {Evaluated::Kind::resource, {}, name, "Ref", {}};
  return unknown(document_.keep(fmt::format("{} is not known before the stack is there", printable(name))));
}

std::optional<std::string_view> Template::constant(const Evaluated& evaluated) {
  if (evaluated.kind == Evaluated::Kind::text) return evaluated.text;
  if (evaluated.kind != Evaluated::Kind::value) return std::nullopt;
  if (evaluated.value.is(Kind::string)) return evaluated.value.text();
  if (evaluated.value.is(Kind::number) || evaluated.value.is(Kind::boolean)) return evaluated.value.raw();
  return std::nullopt;
}

std::optional<std::string_view> Template::constant(Value expression, int depth) const { return constant(evaluate(expression, depth)); }

/// "${Name}" is what Ref of the name is, "${Name.Attribute}" an attribute, "${!x}" the text "${x}".
Evaluated Template::substituted(Value argument, int depth) const {
  const Value pattern = argument.is(Kind::array) ? element(argument, 0) : argument;
  const Value variables = argument.is(Kind::array) ? element(argument, 1) : Value{};
  if (!pattern.is(Kind::string)) return unknown("Fn::Sub of something that is no string");
  std::string result;
  std::string_view rest = pattern.text();
  for (std::size_t at; (at = rest.find("${")) != std::string_view::npos;) {
    result += rest.substr(0, at);
    const std::size_t end = rest.find('}', at);
    if (end == std::string_view::npos) return unknown("Fn::Sub without an end of ${");
    const std::string_view name = rest.substr(at + 2, end - at - 2);
    if (name.starts_with('!')) {
      result += fmt::format("${{{}}}", name.substr(1));
    } else {
      const Value own = variables[name];
      const Evaluated part = own.exists() ? evaluate(own, depth + 1) : reference(name);
      if (rest.size() == end + 1 && result.empty() && part.kind == Evaluated::Kind::resource) return part;  // "${Group}" is Ref Group
      const auto text = constant(part);
      if (!text) return unknown(part.reason.empty() ? document_.keep(fmt::format("{} is not known before the stack is there", printable(name))) : part.reason);
      result += *text;
    }
    rest.remove_prefix(end + 1);
  }
  return text_of(document_.keep(result + std::string(rest)));
}

Evaluated Template::joined(Value argument, int depth) const {
  const auto separator = constant(element(argument, 0), depth + 1);
  const Value parts = element(argument, 1);
  if (!separator || !parts.is(Kind::array) || call(parts).exists()) return unknown("Fn::Join of parts that are not known");
  std::string result;
  bool first = true;
  for (const Value part : parts) {
    const Evaluated one = evaluate(part, depth + 1);
    if (one.kind == Evaluated::Kind::nothing) continue;
    const auto text = constant(one);
    if (!text) return unknown(one.reason.empty() ? "Fn::Join of parts that are not known" : one.reason);
    if (!std::exchange(first, false)) result += *separator;
    result += *text;
  }
  return text_of(document_.keep(std::move(result)));
}

Evaluated Template::mapped(Value argument, int depth) const {
  const auto map = constant(element(argument, 0), depth + 1), first = constant(element(argument, 1), depth + 1), second = constant(element(argument, 2), depth + 1);
  if (!map || !first || !second) return unknown("Fn::FindInMap with a key that is not known");
  const Value found = root_["Mappings"][*map][*first][*second];
  if (!found.exists()) return unknown("Fn::FindInMap of what is not in the mapping");
  return {Evaluated::Kind::value, found, {}, {}, {}};
}

Evaluated Template::evaluate(Value expression, int depth) const {
  const Value function = call(expression);
  if (!function.exists()) return {Evaluated::Kind::value, expression, {}, {}, {}};
  if (depth > deepest) return unknown("functions are nested too deep");
  const std::string_view name = function.name();
  if (name == "Ref" && function.is(Kind::string)) return reference(function.text());
  if (name == "Fn::Sub") return substituted(function, depth);
  if (name == "Fn::Join") return joined(function, depth);
  if (name == "Fn::FindInMap") return mapped(function, depth);
  if (name == "Fn::If") {
    const auto holds = condition(element(function, 0), depth + 1);
    if (!holds) return unknown(document_.keep(fmt::format("condition {} is not decided by the template", printable(element(function, 0).text()))));
    return evaluate(element(function, *holds ? 1 : 2), depth + 1);
  }
  if (name == "Fn::GetAtt") {
    const std::string_view dotted = function.text();
    const std::size_t dot = dotted.find('.');
    const bool list = function.is(Kind::array);
    const std::string_view id = list ? element(function, 0).text() : dotted.substr(0, dot);
    const std::string_view attribute = list ? element(function, 1).text() : dot == std::string_view::npos ? "" : dotted.substr(dot + 1);
    if (resource(id).exists()) return {Evaluated::Kind::resource, {}, id, attribute, {}};
    return unknown("the resource is not in the template");
  }
  if (name == "Fn::ImportValue") return unknown("another stack exports it");
  return unknown(document_.keep(fmt::format("{} is not evaluated", printable(name))));
}

std::optional<bool> Template::named_condition(std::string_view name, int depth) const {
  const auto [known, is_new] = conditions_.try_emplace(std::string(name));
  if (!is_new) return known->second;
  return known->second = condition(root_["Conditions"][name], depth + 1);
}

std::optional<bool> Template::condition(Value expression, int depth) const {
  if (depth > deepest) return std::nullopt;
  if (expression.is(Kind::string)) return named_condition(expression.text(), depth);
  const Value function = call(expression);
  if (!function.exists()) return std::nullopt;
  const std::string_view name = function.name();
  if (name == "Condition") return named_condition(function.text(), depth);
  if (name == "Fn::Equals") {
    const auto a = constant(element(function, 0), depth + 1), b = constant(element(function, 1), depth + 1);
    return a && b ? std::optional(*a == *b) : std::nullopt;
  }
  if (name == "Fn::Not") {
    const auto inner = condition(element(function, 0), depth + 1);
    return inner ? std::optional(!*inner) : std::nullopt;
  }
  if (name != "Fn::And" && name != "Fn::Or") return std::nullopt;
  const bool decides = name == "Fn::Or";
  bool all_known = true;
  for (const Value part : function) {
    const auto inner = condition(part, depth + 1);
    if (inner == decides) return decides;
    all_known &= inner.has_value();
  }
  return all_known ? std::optional(!decides) : std::nullopt;
}

Scalar Template::scalar(Value expression) const {
  const Evaluated evaluated = evaluate(expression);
  if (evaluated.kind == Evaluated::Kind::nothing) return {};
  Scalar result{expression};
  if (evaluated.kind == Evaluated::Kind::value && !evaluated.value) return {};
  result.text = constant(evaluated);
  if (evaluated.kind == Evaluated::Kind::unknown) result.reason = evaluated.reason;
  if (evaluated.kind == Evaluated::Kind::resource) result.reason = "known only when the resource is there";
  return result;
}

std::vector<Template::Item> Template::items(Value list) const {
  std::vector<Item> done;
  std::vector<Item> waiting{{list, {}}};
  while (!waiting.empty()) {
    Item item = std::move(waiting.back());
    waiting.pop_back();
    const Value value = item.value;
    if (value.is(Kind::array)) {
      const auto first = static_cast<std::ptrdiff_t>(waiting.size());
      for (const Value inner : value) waiting.push_back({inner, item.unknowns});
      std::reverse(waiting.begin() + first, waiting.end());
      continue;
    }
    const Value function = call(value);
    if (function.exists() && function.name() == "Fn::If") {
      const std::string_view name = element(function, 0).text();
      const auto holds = condition(name);
      for (const bool branch : {false, true}) {
        if (holds && *holds != branch) continue;
        Item inner{element(function, branch ? 1 : 2), item.unknowns};
        if (!holds)
          inner.unknowns.push_back({document_.keep(fmt::format("{}condition {}", branch ? "" : "not ", name)), "the template does not decide it", function.member()});
        waiting.push_back(std::move(inner));
      }
      continue;
    }
    const Evaluated evaluated = evaluate(value);
    if (evaluated.kind == Evaluated::Kind::nothing) continue;
    if (evaluated.kind == Evaluated::Kind::value && evaluated.value.is(Kind::object)) item.value = evaluated.value;
    done.push_back(std::move(item));
  }
  return done;
}

}  // namespace wallcheck::frontend::cloud
