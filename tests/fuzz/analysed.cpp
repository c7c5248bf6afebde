#include "analysed.h"

#include <algorithm>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "cli/pages.h"
#include "report/report.h"

namespace wallcheck::fuzz {

namespace {

/// A file in memory that has a name: the commands read files by name.
class NamedBytes {
 public:
  explicit NamedBytes(std::string_view bytes) : descriptor_(memfd_create("input", MFD_CLOEXEC)) {
    require(descriptor_ >= 0, "there is a file in memory");
    for (std::size_t at = 0; at < bytes.size();) {
      const ssize_t written = write(descriptor_, bytes.data() + at, bytes.size() - at);
      require(written > 0, "the file in memory takes the bytes");
      at += static_cast<std::size_t>(written);
    }
  }
  ~NamedBytes() { close(descriptor_); }
  NamedBytes(const NamedBytes&) = delete;
  NamedBytes& operator=(const NamedBytes&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

void require_json(std::string_view text) { require(nlohmann::json::accept(text), "JSON that was written is JSON"); }

}  // namespace

check::FileResult analysed(std::string_view bytes, cli::SiteTask task, const cli::FileTask& then, std::string_view command) {
  const NamedBytes file(bytes);
  cli::CheckOptions options;
  options.input.limits = limits();
  options.command = command;
  options.steps = options.matrix = options.closed = true;
  cli::Setting setting;
  setting.pack = pack();
  auto result = cli::check_file({.path = file.path(), .name = "input", .from_walk = false, .trouble = {}}, setting,
                                {.options = options, .task = task, .then = then, .today = std::chrono::year{2026} / 1 / 1});
  require(result.has_value() && !result->sites.empty(), "a file that was named has a result, and a site");
  bool understood = true;
  for (const check::SiteResult& site : result->sites) {
    require_no_contradiction(site);
    for (const check::Finding& finding : site.findings) {
      const std::string_view code = finding.diagnostic.code;
      understood = understood && !(finding.diagnostic.severity == Severity::error && (code == "WC901" || code == "WC902" || code == "WC904" || code == "WC905"));
      require_good({&finding.diagnostic, 1}, result->sources);
      require(finding.fingerprint.size() == 32, "a finding has a fingerprint");
    }
  }
  require(understood || result->status != check::Status::analysed, "what was not understood counts as not analysed to the end");
  return std::move(*result);
}

void report(const check::FileResult& result, std::string_view command) {
  static const std::vector<report::FlowTitle> flows{{"out", 1, "Out"}, {"in", 2, "In"}};
  const report::Context context{.tool_version = "0", .policy_id = "fuzz", .policy_version = "0", .command = command, .packs = {&pack()}, .style = {},
                                .flows = flows, .pages = cli::code_pages()};
  for (const report::Format& format : report::formats()) {
    std::string text = report::whole(format, context, {&result, 1});
    if (format.name == "html") std::ranges::replace(text, '\t', ' ');  // in patches, which are there to be copied
    require(is_fit_to_be_shown(text), format.name);
    if (format.name == "json" || format.name == "sarif" || format.name == "gitlab") require_json(text);
    if (format.name != "ndjson") continue;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      require_json(std::string_view(text).substr(at, end - at));
      at = end + 1;
    }
  }
}

}  // namespace wallcheck::fuzz
