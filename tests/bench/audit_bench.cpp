// What does the audit of rules cost on large files, apart from reading them? Usage: audit_bench [-v] FILE...
// A line a file: CPU seconds of reading and of the audit, and how many findings of each code; -v lists them, as `--format concise` does.

#include <ctime>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "check/audit/dead_rules.h"
#include "frontend/frontend.h"

using namespace wallcheck;

namespace {

double now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

void measure(const std::string& path, bool lists) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  double start = now();
  const frontend::Loaded loaded = frontend::load(std::make_shared<SourceFile>(path, std::move(bytes)), {});
  const double reading = now() - start;
  start = now();
  std::map<std::string, std::size_t> codes;
  std::size_t rules = 0;
  for (const ir::Firewall& firewall : loaded.firewalls) {
    packets::Diagrams diagrams;
    evaluate::Symbolic symbolic(firewall, diagrams);
    check::SiteResult site;
    bool incomplete = false;
    const check::Request request;
    const check::AuditContext context{firewall, loaded.sources, request, symbolic, diagrams, site, incomplete};
    check::run_audit({"rules that do nothing", check::audit::dead_rules}, context);
    rules += firewall.rules.size();
    for (const check::Finding& finding : site.findings) {
      const Diagnostic& d = finding.diagnostic;
      ++codes[d.code];
      if (!lists) continue;
      const auto line = [&](Span where) { return where.file < loaded.sources.size() ? loaded.sources[where.file]->place(where.begin).line : 0; };
      std::string takers;
      for (const Label& label : d.related) takers += fmt::format(" {}", line(label.where));
      fmt::print("{}:{}: {} {} {} |{}\n", path, line(d.where), to_string(d.severity), d.code, d.message, takers);
    }
  }
  fmt::print("{}: {} rules, read in {:.2f} s, audited in {:.2f} s:", path, rules, reading, now() - start);
  for (const auto& [code, count] : codes) fmt::print(" {} {}", count, code);
  fmt::print("\n");
}

}  // namespace

int main(int count, char** words) {
  bool lists = false;
  for (int i = 1; i < count; ++i) {
    if (std::string_view(words[i]) == "-v") lists = true;
    else measure(words[i], lists);
  }
}
