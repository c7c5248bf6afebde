#pragma once
// pf.conf files (pf.conf(5) of OpenBSD, FreeBSD and macOS): besides load_pf, the form that people compare with `pfctl -sr`.

#include "frontend/frontend.h"

namespace wallcheck::frontend {

struct Expanded {
  Sources sources;
  std::string text;  ///< one rule a line, as `pfctl -vn` prints them
  std::vector<Diagnostic> diagnostics;
  bool incomplete = false;
};

/// The rules of a pf.conf after macros, lists, antispoof and included files are expanded. What only the machine knows (addresses of
/// interfaces, host names) stands as it was written.
Expanded expand_pf(std::shared_ptr<const SourceFile> file, const Options& options);

}  // namespace wallcheck::frontend
