// pf: one file to one firewall, and to the rules as pfctl prints them.

#include "frontend/directives.h"
#include "frontend/pf/load.h"
#include "frontend/pf/lower.h"

namespace wallcheck::frontend {

Loaded load_pf(const std::shared_ptr<const SourceFile>& file, const Options& options) {
  Loaded loaded;
  loaded.sources.push_back(file);
  loaded.format = ir::Format::pf;
  Diagnostics diagnostics(options.limits);
  const pf::Ruleset rules = pf::read_ruleset(loaded.sources, options, diagnostics, loaded.incomplete);
  pf::lower(rules, options, loaded.firewalls.emplace_back());
  for (const pf::SourceText& text : rules.texts)
    for (const Span note : text.notes) add_comment_directive(loaded.sources[note.file]->text(note).substr(1), note, loaded.directives);
  loaded.diagnostics = diagnostics.take();
  return loaded;
}

Expanded expand_pf(std::shared_ptr<const SourceFile> file, const Options& options) {
  Expanded expanded;
  expanded.sources.push_back(std::move(file));
  Diagnostics diagnostics(options.limits);
  const pf::Ruleset rules = pf::read_ruleset(expanded.sources, options, diagnostics, expanded.incomplete);
  expanded.text = pf::to_text(rules);
  expanded.diagnostics = diagnostics.take();
  return expanded;
}

}  // namespace wallcheck::frontend
