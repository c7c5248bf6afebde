#pragma once
// What people say about one file: which site it is, and which findings they accept. It is said in three places alike: in a
// comment in the file (`# wallcheck: role=cloud position=gateway`), in the config, on the command line.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/source_file.h"
#include "policy/policy.h"
#include "policy/words.h"

namespace wallcheck::policy {

/// What one place says of a site; what it leaves out, an earlier place or the default decides.
struct SiteChoice {
  std::optional<std::string> role;
  std::optional<Position> position;
  std::vector<std::string> inside;       ///< empty = not said
  std::vector<std::string> outside;
  bool says_something() const { return role || position || !inside.empty() || !outside.empty(); }
  bool operator==(const SiteChoice&) const = default;
};

/// Lays `choice` over `site`. Call it for config, comment in the file and command line, in this order: the later wins.
/// `chosen_by` ("config", "comment in the file", "command line") is noted if the choice says something.
void choose(Site& site, const SiteChoice& choice, std::string_view chosen_by);

/// A finding that somebody accepts, and why. One that no longer suppresses anything is a finding itself.
struct Suppression {
  std::vector<std::string> codes;        ///< "WC301"
  std::string reason;                    ///< never empty
  std::optional<Date> until;             ///< the last day on which it counts; nullopt: for good
  Span where;                            ///< for the finding about it

  /// The core reads no clock: cli/ says which day it is.
  bool expired(Date today) const { return until && *until < today; }
  bool covers(std::string_view code) const;
};

/// A comment to wallcheck: either of the two, or a mistake.
struct DirectiveMeaning {
  SiteChoice site;
  std::optional<Suppression> suppression;
  std::vector<Diagnostic> diagnostics;   ///< WC911; whatever was understood counts all the same
};

/// Reads what follows `wallcheck:` in a comment.
///
///     role=ROLE position=host|gateway inside=IFACE[,IFACE] outside=IFACE[,IFACE]     for the whole file
///     ignore CODE[,CODE] reason in plain words [until=YYYY-MM-DD]                    for its line or the line below
///
/// `where` is the comment. Mistakes point at the word itself if the comment holds `text` as it is (`comment` are the bytes
/// of `where`), else at the comment: an iptables --comment may have escapes in it. Whether the role exists is the pack's
/// matter (unknown_role).
DirectiveMeaning parse_directive(std::string_view text, std::string_view comment, Span where);

}  // namespace wallcheck::policy
