#pragma once
// JSON with places: a policy pack or config is edited by people, so each complaint names line, column and JSON pointer.
// Private to this room. nlohmann_json does the parsing; its tree forgets places, so its SAX events build this one.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/limits.h"
#include "base/result.h"
#include "policy/load_pack.h"

namespace wallcheck::policy {

/// Codes of what is said about packs and configs, and about comments to wallcheck; each has its page (`wallcheck explain CODE`).
/// The input codes WC901 to WC905 are not used here: they make a file's status, while a pack or config that cannot be used ends the run.
namespace code {
constexpr std::string_view settings = "WC910";
constexpr std::string_view directive = "WC911";
}  // namespace code

enum class JsonType : std::uint8_t { null, boolean, number, string, array, object };
/// With its article, for messages: "a string".
std::string_view to_string(JsonType type);

/// One value. Children are in the order of the file; repeated keys are all kept (JsonReader complains about them).
struct JsonNode {
  JsonType type = JsonType::null;
  std::string key;                 ///< in an object: its key, decoded
  std::string text;                ///< string: decoded; number: as written; boolean: "true" or "false"
  Span key_where;                  ///< empty outside objects
  Span where;                      ///< the value, quotes and brackets included
  const JsonNode* parent = nullptr;
  std::uint32_t index = 0;         ///< its place among the parent's children
  std::vector<JsonNode*> children;
};

/// A whole file. Nodes lie in one flat list, so that no depth of nesting can exhaust the stack when it is built or freed.
class JsonDocument {
 public:
  const JsonNode& root() const { return *nodes_.front(); }
  JsonNode& add(JsonNode* parent);

 private:
  std::vector<std::unique_ptr<JsonNode>> nodes_;
};

/// Reads one JSON text (RFC 8259; a byte-order mark is allowed). The error is where reading stopped.
Result<JsonDocument, Diagnostic> parse_json(std::string_view bytes, FileId file, const Limits& limits);

/// Reads and parses a file that stands alone: the first of `sources`. nullopt: `diagnostics` says why.
std::optional<JsonDocument> read_json(const std::string& path, const ReadFile& read, const Limits& limits, Sources& sources,
                                      std::vector<Diagnostic>& diagnostics);

/// RFC 6901: "/flows/0/from"; empty for the whole document.
std::string json_pointer(const JsonNode& node);

/// Takes values out of a document and collects complaints. Every accessor that finds something else complains and answers
/// "nothing", so that reading goes on and a file's mistakes are all reported at once.
class JsonReader {
 public:
  JsonReader(std::vector<Diagnostic>& diagnostics, const Limits& limits) : diagnostics_(&diagnostics), limit_(limits.diagnostics) {}

  void error(const JsonNode& at, std::string_view message) { complain(at, at.where, message); }

  /// Is this an object with only these keys, each at most once? Answers whether it is an object at all.
  bool object(const JsonNode& value, std::initializer_list<std::string_view> keys);
  bool array(const JsonNode& value);
  std::optional<std::string> string(const JsonNode& value);
  std::optional<bool> boolean(const JsonNode& value);
  std::optional<int> positive(const JsonNode& value);
  /// The index in `words` of a string that must be one of them.
  std::optional<std::size_t> one_of(const JsonNode& value, std::initializer_list<std::string_view> words);
  /// An array of strings, or one string where `or_one` says that it may stand for an array of one.
  std::vector<const JsonNode*> strings(const JsonNode& value, bool or_one = false);

 private:
  void complain(const JsonNode& at, Span where, std::string_view message);
  std::vector<Diagnostic>* diagnostics_;
  std::size_t limit_;
};

/// The member of that key (the first one), or null.
const JsonNode* member(const JsonNode& object, std::string_view key);

/// Sorts, and keeps at most Limits::diagnostics; one more then says that there are others.
void settle(std::vector<Diagnostic>& diagnostics, const Limits& limits);

/// Text from a file in quotes for a message: printable, and not longer than a person wants to read.
std::string in_quotes(std::string_view text);

}  // namespace wallcheck::policy
