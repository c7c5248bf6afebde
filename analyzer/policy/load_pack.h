#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/limits.h"
#include "base/result.h"
#include "policy/policy.h"

namespace wallcheck::policy {

/// Reads a whole file. The error is a sentence ("cannot open: Permission denied").
using ReadFile = std::function<Result<std::string, std::string>(const std::string& path)>;
/// The names (not paths) of what a directory holds, in any order. The error is a sentence.
using ListDirectory = std::function<Result<std::vector<std::string>, std::string>(const std::string& path)>;

/// The room's only way to the disk, so that tests need none. Both functions are set.
struct PackFiles {
  ReadFile read;
  ListDirectory list;
  std::vector<std::string> directories;  ///< where packs are looked up by id, the first one that has it wins
};

/// A pack, or all that is wrong with it.
///
/// Diagnostics are sorted; their spans point into `sources`: [0] is the pack that was asked for, the others are what it
/// extends. A file that could not be found or read is there too, empty, under the name that was asked for. All are WC910.
struct LoadedPack {
  std::optional<Pack> pack;              ///< nullopt exactly if a diagnostic is an error
  Sources sources;
  std::vector<Diagnostic> diagnostics;
};

/// Does a `--policy`, `policy` or `extends` word name a file, not an id? So it is if it holds a "/" or ends in ".json".
bool is_pack_path(std::string_view word);

/// What `--policy ID|FILE` means: a file if is_pack_path, else `DIRECTORY/ID.json`. Never throws for any input.
///
/// A pack found by its id has that id inside too. `"extends"` builds one pack on another (an id, looked up beside the pack first, or a path from the pack's own directory).
/// Keys of the pack replace those of its base; roles and flows are matched by id, key by key, so that
/// `{"id": "monitoring", "to": "collector"}` changes one end of one flow and keeps its place; new ones come after.
LoadedPack load_pack(std::string_view id_or_path, const PackFiles& files, const Limits& limits = {});

/// The same for a file, whatever its name: what `policy check FILE` reports.
LoadedPack load_pack_file(const std::string& path, const PackFiles& files, const Limits& limits = {});

/// One line of `policy list`.
struct ListedPack {
  std::string path;
  LoadedPack loaded;                     ///< without a pack: broken, and its diagnostics say why
};

/// Every `*.json` of the directories that is not a schema (`*.schema.json`), sorted by name; a name found in an earlier
/// directory hides later ones, as in load_pack. `unreadable` gets a sentence for each directory that cannot be listed.
std::vector<ListedPack> list_packs(const PackFiles& files, std::vector<std::string>& unreadable, const Limits& limits = {});

}  // namespace wallcheck::policy
