#include "frontend/iptables/ruleset.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/suggest.h"
#include "frontend/iptables/options.h"

namespace wallcheck::frontend::iptables {
namespace {

using ir::Path;
using ir::Point;

/// Where a table's base chain stands on a packet's way: the netfilter packet-flow diagram, one row a stage, in order.
struct StageRow {
  Path path;
  std::string_view table, chain;
  Point point;
};
constexpr StageRow stages[] = {
    {Path::ingress, "raw", "PREROUTING", Point::prerouting},
    {Path::ingress, "mangle", "PREROUTING", Point::prerouting},
    {Path::ingress, "nat", "PREROUTING", Point::prerouting},
    {Path::ingress, "mangle", "INPUT", Point::input},
    {Path::ingress, "filter", "INPUT", Point::input},
    {Path::ingress, "security", "INPUT", Point::input},
    {Path::ingress, "nat", "INPUT", Point::input},

    {Path::egress, "raw", "OUTPUT", Point::output},
    {Path::egress, "mangle", "OUTPUT", Point::output},
    {Path::egress, "nat", "OUTPUT", Point::output},
    {Path::egress, "filter", "OUTPUT", Point::output},
    {Path::egress, "security", "OUTPUT", Point::output},
    {Path::egress, "mangle", "POSTROUTING", Point::postrouting},
    {Path::egress, "nat", "POSTROUTING", Point::postrouting},

    {Path::forward, "raw", "PREROUTING", Point::prerouting},
    {Path::forward, "mangle", "PREROUTING", Point::prerouting},
    {Path::forward, "nat", "PREROUTING", Point::prerouting},
    {Path::forward, "mangle", "FORWARD", Point::forward},
    {Path::forward, "filter", "FORWARD", Point::forward},
    {Path::forward, "security", "FORWARD", Point::forward},
    {Path::forward, "mangle", "POSTROUTING", Point::postrouting},
    {Path::forward, "nat", "POSTROUTING", Point::postrouting},
};

constexpr std::array<std::string_view, 5> known_tables = {"filter", "nat", "mangle", "raw", "security"};

/// Do the conditions ask connection tracking?
bool ask_tracking(const ir::Firewall& firewall, std::span<const ir::Match> matches) {
  using ir::Field;
  return std::ranges::any_of(matches, [&](const ir::Match& match) {
    if (match.kind == ir::MatchKind::opaque) return false;
    if (match.kind != ir::MatchKind::any_of)
      return match.field == Field::state || match.field == Field::direction || match.field == Field::dnat || match.field == Field::snat || match.field == Field::connmark;
    const auto cases = firewall.conjunctions_of(match.value);
    return std::ranges::any_of(cases, [&](const ir::Conjunction& one) { return ask_tracking(firewall, firewall.matches_of(one)); });
  });
}

/// Does a rule need connection tracking, so that loading it turns it on? (NOTRACK does not; where that cannot be told: no.)
bool needs_tracking(const ir::Firewall& firewall, const ir::Rule& rule) {
  using Kind = ir::EffectKind;
  const auto uses = [&](const ir::Effect& effect) {
    return effect.kind == Kind::set_connmark || effect.kind == Kind::translate_destination || effect.kind == Kind::translate_source;
  };
  return ask_tracking(firewall, firewall.matches_of(rule)) || std::ranges::any_of(firewall.effects_of(rule.on_match), uses) ||
         std::ranges::any_of(firewall.effects_of(rule.on_decide), uses);
}

}  // namespace

bool Ruleset::open_table(std::string_view name, Span where) {
  const ir::StringId id = firewall_.strings.intern(name);
  leave_table();
  current_ = static_cast<std::uint32_t>(tables_.size());
  if (const auto [before, fresh] = live_.try_emplace(id, current_); !fresh) tables_[std::exchange(before->second, current_)].replaced = true;
  tables_.push_back({id, false, {}});
  open_ = true;
  const bool known = std::ranges::find(known_tables, name) != known_tables.end();
  if (!known && !name.empty()) {  // without a name the line has been reported
    diagnostics_.error("WC305", where, fmt::format("there is no table \"{}\"{}", printable(name), suggestion(name, known_tables)),
                       "filter, nat, mangle, raw or security");
    broken_ = true;
  }
  for (const StageRow& row : stages)
    if (row.table == name && !find(row.chain)) {
      Chain& base = chains_[add(row.chain, {})];
      base.base = true;
      base.fallthrough = ir::Fallthrough::accept;
    }
  return known;
}

void Ruleset::reopen_table(std::string_view name) {
  const auto last = live_.find(firewall_.strings.intern(name));
  if (last == live_.end()) {
    open_table(name, {});
    return;
  }
  leave_table();
  current_ = last->second;
  by_name_.resize(firewall_.strings.size(), ir::none);
  for (const ChainId chain : tables_[current_].chains) by_name_[chains_[chain].name] = chain;
  open_ = true;
}

void Ruleset::leave_table() {
  if (tables_.empty()) return;
  for (const ChainId chain : tables_[current_].chains) by_name_[chains_[chain].name] = ir::none;
}

std::optional<ChainId> Ruleset::find(std::string_view name) {
  const ir::StringId id = firewall_.strings.intern(name);
  if (id >= by_name_.size() || by_name_[id] == ir::none) return std::nullopt;
  return by_name_[id];
}

ChainId Ruleset::find_or_add(std::string_view name, Span where) {
  const auto known = find(name);
  return known ? *known : add(name, where);
}

ChainId Ruleset::add(std::string_view name, Span where) {
  const ir::StringId id = firewall_.strings.intern(name);
  if (id >= by_name_.size()) by_name_.resize(firewall_.strings.size(), ir::none);
  const auto chain = static_cast<ChainId>(chains_.size());
  chains_.push_back({});
  chains_.back().name = id;
  chains_.back().table = current_;
  chains_.back().where = where;
  tables_[current_].chains.push_back(chain);
  by_name_[id] = chain;
  return chain;
}

std::vector<ChainId> Ruleset::base_chains() {
  std::vector<ChainId> found;
  for (const ChainId id : tables_[current_].chains)
    if (chains_[id].base) found.push_back(id);
  return found;
}

void Ruleset::remove(ChainId id) {
  by_name_[chains_[id].name] = ir::none;
  chains_[id].declared = false;  // what still jumps to it jumps nowhere
  std::erase(tables_[chains_[id].table].chains, id);
}

void Ruleset::rename(ChainId id, std::string_view name) {
  by_name_[chains_[id].name] = ir::none;
  const ir::StringId fresh = firewall_.strings.intern(name);
  if (fresh >= by_name_.size()) by_name_.resize(firewall_.strings.size(), ir::none);
  by_name_[fresh] = id;
  chains_[id].name = fresh;
}

void Ruleset::make_undecided(ir::Rule& rule) {
  rule.action = ir::ActionKind::undecided;
  rule.target = ir::none;
  rule.coverage = ir::Coverage::unrecognised;
  broken_ = true;
}

bool Ruleset::finish() {
  for (Chain& chain : chains_)
    if (chain.at_end != ir::none) chain.rules.push_back(chain.at_end);
  resolve_jumps();
  break_cycles();
  lay_out();
  return broken_;
}

/// A chain that something jumps to has to be declared, if only later in the table. That holds of tables that are replaced further down too:
/// each is loaded in its turn, or the file is not.
void Ruleset::resolve_jumps() {
  for (const Jump& jump : jumps_) {
    ir::Rule& rule = firewall_.rules[jump.rule];
    const Chain& target = chains_[rule.target];
    const std::string_view name = firewall_.strings[target.name];
    if (target.base) {
      diagnostics_.error("WC305", jump.word, fmt::format("{} is a base chain: no rule can jump to it", printable(name)), "a user chain");
      make_undecided(rule);
    } else if (!target.declared) {
      const Table& table = tables_[target.table];
      diagnostics_.error("WC305", jump.word,
                         fmt::format("table {} has no chain \"{}\", and no target has that name{}", printable(firewall_.strings[table.name]),
                                     printable(name), suggested_target(table, name)),
                         "a chain of this table or a target");
      make_undecided(rule);
    } else if (!jump.declared) {
      diagnostics_.error("WC305", jump.word, fmt::format("chain {} is declared only after this line", printable(name)),
                         fmt::format(":{} - before this line", printable(name)));
      broken_ = true;
    }
  }
}

std::string Ruleset::suggested_target(const Table& table, std::string_view name) {
  if (diagnostics_.full() || comparisons_left_ < table.chains.size()) return {};
  comparisons_left_ -= table.chains.size();
  std::vector<std::string> known;
  for (const ChainId id : table.chains)
    if (chains_[id].declared && !chains_[id].base) known.push_back(printable(firewall_.strings[chains_[id].name]));
  for (const std::string_view other : target_names(firewall_.ipv6 ? Family::ipv6 : Family::ipv4)) known.emplace_back(other);
  return suggestion(name, known);
}

/// The kernel refuses a table in which a chain can be reached from itself. Depth-first without recursion; a jump back into a chain
/// that is being walked is told and made undecided.
void Ruleset::break_cycles() {
  constexpr std::size_t fresh = ~std::size_t{0}, done = fresh - 1;
  std::vector<std::size_t> place(chains_.size(), fresh);  // on the stack while it is being walked
  struct Frame {
    ChainId chain;
    std::size_t next;
  };
  std::vector<Frame> stack;
  const auto enter = [&](ChainId chain) {
    place[chain] = stack.size();
    stack.push_back({chain, 0});
  };
  for (ChainId start = 0; start < chains_.size(); ++start) {
    if (place[start] != fresh || tables_[chains_[start].table].replaced) continue;
    enter(start);
    while (!stack.empty()) {
      Frame& frame = stack.back();
      const Chain& chain = chains_[frame.chain];
      if (frame.next == chain.rules.size()) {
        place[frame.chain] = done;
        stack.pop_back();
        continue;
      }
      ir::Rule& rule = firewall_.rules[chain.rules[frame.next++]];
      if (rule.target == ir::none || place[rule.target] == done) continue;
      if (place[rule.target] == fresh) {
        enter(rule.target);
        continue;
      }
      constexpr std::size_t shown = 5;
      std::string way(printable(name(rule.target)));
      const std::size_t first = place[rule.target] + 1;
      for (std::size_t at = first; at < stack.size() && at < first + shown; ++at) way += fmt::format(" > {}", printable(name(stack[at].chain)));
      if (stack.size() > first + shown) way += " > ...";
      diagnostics_.error("WC306", rule.where, fmt::format("the chains go round in a circle: {} > {}", way, printable(name(rule.target))));
      make_undecided(rule);
    }
  }
}

/// Rules that were replaced, deleted or flushed leave the firewall; the others keep the order of the file.
void Ruleset::drop_unused_rules() {
  std::vector<ir::RuleId> fresh(firewall_.rules.size(), ir::none);
  std::size_t used = 0;
  for (const Table& table : tables_)
    if (!table.replaced)
      for (const ChainId id : table.chains)
        for (const ir::RuleId rule : chains_[id].rules) fresh[rule] = 0, ++used;
  if (used == firewall_.rules.size()) return;
  ir::RuleId next = 0;
  for (ir::RuleId old = 0; old < fresh.size(); ++old)
    if (fresh[old] != ir::none) {
      fresh[old] = next;
      firewall_.rules[next++] = firewall_.rules[old];
    }
  firewall_.rules.resize(next);
  for (const Table& table : tables_)
    if (!table.replaced)
      for (const ChainId id : table.chains)
        for (ir::RuleId& rule : chains_[id].rules) rule = fresh[rule];
}

void Ruleset::lay_out() {
  drop_unused_rules();
  firewall_.order.reserve(firewall_.rules.size());
  std::vector<ir::ListId> list_of(chains_.size(), ir::none);
  for (const Table& table : tables_) {
    if (table.replaced) continue;
    for (const ChainId id : table.chains) {
      Chain& chain = chains_[id];
      const ir::ListId list = firewall_.add_list(firewall_.strings[chain.name], firewall_.strings[table.name], ir::Discipline::first_match,
                                                 chain.fallthrough, chain.where);
      list_of[id] = list;
      firewall_.lists[list].declared = chain.declared;
      firewall_.lists[list].first = static_cast<std::uint32_t>(firewall_.order.size());
      firewall_.lists[list].count = static_cast<std::uint32_t>(chain.rules.size());
      firewall_.order.insert(firewall_.order.end(), chain.rules.begin(), chain.rules.end());
      std::vector<ir::RuleId>().swap(chain.rules);
    }
  }
  for (ir::Rule& rule : firewall_.rules)
    if (rule.target != ir::none) rule.target = list_of[rule.target];
  make_paths(list_of);
}

/// A table that the file does not have lets everything pass and is no stage; neither is a base chain that is as good as not there.
/// The filter table always has its stages: the default that decides where the file says nothing needs a name.
void Ruleset::make_paths(const std::vector<ir::ListId>& list_of) {
  std::map<std::pair<std::string_view, std::string_view>, ir::ListId> lists;
  for (const auto& [table, index] : live_)
    for (const ChainId id : tables_[index].chains)
      if (chains_[id].base) lists.emplace(std::pair(firewall_.strings[table], name(id)), list_of[id]);
  // Connection tracking puts fragments together before it looks at them, and before all tables. IPv4 does so in any case for what is
  // delivered to the host itself.
  const bool tracks = std::ranges::any_of(firewall_.rules, [&](const ir::Rule& rule) { return needs_tracking(firewall_, rule); });
  for (const StageRow& row : stages) {
    const bool filter = row.table == "filter";
    auto found = lists.find({row.table, row.chain});
    if (found == lists.end()) {
      if (!filter) continue;
      found = lists.emplace(std::pair(row.table, row.chain), ir::none).first;
      found->second = firewall_.add_list(row.chain, row.table, ir::Discipline::first_match, ir::Fallthrough::accept, {});
      firewall_.lists[found->second].declared = false;
      firewall_.lists[found->second].first = static_cast<std::uint32_t>(firewall_.order.size());
    }
    const ir::RuleList& list = firewall_.lists[found->second];
    if (!filter && !list.declared && list.count == 0) continue;
    ir::Stage stage;
    stage.name = firewall_.strings.intern(fmt::format("{} {}", row.table, row.chain));
    stage.list = found->second;
    stage.point = row.point;
    stage.translates = row.table == "nat";
    stage.before_tracking = row.table == "raw";
    stage.reassembled = tracks || (firewall_.ipv4 && row.point == ir::Point::input);
    stage.filter = filter;
    firewall_.paths[static_cast<std::size_t>(row.path)].push_back(stage);
  }
}

}  // namespace wallcheck::frontend::iptables
