#pragma once
// Changes of a JSON text in its own style: what is put in looks as its neighbours do, and every other byte stays.
//
// The style is what stands nearest to the place and is like it: a list of the same name, else one as deep in the text, else any of its
// kind. So permissions of a pretty-printed dump are opened over lines, `"IpRanges": [{"CidrIp": ...}]` stays on one line where the
// others do, and a text on one line stays on one.

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/edit.h"
#include "frontend/json/tree.h"

namespace wallcheck::fix {

using Json = nlohmann::ordered_json;

/// A JSON file, read to be changed. It points into the source.
class JsonText {
 public:
  using Value = frontend::json::Value;

  /// nullopt: the file holds no JSON text that can be read.
  static std::optional<JsonText> read(const SourceFile& file);

  const std::vector<Value>& roots() const { return tree_.roots(); }
  /// The values around a byte, from the root inward; the last one is the innermost. Keys count to their values. Empty: no value is there.
  std::vector<Value> around(std::uint32_t at) const;

  /// Elements behind the last one of an array. Members of objects in them come in the order in which their neighbours have them.
  Edit append(Value array, std::span<const Json> elements) const;
  /// ... before one of its elements.
  Edit insert(Value array, Value before, std::span<const Json> elements) const;
  /// ... behind one of its elements.
  Edit append_behind(Value array, Value element, std::span<const Json> elements) const;
  /// A member behind the last one of an object, which has none of that name.
  Edit append_member(Value object, std::string_view name, const Json& value) const;
  /// Another value in the place of one.
  Edit replace(Value value, const Json& with) const;
  /// Elements or members, with the commas that they had.
  std::vector<Edit> remove(Value container, std::span<const Value> children) const;

 private:
  JsonText(const SourceFile& file, frontend::json::Tree tree) : bytes_(file.bytes()), tree_(std::move(tree)) {}
  std::string_view bytes_;
  frontend::json::Tree tree_;
};

}  // namespace wallcheck::fix
