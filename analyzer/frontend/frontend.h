#pragma once
// frontend: text in, ir::Firewall and diagnostics out. One folder a format; detection by content. Knows no check and no policy.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/limits.h"
#include "base/result.h"
#include "base/source_file.h"
#include "ir/firewall.h"

namespace wallcheck::frontend {

/// Reads a file that another file names (pf `include`, tables from files). The seam that lets tests need no disk. `within`: the directory
/// that the file must lie in when all symbolic links are followed; empty: anywhere. The error is a sentence ("cannot open: Permission denied").
using ReadFile = std::function<Result<std::string, std::string>(const std::string& path, const std::string& within)>;

/// A side file, already read.
struct SideFile {
  std::string name;   ///< address sets: the set's name; else the path
  std::shared_ptr<const SourceFile> file;
};

/// What the user said about how to read a file.
struct Options {
  std::optional<ir::Format> format;       ///< --input-format; empty = detect by content
  std::vector<SideFile> ipsets;           ///< --ipset: `ipset save` output
  std::vector<SideFile> address_sets;     ///< --address-set NAME=FILE
  std::vector<SideFile> attachments;      ///< describe-network-interfaces / describe-instances output
  std::optional<SideFile> network_acl;    ///< --nacl: stands in front of the security groups
  std::vector<std::string> groups;        ///< --group: ids or names attached together
  bool allow_outside = false;             ///< includes may leave the config's directory tree
  ReadFile read_file;                     ///< may be empty: then nothing else is read
  Limits limits;
};

/// Something the file says to wallcheck itself: a comment `# wallcheck: role=cloud`, or the same in an iptables `--comment`.
struct Directive {
  Span where;        ///< the comment; its line, or the rule it belongs to, follows from the place
  std::string text;  ///< what follows "wallcheck:", without blanks around it
  Span about{};      ///< all of the rule that the words stand in, where they stand in a rule of several lines; else empty
};

/// One input after its front-end. Parsing never fails as a whole: what could be read is in `firewalls`, what could not is a
/// diagnostic. `format` is empty if the content is of no known format (then there is a diagnostic WC905 or WC901 too).
struct Loaded {
  Sources sources;                       ///< [0] is the input itself
  std::optional<ir::Format> format;
  std::vector<ir::Firewall> firewalls;   ///< one; JSON with several security groups: one each
  std::vector<Diagnostic> diagnostics;
  std::vector<Directive> directives;     ///< in file order
  bool failed = false;                   ///< nothing usable: status `failed`
  bool incomplete = false;               ///< something was not understood or a budget ran out: status `partly-analysed`, exit 3
  bool no_firewall = false;              ///< well-formed JSON without any firewall: an error unless it came from a directory walk
};

/// Detects (unless told) and reads. Never throws for any input.
Loaded load(std::shared_ptr<const SourceFile> file, const Options& options);

/// By content, not by name: JSON by its first character, iptables by `*table`, else pf if a line begins with one of its words.
std::optional<ir::Format> detect(std::string_view bytes);

/// One reader a format family; rows of the table in frontend.cpp.
Loaded load_iptables(const std::shared_ptr<const SourceFile>& file, const Options& options);
Loaded load_pf(const std::shared_ptr<const SourceFile>& file, const Options& options);
Loaded load_cloud(const std::shared_ptr<const SourceFile>& file, const Options& options);

}  // namespace wallcheck::frontend
