// WC303: chains that no rule leads to. WC308: chains that are called and do nothing.
//
// Only lists that the file declares count: pf has an anchor's rules once for each direction, so that one half is often empty.

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "check/audit/structure.h"

namespace wallcheck::check::audit {

using ir::ActionKind;
using ir::ListId;

namespace {

class Chains {
 public:
  explicit Chains(const AuditContext& context)
      : context_(context), firewall_(context.firewall), callers_(firewall_.lists.size()), reached_(firewall_.lists.size(), false),
        sure_(firewall_.strings.size(), false) {
    for (const ir::RuleList& list : firewall_.lists)
      if (list.fallthrough != ir::Fallthrough::return_) sure_[list.table] = true;  // the kernel has such a table
    for (ListId id = 0; id < firewall_.lists.size(); ++id)
      for (const ir::RuleId rule : firewall_.rules_of(firewall_.lists[id])) {
        const ir::Rule& caller = firewall_.rules[rule];
        if (caller.target != ir::none) callers_[caller.target].push_back(id);
        if (caller.coverage == ir::Coverage::unrecognised) sure_[firewall_.lists[id].table] = false;  // it may be a jump to anywhere
      }
    reach();
  }

  void tell_unreached();
  void tell_idle();

 private:
  /// A chain without callers, and what only it leads to.
  struct Unreached {
    ListId chain = 0;
    std::vector<ListId> only_from_it;
    std::size_t rules = 0;
  };
  void tell_unreached(const Unreached& chain);
  void tell_unreached(std::span<const Unreached> chains);

  void show(Diagnostic& diagnostic, ListId id, std::string_view why) const {
    const Span where = firewall_.lists[id].where;
    if (diagnostic.related.size() < related_shown && !where.empty()) diagnostic.related.push_back({where, std::string(why)});
  }
  bool is_user_chain(ListId id) const {
    const ir::RuleList& list = firewall_.lists[id];
    return list.declared && list.fallthrough == ir::Fallthrough::return_ && !list.where.empty() && sure_[list.table];
  }
  std::string_view name(ListId id) const { return firewall_.strings[firewall_.lists[id].name]; }

  void reach() {
    std::vector<ListId> open;
    const auto come_to = [&](ListId id) {
      if (!reached_[id]) reached_[id] = true, open.push_back(id);
    };
    for (ListId id = 0; id < firewall_.lists.size(); ++id)
      if (firewall_.lists[id].fallthrough != ir::Fallthrough::return_) come_to(id);
    follow(open, come_to);
  }
  template <class ComeTo>
  void follow(std::vector<ListId>& open, ComeTo&& come_to) const {
    while (!open.empty()) {
      const ListId id = open.back();
      open.pop_back();
      for (const ir::RuleId rule : firewall_.rules_of(firewall_.lists[id]))
        if (const ListId target = firewall_.rules[rule].target; target != ir::none) come_to(target);
    }
  }

  /// One finding a table: many generators declare chains for their user to fill.
  void tell_together(std::string_view code, const std::vector<ListId>& chains, std::string_view text) {
    for (std::size_t begin = 0, end = 0; begin < chains.size(); begin = end) {
      const ir::StringId table = firewall_.lists[chains[begin]].table;
      std::vector<std::string_view> names;
      Diagnostic diagnostic{std::string(code), Severity::note, {}, firewall_.lists[chains[begin]].where};
      for (; end < chains.size() && firewall_.lists[chains[end]].table == table; ++end) {
        names.push_back(name(chains[end]));
        if (end > begin) show(diagnostic, chains[end], "the same");
      }
      const bool one = names.size() == 1;
      diagnostic.message = fmt::format("{} {} of table {} {}", one ? "chain" : "chains", enumerated(names), printable(firewall_.strings[table]),
                                       fmt::format(fmt::runtime(text), one ? "is" : "are", one ? "does" : "do"));
      context_.site.findings.push_back({.diagnostic = std::move(diagnostic)});
    }
  }

  static constexpr std::size_t related_shown = 20, told_one_by_one = 4;
  const AuditContext& context_;
  const ir::Firewall& firewall_;
  std::vector<std::vector<ListId>> callers_;
  std::vector<bool> reached_;
  std::vector<bool> sure_;  ///< by table: every rule was understood
};

/// Told at the chain that nothing calls; what only it leads to stands beside it. Where a table has more than a few of them, a generator has
/// left them there (inactive zones, targets for rules that its user may add): one finding, and a note.
void Chains::tell_unreached() {
  std::vector<ListId> empty;
  std::vector<Unreached> found;
  std::vector<bool> told = reached_;
  for (ListId id = 0; id < firewall_.lists.size(); ++id) {
    if (told[id] || !is_user_chain(id) || !callers_[id].empty()) continue;
    told[id] = true;
    const ir::RuleList& list = firewall_.lists[id];
    if (list.count == 0) {
      empty.push_back(id);
      continue;
    }
    Unreached& chain = found.emplace_back(Unreached{id, {}, list.count});
    std::vector<ListId> open{id};
    follow(open, [&](ListId target) {
      if (told[target]) return;
      told[target] = true;
      open.push_back(target);
      chain.rules += firewall_.lists[target].count;
      chain.only_from_it.push_back(target);
    });
  }
  for (std::size_t begin = 0, end = 0; begin < found.size(); begin = end) {
    std::size_t chains = 0;
    for (; end < found.size() && firewall_.lists[found[end].chain].table == firewall_.lists[found[begin].chain].table; ++end) chains += 1 + found[end].only_from_it.size();
    if (end - begin > 1 && chains > told_one_by_one) {
      tell_unreached(std::span(found).subspan(begin, end - begin));
      continue;
    }
    for (std::size_t i = begin; i < end; ++i) tell_unreached(found[i]);
  }
  tell_together("WC303", empty, "{0} empty, and no rule jumps there");
}

void Chains::tell_unreached(const Unreached& chain) {
  Diagnostic diagnostic{"WC303", Severity::warning, {}, firewall_.lists[chain.chain].where};
  std::vector<std::string_view> names;
  for (const ListId id : chain.only_from_it) {
    names.push_back(name(id));
    show(diagnostic, id, "called only from chains that are not reached");
  }
  diagnostic.message = fmt::format("chain {} is never reached: no rule jumps to it", printable(name(chain.chain)));
  if (!names.empty()) diagnostic.message += fmt::format("; nor {} {}, which only it leads to", names.size() == 1 ? "is" : "are", enumerated(names));
  diagnostic.message += fmt::format(" ({} {} without effect)", chain.rules, chain.rules == 1 ? "rule" : "rules");
  context_.site.findings.push_back({.diagnostic = std::move(diagnostic)});
}

void Chains::tell_unreached(std::span<const Unreached> chains) {
  const ir::RuleList& first = firewall_.lists[chains.front().chain];
  Diagnostic diagnostic{"WC303", Severity::note, {}, first.where};
  std::vector<std::string_view> names;
  std::size_t rules = 0, others = 0;
  for (const Unreached& chain : chains) {
    names.push_back(name(chain.chain));
    rules += chain.rules, others += chain.only_from_it.size();
    if (chain.chain != chains.front().chain) show(diagnostic, chain.chain, "no rule jumps to it");
  }
  diagnostic.message = fmt::format("chains {} of table {} are never reached: no rule jumps to them", enumerated(names), printable(firewall_.strings[first.table]));
  if (others > 0) diagnostic.message += fmt::format("; nor {} {} that only they lead to", others == 1 ? "is" : "are", others == 1 ? "a chain" : fmt::format("{} chains", others));
  diagnostic.message += fmt::format(" ({} rules without effect)", rules);
  context_.site.findings.push_back({.diagnostic = std::move(diagnostic)});
}

/// A chain does nothing if all that its rules do is to go back, or to call chains that do nothing. A rule that only counts or logs does
/// something. Callees first: a chain is looked at again for each call that turned out to be idle.
void Chains::tell_idle() {
  std::vector<std::uint32_t> busy(firewall_.lists.size(), 0);  // rules that are not known to be idle
  std::vector<ListId> open, idle;
  for (ListId id = 0; id < firewall_.lists.size(); ++id) {
    const ir::RuleList& list = firewall_.lists[id];
    for (const ir::RuleId rule : firewall_.rules_of(list)) busy[id] += firewall_.rules[rule].action != ActionKind::return_ || firewall_.rules[rule].on_match != 0;
    if (busy[id] == 0 && is_user_chain(id)) open.push_back(id);
  }
  while (!open.empty()) {
    const ListId id = open.back();
    open.pop_back();
    if (reached_[id]) idle.push_back(id);
    for (const ListId caller : callers_[id])
      if (--busy[caller] == 0 && is_user_chain(caller)) open.push_back(caller);
  }
  std::ranges::sort(idle);
  tell_together("WC308", idle, "{1} nothing: packets come back from there as they went");
}

}  // namespace

std::string enumerated(const std::vector<std::string_view>& names) {
  constexpr std::size_t shown = 5;
  std::string text;
  const std::size_t count = names.size() <= shown + 1 ? names.size() : shown;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text += printable(names[i]);
  }
  if (count < names.size()) text += fmt::format(" and {} more", names.size() - count);
  return text;
}

void unreachable_chains(const AuditContext& context) {
  Chains chains(context);
  chains.tell_unreached();
  chains.tell_idle();
}

}  // namespace wallcheck::check::audit
