#include "fix/json_edit.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "frontend/cloud/json_start.h"

namespace wallcheck::fix {

namespace {

using frontend::json::Kind;
using frontend::json::Tree;
using Value = JsonText::Value;

constexpr std::string_view blanks = " \t";

bool is_container(Value value) { return value.is(Kind::array) || value.is(Kind::object); }

std::string_view part(std::string_view bytes, std::uint32_t begin, std::uint32_t end) { return bytes.substr(begin, end - begin); }

bool has_newline(std::string_view text) { return text.find('\n') != std::string_view::npos; }

/// Of the line on which a byte stands.
std::string_view indent_at(std::string_view bytes, std::uint32_t at) {
  const std::size_t newline = bytes.substr(0, at).rfind('\n');
  const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
  return bytes.substr(begin, std::min(bytes.find_first_not_of(blanks, begin), bytes.size()) - begin);
}

/// Behind the last line end of what stands between two values.
std::string_view indent_in(std::string_view gap) {
  gap.remove_prefix(gap.rfind('\n') + 1);
  return gap.substr(0, std::min(gap.find_first_not_of(blanks), gap.size()));
}

/// Where a value is, as far as style goes: under which key, how far below it, and how deep in the text.
struct Place {
  std::string_view key;
  int below = 0, depth = 0;
  Place member(std::string_view name) const { return {name, 0, depth + 1}; }
  Place element() const { return {key, below + 1, depth + 1}; }
};

/// How a text is written around a byte: each habit as it shows nearest to that byte.
class Habits {
 public:
  Habits(std::string_view bytes, const std::vector<Value>& roots, std::uint32_t at) : bytes_(bytes), at_(at) {
    const std::size_t newline = bytes.find('\n');
    if (newline != std::string_view::npos && newline > 0 && bytes[newline - 1] == '\r') line_end_ = "\r\n";
    ascii_ = std::ranges::none_of(bytes, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    std::vector<std::pair<Value, Place>> waiting;
    waiting.reserve(roots.size());
    for (const Value root : roots) waiting.emplace_back(root, Place{});
    while (!waiting.empty()) {
      const auto [value, place] = waiting.back();
      waiting.pop_back();
      if (value.begin() == value.end()) continue;
      look_at(value, place);
      for (const Value child : value)
        if (is_container(child)) waiting.emplace_back(child, value.is(Kind::object) ? place.member(child.name()) : place.element());
    }
    if (!comma_) comma_ = {0, colon({}).ends_with(' ') ? ", " : ","};
  }

  /// A value on a line of that indentation.
  void print(std::string& out, const Json& value, const Place& place, const std::string& indent) const {
    if (!value.is_structured() || value.empty()) {
      out += value.dump(-1, ' ', ascii_, Json::error_handler_t::replace);
      return;
    }
    const bool object = value.is_object();
    const Container style = style_of(object ? Kind::object : Kind::array, place);
    const std::string inner = style.open ? indent + std::string(unit()) : indent;
    out += object ? '{' : '[';
    bool first = true;
    const auto separate = [&] {
      if (!first) out += style.open ? "," : comma_->second;
      if (style.open) out += line_end_, out += inner;
      else if (first) out += style.pad;
      first = false;
    };
    if (object) {
      for (const std::string& key : keys(value, place)) {
        separate();
        member(out, key, value[key], place, inner);
      }
    } else {
      for (const Json& element : value) {
        separate();
        print(out, element, place.element(), inner);
      }
    }
    if (style.open) out += line_end_, out += indent;
    else out += style.pad;
    out += object ? '}' : ']';
  }

  void member(std::string& out, std::string_view key, const Json& value, const Place& object, const std::string& indent) const {
    out += Json(key).dump(-1, ' ', ascii_, Json::error_handler_t::replace);
    out += colon(key);
    print(out, value, object.member(key), indent);
  }

  /// Between two children of a container that has some.
  std::string separator(Value container) const {
    Value last, before;
    for (const Value child : container) before = last, last = child;
    if (before.exists()) return std::string(part(bytes_, before.span().end, last.member().begin));
    const std::string_view gap = part(bytes_, container.span().begin + 1, last.member().begin);
    return has_newline(gap) ? "," + std::string(gap) : std::string(comma_->second);
  }

  /// How an empty container is filled: what stands before the first child, between them, and behind the last one.
  struct Filling {
    std::string before, between, behind, indent;
  };
  Filling filling(Value container, const Place& place) const {
    const Container style = style_of(container.kind(), place);
    const std::string outer(indent_at(bytes_, container.span().begin));
    if (!style.open) return {std::string(style.pad), std::string(comma_->second), std::string(style.pad), outer};
    const std::string inner = outer + std::string(unit()), line = std::string(line_end_) + inner;
    return {line, "," + line, std::string(line_end_) + outer, inner};
  }

 private:
  struct Container {
    bool open = false;     ///< its children are on lines of their own
    std::string_view pad;  ///< ... else: what stands inside of the brackets
  };
  template <class T>
  using Nearest = std::optional<std::pair<std::uint32_t, T>>;
  using Key = std::tuple<int, std::string_view, int>;

  /// The keys by which a style is looked for, the most alike first.
  static std::array<Key, 4> likeness(Kind kind, const Place& place) {
    const int k = static_cast<int>(kind);
    return {{{k, place.key, place.below}, {k, {}, -1 - place.depth}, {k, {}, 0}, {-1, {}, 0}}};
  }

  template <class T>
  void learn(Nearest<T>& habit, std::uint32_t from, T value) const {
    const std::uint32_t distance = from > at_ ? from - at_ : at_ - from;
    if (!habit || distance < habit->first) habit = {distance, std::move(value)};
  }

  void look_at(Value value, const Place& place) {
    const Value first = *value.begin();
    const std::uint32_t from = value.span().begin;
    const std::string_view gap = part(bytes_, from + 1, first.member().begin);
    const Container style{has_newline(gap), has_newline(gap) ? std::string_view{} : gap};
    for (const Key& key : likeness(value.kind(), place)) learn(containers_[key], from, style);
    if (style.open) {
      const std::string_view inner = indent_in(gap), outer = indent_at(bytes_, from);
      if (inner.size() > outer.size() && inner.starts_with(outer)) learn(unit_, from, inner.substr(outer.size()));
    }
    Value before;
    for (const Value child : value) {
      if (before.exists()) {
        const std::string_view between = part(bytes_, before.span().end, child.member().begin);
        if (!has_newline(between)) learn(comma_, before.span().end, between);
      }
      if (value.is(Kind::object)) {
        const std::string_view colon = part(bytes_, child.key().end, child.span().begin);
        learn(colons_[child.name()], child.key().end, colon);
        learn(colons_[{}], child.key().end, colon);
      }
      before = child;
    }
    if (value.is(Kind::object)) {
      const auto [alike, as_deep, any_object, any] = likeness(Kind::object, place);
      orders_[alike].emplace_back(from > at_ ? from - at_ : at_ - from, value);
      learn(other_orders_[as_deep], from, value);
      learn(other_orders_[any_object], from, value);
    }
  }

  Container style_of(Kind kind, const Place& place) const {
    for (const Key& key : likeness(kind, place))
      if (const auto found = containers_.find(key); found != containers_.end()) return found->second->second;
    return {};
  }

  std::string_view colon(std::string_view key) const {
    for (const std::string_view name : {key, std::string_view{}})
      if (const auto found = colons_.find(name); found != colons_.end()) return found->second->second;
    return ": ";
  }

  std::string_view unit() const { return unit_ ? unit_->second : "  "; }

  /// The object whose order of keys is followed: of those of its name the one that has most of the keys, else what is near.
  Value model_of(const Json& value, const Place& place) const {
    const auto [alike, as_deep, any_object, any] = likeness(Kind::object, place);
    Value model;
    std::ptrdiff_t most = 0;
    std::uint32_t near = 0;
    if (const auto found = orders_.find(alike); found != orders_.end())
      for (const auto& [distance, object] : found->second) {
        const std::ptrdiff_t shared = std::ranges::count_if(object, [&](Value child) { return value.contains(child.name()); });
        if (shared > most || (shared == most && most > 0 && distance < near)) model = object, most = shared, near = distance;
      }
    for (const Key& key : {as_deep, any_object})
      if (const auto found = other_orders_.find(key); !model.exists() && found != other_orders_.end()) model = found->second->second;
    return model;
  }

  /// The value's keys: those that the model has come in its order, another one behind the key that it follows.
  std::vector<std::string> keys(const Json& value, const Place& place) const {
    std::vector<std::string> sorted;
    for (const Value child : model_of(value, place))
      if (value.contains(child.name()) && std::ranges::find(sorted, child.name()) == sorted.end()) sorted.emplace_back(child.name());
    auto place_for_next = sorted.begin();
    for (const auto& [key, inside] : value.items()) {
      auto at = std::ranges::find(sorted, key);
      if (at == sorted.end()) at = sorted.insert(place_for_next, key);
      place_for_next = at + 1;
    }
    return sorted;
  }

  std::string_view bytes_;
  std::uint32_t at_;
  std::string_view line_end_ = "\n";
  bool ascii_ = true;
  std::map<Key, Nearest<Container>> containers_;
  std::map<Key, std::vector<std::pair<std::uint32_t, Value>>> orders_;  ///< with their distance
  std::map<Key, Nearest<Value>> other_orders_;
  std::map<std::string_view, Nearest<std::string_view>> colons_;
  Nearest<std::string_view> comma_, unit_;
};

/// The place of the innermost value.
Place place_of(const std::vector<Value>& around) {
  Place place;
  for (std::size_t i = 1; i < around.size(); ++i) place = around[i - 1].is(Kind::object) ? place.member(around[i].name()) : place.element();
  return place;
}

}  // namespace

std::optional<JsonText> JsonText::read(const SourceFile& file) {
  const auto start = frontend::cloud::json_start(file.bytes());
  if (!start) return std::nullopt;
  Limits limits;
  limits.nesting = Tree::deepest_nesting;  // what was read once may be read again
  auto tree = Tree::read(file, 0, start->json, limits);
  if (!tree) return std::nullopt;
  return JsonText(file, std::move(*tree));
}

std::vector<Value> JsonText::around(std::uint32_t at) const {
  std::vector<Value> values;
  const auto holds = [&](Value value) { return value.member().begin <= at && at < value.span().end; };
  const auto root = std::ranges::find_if(roots(), holds);
  if (root == roots().end()) return values;
  values.push_back(*root);
  for (bool deeper = true; deeper;) {
    deeper = false;
    for (const Value child : values.back())
      if (holds(child)) {
        values.push_back(child);
        deeper = true;
        break;
      }
  }
  return values;
}

Edit JsonText::append(Value array, std::span<const Json> elements) const {
  const Habits habits(bytes_, roots(), array.span().end);
  const Place place = place_of(around(array.span().begin));
  std::string text;
  if (array.begin() == array.end()) {
    const auto filling = habits.filling(array, place);
    for (const Json& element : elements) {
      text += &element == elements.data() ? filling.before : filling.between;
      habits.print(text, element, place.element(), filling.indent);
    }
    return {{array.span().begin + 1, array.span().end - 1, array.span().file}, text + filling.behind};
  }
  Value last;
  for (const Value child : array) last = child;
  const std::string separator = habits.separator(array);
  const std::string indent(has_newline(separator) ? indent_in(separator) : indent_at(bytes_, last.span().end));
  for (const Json& element : elements) {
    text += separator;
    habits.print(text, element, place.element(), indent);
  }
  return {{last.span().end, last.span().end, last.span().file}, text};
}

Edit JsonText::insert(Value array, Value before, std::span<const Json> elements) const {
  const std::uint32_t at = before.span().begin;
  const Habits habits(bytes_, roots(), at);
  const Place place = place_of(around(array.span().begin)).element();
  const std::string separator = habits.separator(array), indent(indent_at(bytes_, at));
  std::string text;
  for (const Json& element : elements) {
    habits.print(text, element, place, indent);
    text += separator;
  }
  // Whole lines, where the element begins one: the line that it stands on is then no part of the change.
  const std::size_t line = bytes_.substr(0, at).rfind('\n') + 1;
  if (line + indent.size() == at && line > 0 && text.ends_with("\n" + indent)) {
    const auto begin = static_cast<std::uint32_t>(line);
    return {{begin, begin, before.span().file}, indent + text.substr(0, text.size() - indent.size())};
  }
  return {{at, at, before.span().file}, text};
}

Edit JsonText::append_behind(Value array, Value element, std::span<const Json> elements) const {
  bool next = false;
  for (const Value other : array) {
    if (next) return insert(array, other, elements);
    next = other.id() == element.id();
  }
  return append(array, elements);
}

Edit JsonText::append_member(Value object, std::string_view name, const Json& value) const {
  const Habits habits(bytes_, roots(), object.span().end);
  const Place place = place_of(around(object.span().begin));
  std::string text;
  if (object.begin() == object.end()) {
    const auto filling = habits.filling(object, place);
    text = filling.before;
    habits.member(text, name, value, place, filling.indent);
    return {{object.span().begin + 1, object.span().end - 1, object.span().file}, text + filling.behind};
  }
  Value last;
  for (const Value child : object) last = child;
  text = habits.separator(object);
  const std::string indent(has_newline(text) ? indent_in(text) : indent_at(bytes_, last.span().end));
  habits.member(text, name, value, place, indent);
  return {{last.span().end, last.span().end, last.span().file}, text};
}

Edit JsonText::replace(Value value, const Json& with) const {
  std::string text;
  Habits(bytes_, roots(), value.span().begin).print(text, with, place_of(around(value.span().begin)), std::string(indent_at(bytes_, value.span().begin)));
  return {value.span(), text};
}

std::vector<Edit> JsonText::remove(Value container, std::span<const Value> children) const {
  std::vector<Edit> edits;
  const FileId file = container.span().file;
  Value kept, first, last;  // before a run of children that go, and its ends
  const auto cut = [&](Value next) {
    if (!first.exists()) return;
    if (kept.exists()) edits.push_back({{kept.span().end, last.span().end, file}, ""});
    else if (next.exists()) edits.push_back({{first.member().begin, next.member().begin, file}, ""});
    else edits.push_back({{container.span().begin + 1, container.span().end - 1, file}, ""});
    first = {};
  };
  for (const Value child : container) {
    if (std::ranges::find(children, child.id(), &Value::id) == children.end()) {
      cut(child);
      kept = child;
      continue;
    }
    if (!first.exists()) first = child;
    last = child;
  }
  cut({});
  return edits;
}

}  // namespace wallcheck::fix
