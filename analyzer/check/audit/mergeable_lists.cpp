// WC310 in pf.conf: rules that follow one another, differ in a port only, and are one rule with a list of ports.
//
// pf makes of a list what stands there without it: a rule for each member. So the rule with the list *is* the rules in its place, if they
// follow one another in each direction that they are for, do the same, and are the same but for the ports.

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>

#include "check/audit/rule_words.h"
#include "check/audit/structure.h"
#include "check/normal_form.h"

namespace wallcheck::check::audit {

using ir::ActionKind;
using ir::Field;
using ir::Rule;
using ir::RuleId;

namespace {

constexpr std::size_t related_shown = 20, longest_list = 12;

/// A rule as written, in one list: rules of the IR that follow one another.
struct Statement {
  Span where;
  std::span<const RuleId> rules;
};

/// The words of a statement around the ports that it names.
struct Shape {
  std::string around;              ///< "pass in proto tcp to port ? keep state"
  std::vector<std::string> ports;  ///< as written
};

bool is_port_word(std::string_view word) {
  return !word.empty() && std::ranges::all_of(word, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == ':'; });
}

/// nullopt: not exactly one `port`, or its value is not a plain port or a list of plain ports.
std::optional<Shape> shape_of(std::string_view text) {
  Shape shape;
  const auto words = words_of(text);
  std::size_t named = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!shape.around.empty()) shape.around += ' ';
    shape.around += words[i];
    if (words[i] != "port") continue;
    if (++named > 1 || i + 1 >= words.size()) return std::nullopt;
    std::string value(words[++i]);
    if (value.starts_with('{'))
      while (!value.ends_with('}') && i + 1 < words.size()) value += ' ', value += words[++i];
    const bool is_list = value.starts_with('{') && value.ends_with('}');
    if (is_list) value = value.substr(1, value.size() - 2);
    std::ranges::replace(value, ',', ' ');
    for (const std::string_view port : words_of(value)) {
      if (!is_port_word(port)) return std::nullopt;
      shape.ports.emplace_back(port);
    }
    if (shape.ports.empty()) return std::nullopt;
    shape.around += " ?";
  }
  if (named != 1) return std::nullopt;
  return shape;
}

class Lists {
 public:
  explicit Lists(const AuditContext& context) : context_(context), firewall_(context.firewall), forms_(context.firewall) {
    for (const Finding& finding : context.site.findings) {
      const std::string& code = finding.diagnostic.code;
      if (code == "WC301" || code == "WC302" || code == "WC304" || code == "WC309") blamed_.emplace(key_of(finding.diagnostic.where), true);
    }
  }

  void run() {
    for (const ir::RuleList& list : firewall_.lists) look_at(list);
    for (const auto& [members, lists] : found_)
      if (std::ranges::all_of(members, [&, n = lists](std::uint64_t member) { return lists_of_[member] == n; })) tell(members);
  }

 private:
  static std::uint64_t key_of(Span where) { return static_cast<std::uint64_t>(where.file) << 32 | where.begin; }
  std::string_view text(Span where) const { return context_.sources[where.file]->text(where); }

  bool fits(const Statement& statement) const {
    if (statement.where.empty() || statement.where.file >= context_.sources.size() || blamed_.contains(key_of(statement.where))) return false;
    return std::ranges::all_of(statement.rules, [&](RuleId id) {
      const Rule& rule = firewall_.rules[id];
      const bool decides = rule.action == ActionKind::accept || rule.action == ActionKind::drop || rule.action == ActionKind::reject;
      return decides && rule.on_match == 0 && rule.on_decide == 0 && rule.coverage != ir::Coverage::unrecognised && !forms_.asks_each_time(firewall_.matches_of(rule));
    });
  }
  bool do_the_same(const Statement& a, const Statement& b) const {
    const Rule &first = firewall_.rules[a.rules[0]], &second = firewall_.rules[b.rules[0]];
    return first.action == second.action && first.quick == second.quick && first.keeps_state == second.keeps_state;
  }

  void look_at(const ir::RuleList& list) {
    std::vector<Statement> statements;
    const auto rules = firewall_.rules_of(list);
    for (std::size_t begin = 0, end = 0; begin < rules.size(); begin = end) {
      const Span where = firewall_.rules[rules[begin]].where;
      while (end < rules.size() && firewall_.rules[rules[end]].where == where) ++end;
      statements.push_back({where, rules.subspan(begin, end - begin)});
      ++lists_of_[key_of(where)];
    }
    for (std::size_t begin = 0; begin < statements.size();) {
      std::size_t end = begin + 1;
      if (fits(statements[begin]))
        while (end < statements.size() && fits(statements[end]) && do_the_same(statements[begin], statements[end])) ++end;
      if (end - begin > 1) group(std::span(statements).subspan(begin, end - begin));
      begin = end;
    }
  }

  void group(std::span<const Statement> run) {
    std::map<std::string, std::vector<std::uint64_t>> groups;
    for (const Statement& statement : run) {
      const auto shape = shape_of(text(statement.where));
      if (!shape) continue;
      where_.emplace(key_of(statement.where), statement.where);
      groups[shape->around + '\n' + apart_from_ports(statement)].push_back(key_of(statement.where));
    }
    for (auto& [shape, members] : groups)
      if (members.size() > 1) ++found_[members];
  }

  /// The rules of the IR, each once, without the port that the list would name.
  std::string apart_from_ports(const Statement& statement) {
    std::vector<std::string> rest;
    for (const RuleId id : statement.rules) {
      const NormalForm& form = forms_.of(firewall_.rules[id]);
      const bool by_destination = std::ranges::any_of(form.conditions, [](const ir::Match& m) { return m.field == Field::destination_port; });
      NormalForms::append_bytes_without(form, by_destination ? Field::destination_port : Field::source_port, rest.emplace_back());
    }
    std::ranges::sort(rest);
    rest.erase(std::unique(rest.begin(), rest.end()), rest.end());
    std::string all;
    for (const std::string& one : rest) all += one;
    return all;
  }

  void tell(const std::vector<std::uint64_t>& members) {
    std::vector<std::string> ports;
    for (const std::uint64_t member : members) {
      const std::optional<Shape> shape = shape_of(text(where_.at(member)));
      for (const std::string& port : shape->ports)
        if (std::ranges::find(ports, port) == ports.end()) ports.push_back(port);
    }
    if (ports.size() > longest_list) return;  // nobody would call that easier to read
    const std::optional<Shape> first = shape_of(text(where_.at(members.front())));
    std::string rule = first->around;
    rule.replace(rule.find(" ? ") != std::string::npos ? rule.find(" ? ") + 1 : rule.size() - 1, 1, fmt::format("{{ {} }}", fmt::join(ports, " ")));
    Diagnostic diagnostic{"WC310", Severity::note, fmt::format("{} rules say what one can: `{}`", members.size(), printable(rule)), where_.at(members.front())};
    for (std::size_t i = 1; i < members.size() && i <= related_shown; ++i) diagnostic.related.push_back({where_.at(members[i]), "merges with it"});
    context_.site.findings.push_back({.diagnostic = std::move(diagnostic)});
  }

  const AuditContext& context_;
  const ir::Firewall& firewall_;
  NormalForms forms_;
  std::unordered_map<std::uint64_t, bool> blamed_;
  std::unordered_map<std::uint64_t, std::size_t> lists_of_;  ///< in how many lists a statement stands
  std::unordered_map<std::uint64_t, Span> where_;
  std::map<std::vector<std::uint64_t>, std::size_t> found_;  ///< groups, and in how many lists
};

}  // namespace

void mergeable_lists(const AuditContext& context) {
  if (context.firewall.format == ir::Format::pf) Lists(context).run();
}

}  // namespace wallcheck::check::audit
