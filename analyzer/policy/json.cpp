#include "policy/json.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/suggest.h"

namespace wallcheck::policy {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// Input iterator that shares its position: nlohmann's SAX events carry no place, but when one arrives, the parser has
/// read exactly up to the end of that token (one byte more after a number).
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator() = default;
  explicit CountingIterator(const char** at) : at_(at) {}
  reference operator*() const { return **at_; }
  CountingIterator& operator++() { return ++*at_, *this; }
  void operator++(int) { ++*at_; }
  bool operator==(const CountingIterator& other) const { return *at_ == *other.at_; }

 private:
  const char** at_ = nullptr;
};

/// Builds the document from SAX events. Its stack of open containers is the only trace of depth.
class Builder {
 public:
  Builder(std::string_view bytes, FileId file, const Limits& limits, const char* const* at)
      : bytes_(bytes), file_(file), limits_(limits), at_(at), token_end_(bytes.starts_with(byte_order_mark) ? byte_order_mark.size() : 0) {}

  bool null() { return scalar(JsonType::null, ""); }
  bool boolean(bool value) { return scalar(JsonType::boolean, value ? "true" : "false"); }
  bool number_integer(std::int64_t) { return number(); }
  bool number_unsigned(std::uint64_t) { return number(); }
  bool number_float(double, const std::string&) { return number(); }
  bool string(std::string& value) { return scalar(JsonType::string, std::move(value)); }
  bool binary(std::vector<std::uint8_t>&) { return false; }  // JSON text has none
  bool start_object(std::size_t) { return open(JsonType::object); }
  bool start_array(std::size_t) { return open(JsonType::array); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& value) {
    key_where_ = next_token(offset());
    key_ = std::move(value);
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) {
    describe(error.what());
    return false;
  }

  JsonDocument document;
  std::optional<Diagnostic> failure;

 private:
  std::size_t offset() const { return static_cast<std::size_t>(*at_ - bytes_.data()); }
  Span span(std::size_t begin, std::size_t end) const {
    return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(std::max(begin, end)), file_};
  }

  /// Where the token after the last one begins: between two events stands nothing but blanks, commas and colons.
  std::size_t next_begin() const { return std::min(bytes_.find_first_not_of(" \t\r\n,:", token_end_), bytes_.size()); }
  Span next_token(std::size_t end) {
    const Span where = span(next_begin(), end);
    token_end_ = end;
    return where;
  }

  JsonNode& add(JsonType type, std::string text, std::size_t end) {
    JsonNode& node = document.add(open_.empty() ? nullptr : open_.back());
    node.type = type;
    node.text = std::move(text);
    if (node.parent && node.parent->type == JsonType::object) node.key = std::move(key_), node.key_where = key_where_;
    node.where = next_token(end);
    return node;
  }
  bool scalar(JsonType type, std::string text) { return add(type, std::move(text), offset()), true; }
  bool number() {
    const std::size_t begin = next_begin();
    std::size_t end = offset();
    if (end < bytes_.size() || bytes_.find_first_of("0123456789", end - 1) != end - 1) --end;  // not the file's last byte
    return add(JsonType::number, std::string(bytes_.substr(begin, end - begin)), end), true;
  }
  bool open(JsonType type) {
    if (open_.size() == limits_.nesting) {
      const std::size_t begin = next_begin();
      failure = Diagnostic{.code = std::string(code::settings),
                           .message = fmt::format("nested deeper than {} levels, reading stops here", limits_.nesting),
                           .where = span(begin, begin + 1)};
      return false;
    }
    open_.push_back(&add(type, "", offset()));
    return true;
  }
  bool close() {
    token_end_ = offset();
    open_.back()->where.end = static_cast<std::uint32_t>(token_end_);
    open_.pop_back();
    return true;
  }

  /// nlohmann says "[json.exception...] parse error at line 1, column 5: syntax error while parsing value - REASON; last read:
  /// '...'; expected X". Place and quotation are ours to give; REASON and X stay.
  void describe(std::string_view what) {
    std::string_view reason = what;
    if (const auto dash = reason.find(" - "); dash != what.npos) reason.remove_prefix(dash + 3);
    else if (const auto bracket = reason.find("] "); bracket != what.npos) reason.remove_prefix(bracket + 2);
    std::string expected;
    const auto before_quotation = [](std::string_view text) { return text.substr(0, text.find("; last read")); };
    if (const auto tail = reason.rfind("; expected "); tail != what.npos) expected = printable(before_quotation(reason.substr(tail + 11))), reason = reason.substr(0, tail);
    reason = before_quotation(reason);

    const std::size_t last = offset() == 0 ? 0 : offset() - 1;  // the last byte that was read
    const std::size_t token = next_begin();
    std::string message = "not valid JSON: " + printable(reason);
    Span where = span(token, std::min(bytes_.find_first_of(" \t\r\n,:]}[{\"", token), bytes_.size()));
    if (reason.starts_with("unexpected end of input") || reason.find("missing closing quote") != what.npos) {
      where = reason.front() == 'u' ? span(bytes_.size(), bytes_.size()) : span(token, bytes_.size());
    } else if (reason.starts_with("invalid string")) {
      where = span(last, last + 1);
    } else if (reason.starts_with("unexpected string")) {
      where = span(token, offset());
    } else if (reason.starts_with("unexpected '")) {
      where = span(last, last + 1);
      const std::size_t previous = bytes_.find_last_not_of(" \t\r\n", last == 0 ? 0 : last - 1);
      const bool closes = bytes_[last] == ']' || bytes_[last] == '}';
      if (closes && previous != what.npos && previous < last && bytes_[previous] == ',') {
        message = fmt::format("not valid JSON: a comma with nothing after it before '{}'", bytes_[last]);
        where = span(previous, previous + 1);
        expected.clear();
      }
    }
    const std::string_view rest = bytes_.substr(std::min<std::size_t>(where.begin, bytes_.size()));
    if (rest.starts_with("//") || rest.starts_with("/*") || rest.starts_with("#"))
      message = "not valid JSON: a comment, and JSON has none", expected.clear();
    if (rest.starts_with("'")) message = "not valid JSON: strings stand in double quotes", expected.clear();
    if (!expected.empty()) message += fmt::format(", expected {}", expected);
    failure = Diagnostic{.code = std::string(code::settings), .message = std::move(message), .where = where, .expected = expected};
  }

  std::string_view bytes_;
  FileId file_;
  const Limits& limits_;
  const char* const* at_;
  std::size_t token_end_;
  std::vector<JsonNode*> open_;
  std::string key_;
  Span key_where_;
};

}  // namespace

std::string_view to_string(JsonType type) {
  switch (type) {
    case JsonType::null: return "null";
    case JsonType::boolean: return "true or false";
    case JsonType::number: return "a number";
    case JsonType::string: return "a string";
    case JsonType::array: return "an array";
    case JsonType::object: return "an object";
  }
  return "null";
}

JsonNode& JsonDocument::add(JsonNode* parent) {
  JsonNode& node = *nodes_.emplace_back(std::make_unique<JsonNode>());
  node.parent = parent;
  if (parent) {
    node.index = static_cast<std::uint32_t>(parent->children.size());
    parent->children.push_back(&node);
  }
  return node;
}

Result<JsonDocument, Diagnostic> parse_json(std::string_view bytes, FileId file, const Limits& limits) {
  if (bytes.size() > limits.settings_bytes)
    return Unexpected{Diagnostic{
        .code = std::string(code::settings),
        .message = fmt::format("{} bytes, but a policy pack or config has at most {} {}; it is not read", bytes.size(), limits.settings_bytes, limit_words("settings_bytes")),
        .where = {0, 0, file}}};
  if (const auto nul = bytes.find('\0'); nul != bytes.npos) {  // nlohmann takes it for the end and would not read the rest
    const auto begin = static_cast<std::uint32_t>(nul);
    return Unexpected{Diagnostic{.code = std::string(code::settings), .message = "not valid JSON: a NUL byte", .where = {begin, begin + 1, file}}};
  }
  const char* at = bytes.data();
  const char* end = at + bytes.size();
  Builder builder(bytes, file, limits, &at);
  const bool whole = nlohmann::json::sax_parse(CountingIterator(&at), CountingIterator(&end), &builder);
  if (!whole) return Unexpected{std::move(*builder.failure)};
  return std::move(builder.document);
}

std::optional<JsonDocument> read_json(const std::string& path, const ReadFile& read, const Limits& limits, Sources& sources,
                                      std::vector<Diagnostic>& diagnostics) {
  auto bytes = read(path);
  sources.push_back(std::make_shared<SourceFile>(path, bytes ? std::move(*bytes) : std::string()));
  if (!bytes) {
    diagnostics.push_back({.code = std::string(code::settings), .message = bytes.error(), .where = {}});
    return std::nullopt;
  }
  auto document = parse_json(sources.front()->bytes(), 0, limits);
  if (document) return std::move(*document);
  diagnostics.push_back(document.error());
  return std::nullopt;
}

std::string json_pointer(const JsonNode& node) {
  std::vector<std::string> steps;
  for (const JsonNode* at = &node; at->parent; at = at->parent) {
    if (at->parent->type == JsonType::array) {
      steps.push_back(std::to_string(at->index));
      continue;
    }
    std::string step;
    for (const char c : at->key) step += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    steps.push_back(std::move(step));
  }
  std::string pointer;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) pointer += "/" + *step;
  return pointer;
}

void JsonReader::complain(const JsonNode& at, Span where, std::string_view message) {
  if (diagnostics_->size() > limit_) return;  // settle() says that there are more
  const std::string pointer = json_pointer(at);
  diagnostics_->push_back({.code = std::string(code::settings),
                           .message = pointer.empty() ? std::string(message) : fmt::format("{}: {}", printable(pointer), message),
                           .where = where});
}

bool JsonReader::object(const JsonNode& value, std::initializer_list<std::string_view> keys) {
  if (value.type != JsonType::object) {
    error(value, fmt::format("{} where an object is expected", to_string(value.type)));
    return false;
  }
  std::set<std::string_view> seen;
  for (const JsonNode* child : value.children) {
    if (!seen.insert(child->key).second) complain(*child, child->key_where, fmt::format("the key {} is repeated", in_quotes(child->key)));
    else if (keys.size() > 0 && std::ranges::find(keys, child->key) == keys.end())
      complain(*child, child->key_where, fmt::format("unknown key {}{}", in_quotes(child->key), suggestion(child->key, keys)));
  }
  return true;
}

bool JsonReader::array(const JsonNode& value) {
  if (value.type == JsonType::array) return true;
  error(value, fmt::format("{} where an array is expected", to_string(value.type)));
  return false;
}

std::optional<std::string> JsonReader::string(const JsonNode& value) {
  if (value.type == JsonType::string) return value.text;
  error(value, fmt::format("{} where a string is expected", to_string(value.type)));
  return std::nullopt;
}

std::optional<bool> JsonReader::boolean(const JsonNode& value) {
  if (value.type == JsonType::boolean) return value.text == "true";
  error(value, fmt::format("{} where true or false is expected", to_string(value.type)));
  return std::nullopt;
}

std::optional<int> JsonReader::positive(const JsonNode& value) {
  int number = 0;
  const char* end = value.text.data() + value.text.size();
  if (value.type == JsonType::number)
    if (const auto [stop, failed] = std::from_chars(value.text.data(), end, number); failed == std::errc{} && stop == end && number > 0) return number;
  error(value, "a whole number from 1 is expected");
  return std::nullopt;
}

std::optional<std::size_t> JsonReader::one_of(const JsonNode& value, std::initializer_list<std::string_view> words) {
  const auto text = string(value);
  if (!text) return std::nullopt;
  const auto found = std::ranges::find(words, *text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  error(value, fmt::format("{} is none of {}{}", in_quotes(*text), fmt::join(words, ", "), suggestion(*text, words)));
  return std::nullopt;
}

std::vector<const JsonNode*> JsonReader::strings(const JsonNode& value, bool or_one) {
  if (or_one && value.type == JsonType::string) return {&value};
  std::vector<const JsonNode*> found;
  if (!array(value)) return found;
  for (const JsonNode* child : value.children)
    if (string(*child)) found.push_back(child);
  return found;
}

const JsonNode* member(const JsonNode& object, std::string_view key) {
  const auto found = std::ranges::find(object.children, key, &JsonNode::key);
  return found == object.children.end() ? nullptr : *found;
}

void settle(std::vector<Diagnostic>& diagnostics, const Limits& limits) {
  std::ranges::sort(diagnostics, before);
  if (diagnostics.size() <= limits.diagnostics) return;
  diagnostics.resize(limits.diagnostics + 1);
  diagnostics.back() = {.code = std::string(code::settings), .message = "more mistakes than are listed", .where = diagnostics.back().where};
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 60;
  if (text.size() <= longest) return fmt::format("\"{}\"", printable(text));
  std::size_t cut = longest;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80) --cut;  // not inside a UTF-8 character
  return fmt::format("\"{}...\"", printable(text.substr(0, cut)));
}

}  // namespace wallcheck::policy
