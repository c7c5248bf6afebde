#include "target.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace wallcheck::fuzz {

void require(bool kept, std::string_view promise) {
  if (kept) return;
  std::fprintf(stderr, "not kept: %.*s\n", static_cast<int>(promise.size()), promise.data());
  std::abort();
}

Limits limits() {
  Limits limits;
  limits.graph_nodes = 100'000;
  limits.macro_expansion = 1u << 14;
  limits.includes = 64;
  limits.list_product = 1u << 10;
  limits.rules = 20'000;
  return limits;
}

std::shared_ptr<const SourceFile> file_of(std::string_view bytes, std::string name) {
  return std::make_shared<const SourceFile>(std::move(name), std::string(bytes));
}

bool is_fit_to_be_shown(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (printable(line) != line) return false;
    at = end + 1;
  }
  return true;
}

namespace {

void require_inside(Span where, const Sources& sources) {
  if (where == Span{}) return;  // the file as a whole
  require(where.file < sources.size() && sources[where.file] != nullptr, "a place is in a file of the sources");
  require(where.begin <= where.end && where.end <= sources[where.file]->bytes().size(), "a place is inside of its file");
}

class Invariants {
 public:
  Invariants(const ir::Firewall& firewall, const Sources& sources) : firewall_(firewall), sources_(sources) {}

  void require_all() const {
    for (const ir::Match& match : firewall_.matches) require_good(match);
    for (const ir::Alternatives& alternatives : firewall_.alternatives)
      require(std::size_t{alternatives.first} + alternatives.count <= firewall_.conjunctions.size(), "alternatives are in range");
    for (const ir::Conjunction& c : firewall_.conjunctions)
      require(std::size_t{c.first_match} + c.match_count <= firewall_.matches.size(), "matches of a conjunction are in range");
    for (const ir::Opaque& opaque : firewall_.opaques) {
      require(!firewall_.strings[opaque.reason].empty(), "a condition that is not decided says why");
      require_inside(opaque.where, sources_);
    }
    for (const ir::EffectList& list : firewall_.effect_lists)
      require(std::size_t{list.first} + list.count <= firewall_.effects.size(), "effects are in range");
    for (const ir::Effect& effect : firewall_.effects)
      require(effect.addresses < firewall_.ranges.size() && effect.ports < firewall_.ranges.size(), "ranges of an effect are in range");
    for (const ir::Rule& rule : firewall_.rules) require_good(rule);
    for (const ir::RuleList& list : firewall_.lists) {
      require(std::size_t{list.first} + list.count <= firewall_.order.size(), "rules of a list are in range");
      require_inside(list.where, sources_);
    }
    for (const ir::RuleId rule : firewall_.order) require(rule < firewall_.rules.size(), "a rule of a list is in range");
    for (const auto& path : firewall_.paths)
      for (const ir::Stage& stage : path) require(stage.list < firewall_.lists.size(), "the list of a stage is in range");
    const ir::CoverageCounts counts = ir::count_coverage(firewall_);
    require(counts.rules == counts.modelled + counts.opaque + counts.unrecognised, "every rule is counted once");
  }

 private:
  void require_good(const ir::Match& match) const {
    const std::size_t sizes[] = {firewall_.ranges.size(), firewall_.masked.size(), firewall_.strings.size(), firewall_.alternatives.size(), firewall_.opaques.size()};
    require(match.value < sizes[static_cast<std::size_t>(match.kind)], "the value of a match is in range");
  }
  void require_good(const ir::Rule& rule) const {
    require(std::size_t{rule.first_match} + rule.match_count <= firewall_.matches.size(), "matches of a rule are in range");
    const bool leads = rule.action == ir::ActionKind::jump || rule.action == ir::ActionKind::go_to;
    require(leads ? rule.target < firewall_.lists.size() : true, "the target of a jump is in range");
    require(rule.on_match < firewall_.effect_lists.size() && rule.on_decide < firewall_.effect_lists.size(), "effects of a rule are in range");
    require_inside(rule.where, sources_);
  }

  const ir::Firewall& firewall_;
  const Sources& sources_;
};

}  // namespace

void require_good(std::span<const Diagnostic> diagnostics, const Sources& sources) {
  for (const Diagnostic& diagnostic : diagnostics) {
    require(diagnostic.code.starts_with("WC"), "a diagnostic has a code");
    require(!diagnostic.message.empty() && printable(diagnostic.message) == diagnostic.message, "a message is one line that is fit to be shown");
    require_inside(diagnostic.where, sources);
    for (const Label& label : diagnostic.related) require_inside(label.where, sources);
  }
}

frontend::Loaded load(std::string_view bytes, std::optional<ir::Format> format) {
  frontend::Options options;
  options.format = format;
  options.limits = limits();
  options.read_file = [bytes](const std::string&, const std::string&) -> Result<std::string, std::string> { return std::string(bytes); };
  frontend::Loaded loaded = frontend::load(file_of(bytes), options);
  require(!loaded.sources.empty(), "the input is one of the sources");
  require(loaded.format || !loaded.diagnostics.empty(), "what is of no known format has a reason");
  require(!loaded.failed || !loaded.diagnostics.empty(), "what cannot be used has a reason");
  require(!loaded.incomplete || !loaded.diagnostics.empty(), "what was not understood has a reason");
  require(loaded.failed || !loaded.firewalls.empty(), "what can be used holds a firewall");
  require_good(loaded.diagnostics, loaded.sources);
  for (const frontend::Directive& directive : loaded.directives) {
    require_inside(directive.where, loaded.sources);
    require_inside(directive.about, loaded.sources);
  }
  for (const ir::Firewall& firewall : loaded.firewalls) Invariants(firewall, loaded.sources).require_all();
  return loaded;
}

const policy::Pack& pack() {
  static const policy::Pack made = [] {
    policy::Pack p;
    p.id = "fuzz";
    p.roles = {{"cloud", "", std::nullopt}, {"far", "", std::vector<AddressRange>{*parse_prefix("54.225.248.128/27"), *parse_prefix("2001:db8::/64")}}};
    policy::Service service;
    service.name = service.protocol_name = "tcp";
    service.protocol = ir::protocol::tcp;
    service.ports = {{443, 443}};
    service.ports_text = "443";
    service.source_ports = {{1024, 65535}};
    policy::Flow flow;
    flow.id = "out", flow.number = 1, flow.from = "cloud", flow.to = "far", flow.services = {service};
    p.flows = {flow};
    flow.id = "in", flow.number = 2, flow.from = "far", flow.to = "cloud";
    p.flows.push_back(flow);
    return p;
  }();
  return made;
}

void require_no_contradiction(const check::SiteResult& site) {
  for (const check::Finding& finding : site.findings)
    require(finding.diagnostic.code != "WC900", finding.diagnostic.message);
}

}  // namespace wallcheck::fuzz
