#include "pf_fixture.h"

#include <fmt/format.h>

namespace wallcheck::tests::pf {

frontend::Options options_with(Files files) {
  frontend::Options options;
  options.read_file = [files = std::move(files)](const std::string& path, const std::string&) -> Result<std::string, std::string> {
    const auto found = files.find(path);
    if (found == files.end()) return Unexpected{std::string("No such file or directory")};
    return found->second;
  };
  return options;
}

frontend::Loaded load(std::string_view text, const frontend::Options& options) {
  return frontend::load_pf(std::make_shared<SourceFile>("etc/pf.conf", std::string(text)), options);
}

frontend::Expanded expand(std::string_view text, const frontend::Options& options) {
  return frontend::expand_pf(std::make_shared<SourceFile>("etc/pf.conf", std::string(text)), options);
}

namespace {

std::string list(const Sources& sources, const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const Diagnostic& d : diagnostics) {
    const Place place = sources[d.where.file]->place(d.where.begin);
    text += fmt::format("{}{}:{} {}", d.where.file == 0 ? "" : sources[d.where.file]->path() + ":", place.line, place.column, d.message);
    for (const Label& label : d.related) text += fmt::format(" [{}]", label.text);
    text += '\n';
  }
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace

std::string expanded(std::string_view text, const frontend::Options& options) {
  const frontend::Expanded result = expand(text, options);
  std::string rules = result.text;
  const std::string wrong = list(result.sources, result.diagnostics);
  if (!wrong.empty()) rules += "!! " + wrong + "\n";
  if (!rules.empty()) rules.pop_back();
  return rules;
}

std::string said(std::string_view text, const frontend::Options& options) {
  const frontend::Expanded result = expand(text, options);
  return list(result.sources, result.diagnostics);
}

}  // namespace wallcheck::tests::pf
