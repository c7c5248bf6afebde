#pragma once
// json: a JSON text as a tree whose every value and key knows its place in the file. Knows no format.

#include <cstdint>
#include <deque>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "base/source_file.h"

namespace wallcheck::frontend::json {

enum class Kind : std::uint8_t { missing, null, boolean, number, string, array, object };

/// "a string", "an object": for messages.
std::string_view a(Kind kind);

class Tree;

/// One value of a tree, or none (`Kind::missing`): a handle, to be passed by value. It lives as long as its tree.
///
/// Questions of the wrong kind are not errors: a key of something that is no object, the text of something that is no string are
/// missing or empty, so that a reader can ask for `value["a"]["b"]` and look at the end whether something was there.
class Value {
 public:
  Value() = default;
  Kind kind() const;
  bool exists() const { return tree_ != nullptr; }
  /// Something is said here: not missing and not null.
  explicit operator bool() const { return kind() > Kind::null; }
  bool is(Kind wanted) const { return kind() == wanted; }

  Span span() const;    ///< the value, with its quotes or brackets
  Span key() const;     ///< its name in the object it is in, with quotes; empty at its begin if it has none
  Span member() const;  ///< from its key to its end: `"FromPort": 22`

  std::string_view name() const;       ///< its key, escapes taken out
  std::string_view text() const;       ///< strings, escapes taken out; else empty
  std::string_view raw() const;        ///< as it stands in the file
  std::string in_one_line() const;     ///< the same whatever blanks and lines it is written with: what a condition is known by
  std::string member_in_one_line() const;  ///< that with its key
  bool truth() const;                  ///< the literal true
  std::optional<std::int64_t> integer() const;  ///< numbers without a fraction

  /// The member of this name. Of several the last one, as JSON readers in use do it; Tree::duplicates tells.
  Value operator[](std::string_view name) const;
  std::size_t size() const;            ///< elements or members
  /// Which value it is, for maps: the same handle gives the same number.
  std::uint32_t id() const { return node_; }

  class Iterator;
  Iterator begin() const;
  Iterator end() const;

 private:
  friend class Tree;
  Value(const Tree* tree, std::uint32_t node) : tree_(tree), node_(node) {}
  const Tree* tree_ = nullptr;
  std::uint32_t node_ = 0;
};

/// Why a text is not JSON.
struct Trouble {
  const char* code = "WC901";  ///< WC904: a budget (nesting, tokens, time) ran out
  Span where;
  std::string message;
  std::string expected;
};

/// A JSON text, or several one after the other. Cost: 28 bytes a value; the bytes are not copied.
class Tree {
 public:
  /// Reads bytes [begin, end of file) of the source, which must outlive the tree. The first thing that does not fit ends it: what a damaged
  /// text means is not to be guessed at. Never throws; recursion is bounded by Limits::nesting (at most deepest_nesting),
  /// memory by Limits::tokens.
  static Result<Tree, Trouble> read(const SourceFile& source, FileId file, std::uint32_t begin, const Limits& limits);
  static constexpr std::uint32_t deepest_nesting = 10'000;

  /// The texts of the file, in order: usually one.
  const std::vector<Value>& roots() const { return roots_; }
  /// Frees the values, which are handles of nothing from here on; what their texts were stays as long as the tree.
  void keep_texts_only() {
    nodes_ = {};
    roots_ = {};
  }
  /// Members whose name stands before in the same object.
  std::vector<Value> duplicates() const;

  Tree(Tree&& other) noexcept;
  Tree& operator=(Tree&&) = delete;

 private:
  friend class Value;
  friend class TreeBuilder;
  struct Node {
    std::uint32_t begin = 0, end = 0;
    std::uint32_t key_begin = 0, key_end = 0;  ///< equal: no key
    std::uint32_t next = 0;                    ///< sibling; 0 = the last one
    std::uint32_t first = 0;                   ///< containers: first child, 0 = empty; strings with escapes: index in decoded_ + 1
    Kind kind = Kind::missing;
    std::uint8_t escaped_key = 0;              ///< its decoded text is in decoded_keys_
  };
  Tree(const SourceFile& source, FileId file) : bytes_(source.bytes()), file_(file) {}
  std::string_view key_text(std::uint32_t node) const;
  Value handle(std::uint32_t node) const { return {this, node}; }

  std::string_view bytes_;
  FileId file_;
  std::vector<Node> nodes_;
  std::vector<Value> roots_;
  std::deque<std::string> decoded_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> decoded_keys_;  ///< node, index in decoded_; by node
  std::vector<std::uint32_t> duplicates_;
};

class Value::Iterator {
 public:
  using value_type = Value;
  using difference_type = std::ptrdiff_t;
  using iterator_category = std::forward_iterator_tag;
  Iterator() = default;
  Value operator*() const { return Value(tree_, node_); }
  Iterator& operator++();
  Iterator operator++(int) {
    Iterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const Iterator& other) const { return node_ == other.node_; }

 private:
  friend class Value;
  Iterator(const Tree* tree, std::uint32_t node) : tree_(tree), node_(node) {}
  const Tree* tree_ = nullptr;
  std::uint32_t node_ = 0;
};

}  // namespace wallcheck::frontend::json
