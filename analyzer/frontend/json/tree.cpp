#include "frontend/json/tree.h"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include <fmt/format.h>

#include "frontend/json/parse.h"
#include "frontend/utf16.h"

namespace wallcheck::frontend::json {

std::string_view a(Kind kind) {
  constexpr std::string_view names[] = {"nothing", "null", "a boolean", "a number", "a string", "an array", "an object"};
  return names[static_cast<std::size_t>(kind)];
}

namespace {

std::uint32_t hex4(std::string_view digits) {
  std::uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + 4, value, 16);
  return value;
}

/// The inside of a string token, escapes taken out (RFC 8259 section 7). The grammar has seen to it that escapes are well-formed; half a
/// surrogate pair becomes U+FFFD.
std::string decoded(std::string_view inside) {
  std::string text;
  text.reserve(inside.size());
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] != '\\') {
      text += inside[i];
      continue;
    }
    constexpr std::string_view names = "bfnrt", characters = "\b\f\n\r\t";
    const char escape = inside[++i];
    if (const std::size_t at = names.find(escape); at != std::string_view::npos) text += characters[at];
    else if (escape != 'u') text += escape;
    else {
      std::uint32_t code = hex4(inside.substr(i + 1));
      i += 4;
      const bool pair = code >= 0xd800 && code < 0xdc00 && inside.substr(i + 1).starts_with("\\u");
      const std::uint32_t low = pair ? hex4(inside.substr(i + 3)) : 0;
      if (low >= 0xdc00 && low < 0xe000) code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00), i += 6;
      else if (code >= 0xd800 && code < 0xe000) code = 0xfffd;
      append_utf8(text, code);
    }
  }
  return text;
}

}  // namespace

/// From the parser's calls to nodes. Children are linked as they come; only what is open is on a stack.
class TreeBuilder : public JsonSink, public antlr::SyntaxErrorSink {
 public:
  TreeBuilder(Tree& tree, std::uint32_t base, const Limits& limits)
      : tree_(tree), base_(base), limits_(limits), nesting_(std::min(limits.nesting, Tree::deepest_nesting)) {}

  std::optional<Trouble> trouble;

  bool open_object(const Token& brace) override { return open(brace, Kind::object); }
  bool open_array(const Token& bracket) override { return open(bracket, Kind::array); }

  void key(const Token& name) override {
    key_ = name;
    ++keys_;
  }

  bool scalar(const Token& value) override {
    if (over_budget(value)) return false;
    Tree::Node& node = add(value);
    switch (word_of(value)) {
      case Word::plain: node.kind = Kind::string; break;
      case Word::escaped:
        node.kind = Kind::string;
        tree_.decoded_.push_back(decoded(inside(value)));
        node.first = static_cast<std::uint32_t>(tree_.decoded_.size());
        break;
      case Word::number: node.kind = Kind::number; break;
      case Word::true_:
      case Word::false_: node.kind = Kind::boolean; break;
      case Word::null: node.kind = Kind::null; break;
    }
    return true;
  }

  void close(const Token& bracket) override {
    Tree::Node& node = tree_.nodes_[open_.back().node];
    node.end = base_ + bracket.end;
    if (node.kind == Kind::object) note_duplicates(open_.back());
    open_.pop_back();
  }

  void syntax_error(const antlr::SyntaxError& error) override {
    if (trouble) return;
    const Span where{base_ + error.token.begin, base_ + error.token.end, tree_.file_};
    std::string message = problem_text(error, printable(tree_.bytes_.substr(where.begin, std::min(where.end - where.begin, 40u))));
    // Where the text ends too early, the place to look at is what is still open.
    if (error.token.type == Token::end_of_input && !open_.empty()) {
      const Tree::Node& innermost = tree_.nodes_[open_.back().node];
      const auto line = std::ranges::count(tree_.bytes_.substr(0, innermost.begin), '\n') + 1;
      message += fmt::format("; the {} of line {} is still open", innermost.kind == Kind::object ? "{" : "[", line);
    }
    trouble = Trouble{"WC901", where, std::move(message), expected_text(error)};
  }

 private:
  struct Open {
    std::uint32_t node = 0;
    std::uint32_t last = 0;   // child
    std::uint32_t count = 0;
  };

  bool open(const Token& bracket, Kind kind) {
    if (open_.size() >= nesting_) return give_up(bracket, fmt::format("brackets are nested more than {} deep {}", nesting_, limit_words("nesting")));
    if (over_budget(bracket)) return false;
    add(bracket).kind = kind;
    open_.push_back({static_cast<std::uint32_t>(tree_.nodes_.size() - 1)});
    return true;
  }

  /// Always false: the parse ends here.
  bool give_up(const Token& at, std::string_view why) {
    trouble = Trouble{"WC904", {base_ + at.begin, base_ + at.end, tree_.file_}, fmt::format("{}: the file was not read", why), {}};
    return false;
  }

  bool over_budget(const Token& at) {
    if (limits_.stopped()) return !give_up(at, stop_words(*limits_.stop));
    if (tree_.nodes_.size() + keys_ <= limits_.tokens) return false;
    return !give_up(at, fmt::format("the file has more than {} keys and values {}", limits_.tokens, limit_words("tokens")));
  }

  Tree::Node& add(const Token& token) {
    const auto id = static_cast<std::uint32_t>(tree_.nodes_.size());
    if (open_.empty()) {
      tree_.roots_.push_back(tree_.handle(id));
    } else {
      Open& parent = open_.back();
      (parent.last == 0 ? tree_.nodes_[parent.node].first : tree_.nodes_[parent.last].next) = id;
      parent.last = id;
      ++parent.count;
    }
    Tree::Node& node = tree_.nodes_.emplace_back();
    node.begin = base_ + token.begin;
    node.end = base_ + token.end;
    if (key_.end > key_.begin) {
      node.key_begin = base_ + key_.begin;
      node.key_end = base_ + key_.end;
      if (word_of(key_) == Word::escaped) {
        node.escaped_key = 1;
        tree_.decoded_.push_back(decoded(inside(key_)));
        tree_.decoded_keys_.emplace_back(id, static_cast<std::uint32_t>(tree_.decoded_.size() - 1));
      }
      key_ = {};
    }
    return node;
  }

  std::string_view inside(const Token& token) const {
    return tree_.bytes_.substr(base_ + token.begin + 1, token.end - token.begin - 2);
  }

  /// Objects of firewalls have a handful of members: comparing all pairs is fastest. Large ones (resources of a template) go by a table.
  void note_duplicates(const Open& object) {
    constexpr std::uint32_t few = 12;
    const std::uint32_t first = tree_.nodes_[object.node].first;
    if (object.count <= few) {
      for (std::uint32_t later = first; later != 0; later = tree_.nodes_[later].next)
        for (std::uint32_t before = first; before != later; before = tree_.nodes_[before].next)
          if (same_key(before, later)) {
            tree_.duplicates_.push_back(later);
            break;
          }
      return;
    }
    std::unordered_set<std::string_view> seen;
    for (std::uint32_t node = first; node != 0; node = tree_.nodes_[node].next)
      if (!seen.insert(tree_.key_text(node)).second) tree_.duplicates_.push_back(node);
  }

  bool same_key(std::uint32_t x, std::uint32_t y) const {
    const Tree::Node &a = tree_.nodes_[x], &b = tree_.nodes_[y];
    const bool plain = a.escaped_key == 0 && b.escaped_key == 0;
    if (plain && a.key_end - a.key_begin != b.key_end - b.key_begin) return false;
    return tree_.key_text(x) == tree_.key_text(y);
  }

  Tree& tree_;
  const std::uint32_t base_;
  const Limits& limits_;
  const std::size_t nesting_;
  std::size_t keys_ = 0;
  std::vector<Open> open_;
  Token key_{};
};

Result<Tree, Trouble> Tree::read(const SourceFile& source, FileId file, std::uint32_t begin, const Limits& limits) {
  Tree tree(source, file);
  tree.nodes_.reserve(source.bytes().size() / 40 + 16);
  tree.nodes_.emplace_back();  // 0 is "none"
  TreeBuilder builder(tree, begin, limits);
  parse(source.bytes().substr(begin), builder, builder);
  if (builder.trouble) return Unexpected{std::move(*builder.trouble)};
  return tree;
}

Tree::Tree(Tree&& other) noexcept
    : bytes_(other.bytes_), file_(other.file_), nodes_(std::move(other.nodes_)), roots_(std::move(other.roots_)), decoded_(std::move(other.decoded_)),
      decoded_keys_(std::move(other.decoded_keys_)), duplicates_(std::move(other.duplicates_)) {
  for (Value& root : roots_) root.tree_ = this;
}

std::string_view Tree::key_text(std::uint32_t id) const {
  const Node& node = nodes_[id];
  if (node.escaped_key != 0) return decoded_[std::ranges::lower_bound(decoded_keys_, id, {}, &std::pair<std::uint32_t, std::uint32_t>::first)->second];
  return node.key_end == node.key_begin ? std::string_view{} : bytes_.substr(node.key_begin + 1, node.key_end - node.key_begin - 2);
}

std::vector<Value> Tree::duplicates() const {
  std::vector<Value> values;
  for (const std::uint32_t node : duplicates_) values.push_back(Value(this, node));
  return values;
}

// --- Value ---

Kind Value::kind() const { return tree_ == nullptr ? Kind::missing : tree_->nodes_[node_].kind; }

Span Value::span() const {
  if (tree_ == nullptr) return {};
  return {tree_->nodes_[node_].begin, tree_->nodes_[node_].end, tree_->file_};
}

Span Value::key() const {
  if (tree_ == nullptr) return {};
  const Tree::Node& node = tree_->nodes_[node_];
  if (node.key_begin == node.key_end) return {node.begin, node.begin, tree_->file_};
  return {node.key_begin, node.key_end, tree_->file_};
}

Span Value::member() const { return {key().begin, span().end, span().file}; }
std::string_view Value::name() const { return tree_ == nullptr ? std::string_view{} : tree_->key_text(node_); }

std::string_view Value::text() const {
  if (kind() != Kind::string) return {};
  const Tree::Node& node = tree_->nodes_[node_];
  if (node.first != 0) return tree_->decoded_[node.first - 1];
  return tree_->bytes_.substr(node.begin + 1, node.end - node.begin - 2);
}

namespace {

std::string one_line(std::string_view json) {
  std::string text;
  bool quoted = false, escaped = false;
  for (const char c : json) {
    if (!quoted && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) continue;
    text += c;
    if (!quoted && (c == ':' || c == ',')) text += ' ';
    if (c == '"' && !escaped) quoted = !quoted;
    escaped = c == '\\' && !escaped;
  }
  return text;
}

}  // namespace

std::string_view Value::raw() const { return tree_ == nullptr ? std::string_view{} : tree_->bytes_.substr(span().begin, span().end - span().begin); }
std::string Value::in_one_line() const { return one_line(raw()); }
std::string Value::member_in_one_line() const {
  return tree_ == nullptr ? std::string{} : one_line(tree_->bytes_.substr(member().begin, member().end - member().begin));
}
bool Value::truth() const { return kind() == Kind::boolean && raw() == "true"; }

std::optional<std::int64_t> Value::integer() const {
  if (kind() != Kind::number) return std::nullopt;
  const std::string_view digits = raw();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

Value Value::operator[](std::string_view name) const {
  if (kind() != Kind::object) return {};
  Value found;
  for (std::uint32_t child = tree_->nodes_[node_].first; child != 0; child = tree_->nodes_[child].next) {
    const Tree::Node& node = tree_->nodes_[child];
    if (node.escaped_key == 0 && node.key_end - node.key_begin != name.size() + 2) continue;
    if (tree_->key_text(child) != name) continue;
    found = Value(tree_, child);
    if (tree_->duplicates_.empty()) break;
  }
  return found;
}

std::size_t Value::size() const { return static_cast<std::size_t>(std::distance(begin(), end())); }

Value::Iterator Value::begin() const {
  const bool has_children = kind() == Kind::array || kind() == Kind::object;
  return {tree_, has_children ? tree_->nodes_[node_].first : 0};
}
Value::Iterator Value::end() const { return {tree_, 0}; }

Value::Iterator& Value::Iterator::operator++() {
  node_ = tree_->nodes_[node_].next;
  return *this;
}

}  // namespace wallcheck::frontend::json
