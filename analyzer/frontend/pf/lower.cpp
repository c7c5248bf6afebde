#include "frontend/pf/lower.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "frontend/pf/conditions.h"

namespace wallcheck::frontend::pf {
namespace {

using ir::ActionKind;
using ir::Coverage;
using ir::Discipline;
using ir::Fallthrough;

/// The lists that an anchor can have: what its rules mean in one place of a packet's way.
enum class Role : std::uint8_t { filter, ether, rdr, binat_in, binat_out, nat };

struct Key {
  std::string path;
  Role role = Role::filter;
  bool in = true;
  auto operator<=>(const Key&) const = default;
};

class Lowering {
 public:
  Lowering(const Ruleset& rules, const Options& options, ir::Firewall& firewall)
      : rules_(rules), firewall_(firewall), conditions_(rules, options, firewall) {}

  void run();

 private:
  Discipline discipline(Role role) const { return role == Role::filter || role == Role::ether ? Discipline::last_match : Discipline::first_match; }
  std::string name(const Key& key) const;
  /// `caller`: the rule that leads there, for lists whose own rules are not known.
  ir::ListId list(const Key& key, Span caller = {});
  void fill(const Key& key, ir::ListId list);
  void fill_rules(const Key& key, std::size_t anchor, std::vector<ir::RuleId>& order);
  void fill_unknown(const Key& key, std::vector<ir::RuleId>& order);
  void skip_interfaces(bool in, Role role, std::vector<ir::RuleId>& order);

  void add_filter(const Single& single, const Key& key, std::vector<ir::RuleId>& order);
  void add_call(const Single& single, const Key& key, std::vector<ir::RuleId>& order);
  void add_translation(const Single& single, const Key& key, std::vector<ir::RuleId>& order);
  void add_ether(const Single& single, const Key& key, std::vector<ir::RuleId>& order);
  void add_unread(const Unread& unread, std::vector<ir::RuleId>& order);
  ir::RuleId add(std::vector<ir::Match>& matches, ir::Rule rule, const Single* single);
  std::uint16_t manner(const Single& single);
  void effects_of(const Single& single, std::vector<ir::Effect>& translation, Coverage& coverage);
  std::optional<ir::Effect> translation(ir::EffectKind kind, const Pool& pool, const Single& single);

  bool has(std::initializer_list<Action> actions) const;
  ir::Stage stage(std::string_view title, ir::ListId list, bool in, ir::Point point, bool translates, bool filter);
  std::optional<ir::ListId> translation_list(bool in);
  Span where(const Single& single) const { return where_of(*single.rule); }
  Span where_of(const Rule& rule) const;
  const SourceText& text_of(const Rule& rule) const;

  const Ruleset& rules_;
  ir::Firewall& firewall_;
  Conditions conditions_;
  std::array<bool, 16> actions_{};                           ///< kinds of rules that there are
  std::map<Key, ir::ListId> lists_;
  std::map<Key, Span> callers_;
  std::vector<std::pair<Key, ir::ListId>> waiting_;          ///< lists whose rules are not there yet
  std::vector<std::vector<ir::RuleId>> order_;               ///< by list
  std::map<const Single*, ir::RuleId> both_ways_;            ///< rules that mean the same in both directions
  std::map<std::string, std::uint16_t> manners_{{"", 0}};
};

std::string Lowering::name(const Key& key) const {
  static constexpr std::string_view roles[] = {"", "ether ", "rdr ", "binat ", "binat ", "nat "};
  const std::string_view role = roles[static_cast<std::size_t>(key.role)];
  if (key.path.empty()) return fmt::format("{}{}", role, key.in ? "in" : "out");
  return fmt::format("anchor {} {}{}", key.path, role, key.in ? "in" : "out");
}

ir::ListId Lowering::list(const Key& key, Span caller) {
  if (const auto found = lists_.find(key); found != lists_.end()) return found->second;
  callers_.emplace(key, caller);
  const bool base = key.path.empty();
  // A table of its own for each place on the way: what its rules change is then known by place.
  const std::string table = key.role == Role::filter ? "filter" : key.role == Role::ether ? "ether" : "translation";
  const ir::ListId id = firewall_.add_list(name(key), table, discipline(key.role), base ? Fallthrough::accept : Fallthrough::return_, {});
  lists_.emplace(key, id);
  order_.resize(firewall_.lists.size());
  waiting_.emplace_back(key, id);
  return id;
}

bool Lowering::has(std::initializer_list<Action> actions) const {
  return std::ranges::any_of(actions, [&](Action action) { return actions_[static_cast<std::size_t>(action)]; });
}

ir::Stage Lowering::stage(std::string_view title, ir::ListId list, bool in, ir::Point point, bool translates, bool filter) {
  ir::Stage stage;
  stage.name = firewall_.strings.intern(title);
  stage.list = list;
  stage.point = point;
  stage.translates = translates;
  stage.filter = filter;
  stage.tracker = in ? 0 : 1;
  stage.reply_tracker = in ? 1 : 0;
  return stage;
}

/// pf looks for rdr, then binat, where a packet comes in; for binat, then nat, where it goes out. The first that holds counts.
std::optional<ir::ListId> Lowering::translation_list(bool in) {
  const bool binat = has({Action::binat, Action::binat_anchor});
  const bool other = in ? has({Action::rdr, Action::rdr_anchor}) : has({Action::nat, Action::nat_anchor});
  if (!binat && !other) return std::nullopt;
  const Key binat_key{"", in ? Role::binat_in : Role::binat_out, in};
  const Key other_key{"", in ? Role::rdr : Role::nat, in};
  if (binat != other) return list(binat ? binat_key : other_key);
  // `no rdr` ends the search among the rdr rules, not among the binat rules: two lists that come back.
  const ir::ListId both = firewall_.add_list(in ? "translation in" : "translation out", "translation", Discipline::first_match, Fallthrough::accept, {});
  order_.resize(firewall_.lists.size());
  for (const Key& key : {in ? other_key : binat_key, in ? binat_key : other_key}) {
    ir::Rule jump;
    jump.action = ActionKind::jump;
    jump.coverage = Coverage::harmless;
    jump.target = list(key);
    firewall_.lists[jump.target].fallthrough = Fallthrough::return_;
    std::vector<ir::Match> none;
    const ir::RuleId id = add(none, jump, nullptr);
    order_[both].push_back(id);
  }
  return both;
}

void Lowering::run() {
  firewall_.format = ir::Format::pf;
  firewall_.ipv4 = firewall_.ipv6 = true;
  firewall_.tracking = ir::Tracking::by_state;
  if (firewall_.tags.empty()) firewall_.tags.push_back(0);
  for (const Rule& rule : rules_.rules) actions_[static_cast<std::size_t>(rule.action)] = true;

  std::vector<ir::Stage> in, out, out_forward;
  const auto both_ends = [&](std::string_view title, ir::ListId list, bool inward, bool translates, bool filter) {
    if (inward) {
      in.push_back(stage(title, list, true, ir::Point::prerouting, translates, filter));
    } else {
      out.push_back(stage(title, list, false, ir::Point::output, translates, filter));
      out_forward.push_back(stage(title, list, false, ir::Point::postrouting, translates, filter));
    }
  };
  if (has({Action::ether_pass, Action::ether_block})) {
    both_ends("ether in", list({"", Role::ether, true}), true, false, false);
    in.back().tracker = in.back().reply_tracker = -1;
  }
  if (const auto translation = translation_list(true)) both_ends("translation in", *translation, true, true, false);
  both_ends("in", list({"", Role::filter, true}), true, false, true);
  if (const auto translation = translation_list(false)) both_ends("translation out", *translation, false, true, false);
  both_ends("out", list({"", Role::filter, false}), false, false, true);
  if (has({Action::ether_pass, Action::ether_block})) {
    both_ends("ether out", list({"", Role::ether, false}), false, false, false);
    for (ir::Stage* last : {&out.back(), &out_forward.back()}) last->tracker = last->reply_tracker = -1;
  }
  firewall_.paths[static_cast<std::size_t>(ir::Path::ingress)] = in;
  firewall_.paths[static_cast<std::size_t>(ir::Path::egress)] = out;
  auto& forward = firewall_.paths[static_cast<std::size_t>(ir::Path::forward)];
  forward = in;
  forward.insert(forward.end(), out_forward.begin(), out_forward.end());

  while (!waiting_.empty()) {
    const auto [key, id] = waiting_.back();
    waiting_.pop_back();
    fill(key, id);
  }
  order_.resize(firewall_.lists.size());
  for (ir::ListId id = 0; id < firewall_.lists.size(); ++id) {
    firewall_.lists[id].first = static_cast<std::uint32_t>(firewall_.order.size());
    firewall_.lists[id].count = static_cast<std::uint32_t>(order_[id].size());
    firewall_.order.insert(firewall_.order.end(), order_[id].begin(), order_[id].end());
  }
  std::ranges::stable_sort(firewall_.origins, {}, &ir::Origin::rule);
  std::set<std::string> evaluated;
  for (const auto& [key, id] : lists_) evaluated.insert(key.path);
  note_unused(rules_, evaluated, firewall_);

  for (const Table& table : rules_.tables) {
    ir::NamedSet set;
    set.name = firewall_.strings.intern(table.name);
    bool complete = table.filled && !table.filled_by_rules && !table.file_missing;
    table_ranges(table.members, complete);
    set.knowledge = complete ? ir::Knowledge::known : table.members.empty() ? ir::Knowledge::unknown : ir::Knowledge::partly_known;
    set.members = static_cast<std::uint32_t>(table.members.size());
    set.where = table.where;
    firewall_.named_sets.push_back(set);
  }
}

void Lowering::fill(const Key& key, ir::ListId list) {
  std::vector<ir::RuleId> order;
  conditions_.after_translation(key.role == Role::filter && key.in && has({Action::rdr, Action::rdr_anchor, Action::binat, Action::binat_anchor}));
  if (key.path.empty()) skip_interfaces(key.in, key.role, order);
  if (key.path.ends_with("*")) {
    // All anchors directly below, by name; and those that may come while pf runs.
    const std::string prefix = key.path.substr(0, key.path.size() - 1);
    std::vector<std::string> children;
    for (std::size_t i = 1; i < rules_.anchors.size(); ++i) {
      const std::string& path = rules_.anchors[i].path;
      if (path.starts_with(prefix) && path.find('/', prefix.size()) == std::string::npos && path != prefix) children.push_back(path);
    }
    std::ranges::sort(children);
    for (const std::string& child : children) {
      ir::Rule jump;
      jump.action = ActionKind::jump;
      jump.coverage = Coverage::harmless;
      jump.target = this->list({child, key.role, key.in}, callers_.at(key));
      std::vector<ir::Match> none;
      order.push_back(add(none, jump, nullptr));
    }
    fill_unknown(key, order);
  } else if (const auto anchor = key.path.empty() ? std::optional<std::size_t>(0) : rules_.anchor(key.path)) {
    fill_rules(key, *anchor, order);
  } else {
    fill_unknown(key, order);
  }
  order_.resize(firewall_.lists.size());
  order_[list] = std::move(order);
}

/// `set skip on`: pf is not asked at all.
void Lowering::skip_interfaces(bool in, Role role, std::vector<ir::RuleId>& order) {
  if (role == Role::ether) return;
  for (const auto& [interface, where] : rules_.settings.skip) {
    std::vector<ir::Match> matches;
    ir::Rule rule;
    rule.where = where;
    conditions_.interface(interface, in ? ir::Field::in_interface : ir::Field::out_interface, where, matches, rule.coverage);
    rule.action = ActionKind::accept;
    rule.quick = true;
    order.push_back(add(matches, rule, nullptr));
  }
}

/// An anchor whose rules are loaded while pf runs: it may pass a packet, block it, or do nothing.
void Lowering::fill_unknown(const Key& key, std::vector<ir::RuleId>& order) {
  const std::string what = fmt::format("anchor \"{}\"", key.path);
  constexpr std::string_view reason = "its rules are loaded while pf runs";
  const std::string_view way = key.in ? "in" : "out";
  const bool filters = key.role == Role::filter;
  const Span caller = callers_.at(key);
  ir::Rule rule;
  rule.where = caller;
  rule.coverage = Coverage::opaque;
  rule.quick = true;
  rule.action = ActionKind::accept;
  rule.keeps_state = true;
  if (!filters) {
    const ir::Effect unknown{.kind = ir::EffectKind::unknown_rewrite};
    rule.on_decide = firewall_.add_effects(std::span(&unknown, 1));
  }
  std::vector<ir::Match> holds{conditions_.opaque(fmt::format("{} {} it ({})", what, filters ? "passes" : "translates", way), reason, caller)};
  order.push_back(add(holds, rule, nullptr));
  if (!filters) return;
  rule.action = ActionKind::drop;
  rule.keeps_state = false;
  holds = {conditions_.opaque(fmt::format("{} blocks it ({})", what, way), reason, caller)};
  order.push_back(add(holds, rule, nullptr));
}

void Lowering::fill_rules(const Key& key, std::size_t anchor, std::vector<ir::RuleId>& order) {
  const std::vector<Single>& rules = rules_.anchors[anchor].rules;
  auto unread = rules_.unread.begin();
  const auto unread_before = [&](std::size_t position) {
    for (; unread != rules_.unread.end(); ++unread) {
      if (unread->anchor != anchor) continue;
      if (unread->position > position) return;
      if (key.role == Role::filter) add_unread(*unread, order);
    }
  };
  for (std::size_t i = 0; i < rules.size(); ++i) {
    unread_before(i);
    const Single& single = rules[i];
    const Action action = single.rule->action;
    const bool this_way = single.way == Way::both || (single.way == Way::in) == key.in;
    switch (key.role) {
      case Role::filter:
        if (!this_way) break;
        if (action == Action::pass || action == Action::match || action == Action::block) add_filter(single, key, order);
        if (action == Action::anchor) add_call(single, key, order);
        break;
      case Role::ether:
        if (this_way && (action == Action::ether_pass || action == Action::ether_block)) add_ether(single, key, order);
        break;
      case Role::rdr:
        if (action == Action::rdr) add_translation(single, key, order);
        if (action == Action::rdr_anchor) add_call(single, key, order);
        break;
      case Role::nat:
        if (action == Action::nat) add_translation(single, key, order);
        if (action == Action::nat_anchor) add_call(single, key, order);
        break;
      case Role::binat_in:
      case Role::binat_out:
        if (action == Action::binat) add_translation(single, key, order);
        if (action == Action::binat_anchor) add_call(single, key, order);
        break;
    }
  }
  unread_before(rules.size());
}

const SourceText& Lowering::text_of(const Rule& rule) const { return *rule.source; }

Span Lowering::where_of(const Rule& rule) const { return text_of(rule).place(rule.text.begin, rule.text.end).where; }

ir::RuleId Lowering::add(std::vector<ir::Match>& matches, ir::Rule rule, const Single* single) {
  if (single != nullptr) rule.where = where(*single);
  rule.manner = single != nullptr ? manner(*single) : ir::manner_of_its_own;
  const ir::RuleId id = firewall_.add_rule(matches, rule);
  if (single == nullptr) return id;
  for (const std::uint32_t macro : text_of(*single->rule).macros_in(single->rule->text.begin, single->rule->text.end)) {
    const Macro& from = text_of(*single->rule).macros[macro];
    firewall_.origins.push_back({id, firewall_.strings.intern(fmt::format("expanded from ${}", from.name)), from.where});
  }
  return id;
}

std::uint16_t Lowering::manner(const Single& single) {
  const auto next = static_cast<std::uint16_t>(std::min<std::size_t>(manners_.size(), ir::manner_of_its_own));
  std::string text = manner_text(single, rules_.dialect);
  if (next == ir::manner_of_its_own) {
    const auto known = manners_.find(text);
    return known != manners_.end() ? known->second : next;
  }
  return manners_.try_emplace(std::move(text), next).first->second;
}

/// What a translation makes of an end of the packet. Nothing: it leads somewhere that is not known.
std::optional<ir::Effect> Lowering::translation(ir::EffectKind kind, const Pool& pool, const Single& single) {
  bool local = false;
  const auto addresses = conditions_.targets(pool, single.family, local);
  if (!addresses) return std::nullopt;
  ir::Effect effect;
  effect.kind = kind;
  effect.addresses = firewall_.ranges.intern(*addresses);
  const bool source = kind == ir::EffectKind::translate_source;
  (source ? effect.from_local : effect.to_local) = local;
  if (pool.first_port) {
    unsigned last = pool.last_port.value_or(*pool.first_port);
    if (pool.star && single.to_port.op == Op::range) last = *pool.first_port + (single.to_port.second - single.to_port.first);
    effect.ports = firewall_.ranges.intern(ir::Range{*pool.first_port, std::min(last, 65535u)});
  } else if (source && !pool.static_port && !single.rule->binat_to && single.rule->action != Action::binat) {
    effect.ports = firewall_.ranges.intern(ir::Range{50001, 65535});  // pf.conf(5): ports of its own choice
  }
  return effect;
}

void Lowering::effects_of(const Single& single, std::vector<ir::Effect>& effects, Coverage& coverage) {
  const Rule& rule = *single.rule;
  const auto add = [&](std::optional<ir::Effect> effect) {
    if (!effect) {
      effect = ir::Effect{.kind = ir::EffectKind::unknown_rewrite};
      coverage = std::max(coverage, Coverage::opaque);
    }
    effects.push_back(*effect);
  };
  if (rule.af_to) {
    add(ir::Effect{.kind = ir::EffectKind::unknown_rewrite});
    coverage = std::max(coverage, Coverage::modelled_conditionally);
    return;
  }
  if (single.rdr != nullptr) add(translation(ir::EffectKind::translate_destination, *single.rdr, single));
  if (single.nat != nullptr) add(translation(ir::EffectKind::translate_source, *single.nat, single));
  if (rule.divert == "divert-to") {
    Pool socket;
    socket.hosts = {rule.divert_host};
    socket.first_port = rule.divert_port;
    add(translation(ir::EffectKind::translate_destination, socket, single));
  }
  // The way out is another one than the routing table's.
  if (rule.route_kind == "route-to") coverage = std::max(coverage, Coverage::modelled_conditionally);
}

void Lowering::add_filter(const Single& single, const Key& key, std::vector<ir::RuleId>& order) {
  const auto is_self = [](const Host& host) { return host.kind == Host::Kind::self; };
  const bool same_both_ways = single.way == Way::both && single.interface.name.empty() && !single.interface.rdomain && !is_self(single.to);
  if (same_both_ways)
    if (const auto known = both_ways_.find(&single); known != both_ways_.end()) return order.push_back(known->second);
  const Rule& written = *single.rule;
  ir::Rule rule;
  std::vector<ir::Match> matches = conditions_.of(single, key.in, where(single), rule.coverage);
  rule.quick = written.quick;
  rule.action = ActionKind::continue_;
  if (written.action == Action::block) rule.action = written.answer == Answer::drop ? ActionKind::drop : ActionKind::reject;
  if (written.action == Action::pass) rule.action = ActionKind::accept;
  rule.keeps_state = written.action == Action::pass && single.state != StateKind::none;
  if (written.divert == "divert-packet" && written.action == Action::pass) {
    rule.action = ActionKind::undecided;
    rule.coverage = std::max(rule.coverage, Coverage::opaque);
  }
  std::vector<ir::Effect> at_once, in_the_end;
  if (!written.tag.empty()) at_once.push_back({.kind = ir::EffectKind::set_tag, .value = conditions_.tag(filled_in(written.tag, single))});
  effects_of(single, written.action == Action::match ? at_once : in_the_end, rule.coverage);
  rule.on_match = firewall_.add_effects(at_once);
  rule.on_decide = firewall_.add_effects(in_the_end);
  const ir::RuleId id = add(matches, rule, &single);
  if (same_both_ways) both_ways_.emplace(&single, id);
  order.push_back(id);
}

void Lowering::add_call(const Single& single, const Key& key, std::vector<ir::RuleId>& order) {
  ir::Rule rule;
  std::vector<ir::Match> matches = conditions_.of(single, key.in, where(single), rule.coverage);
  rule.action = ActionKind::jump;
  rule.quick = single.rule->quick;
  const std::string path(single.body != Single::no_body ? rules_.anchors[single.body].path : std::string(single.rule->anchor_path));
  rule.target = list({path, key.role, key.in}, where(single));
  if (!single.rule->tag.empty()) {
    const ir::Effect tag{.kind = ir::EffectKind::set_tag, .value = conditions_.tag(filled_in(single.rule->tag, single))};
    rule.on_match = firewall_.add_effects(std::span(&tag, 1));
  }
  order.push_back(add(matches, rule, &single));
}

/// FreeBSD: the first translation rule that holds; `no` leaves the packet as it is.
void Lowering::add_translation(const Single& written, const Key& key, std::vector<ir::RuleId>& order) {
  Single single = written;
  ir::Rule rule;
  std::vector<ir::Effect> effects;
  Coverage coverage = Coverage::modelled;
  std::optional<ir::Effect> effect;
  if (key.role == Role::binat_in) {
    // The way back: from anywhere to the outer address, which becomes the inner one.
    std::swap(single.from, single.to);
    std::swap(single.from_port, single.to_port);
    if (!written.rule->no) single.to = written.rule->nat.hosts[0];
    Pool inner;
    inner.hosts = {written.from};
    effect = translation(ir::EffectKind::translate_destination, inner, single);
  } else if (!written.rule->no) {
    effect = key.role == Role::rdr ? translation(ir::EffectKind::translate_destination, written.rule->rdr, single)
                                   : translation(ir::EffectKind::translate_source, written.rule->nat, single);
  }
  std::vector<ir::Match> matches = conditions_.of(single, key.in, where(written), coverage);
  rule.action = ActionKind::accept;
  if (written.rule->no) {
    if (key.path.empty() && firewall_.lists[lists_.at(key)].fallthrough == Fallthrough::return_) rule.action = ActionKind::return_;
  } else {
    if (!effect) {
      effect = ir::Effect{.kind = ir::EffectKind::unknown_rewrite};
      coverage = std::max(coverage, Coverage::opaque);
    }
    effect->skips_filter = written.rule->pass_at_once;
    effects.push_back(*effect);
    if (!written.rule->tag.empty())
      effects.push_back({.kind = ir::EffectKind::set_tag, .value = conditions_.tag(filled_in(written.rule->tag, single))});
    rule.keeps_state = true;  // pf.conf(5): translation makes a state, whatever the pass rule says
  }
  rule.coverage = coverage;
  rule.on_decide = firewall_.add_effects(effects);
  order.push_back(add(matches, rule, &written));
}

/// Frames of IP packets only; other protocols are not what a policy speaks of.
void Lowering::add_ether(const Single& single, const Key& key, std::vector<ir::RuleId>& order) {
  const Rule& written = *single.rule;
  std::optional<Family> family;
  if (!written.ether_types.empty()) {
    const bool v4 = std::ranges::find(written.ether_types, 0x0800u) != written.ether_types.end();
    const bool v6 = std::ranges::find(written.ether_types, 0x86ddu) != written.ether_types.end();
    if (!v4 && !v6) return;
    if (v4 != v6) family = v4 ? Family::ipv4 : Family::ipv6;
  }
  const std::vector<Host> any(1);
  for (const Host& from : written.l3_from.empty() ? any : written.l3_from)
    for (const Host& to : written.l3_to.empty() ? any : written.l3_to) {
      Single one = single;
      one.family = family;
      ir::Rule rule;
      std::vector<ir::Match> matches = conditions_.of(one, key.in, where(single), rule.coverage);
      conditions_.host(from, true, where(single), matches, rule.coverage);
      conditions_.host(to, false, where(single), matches, rule.coverage);
      rule.action = written.action == Action::ether_pass ? ActionKind::accept : ActionKind::drop;
      rule.quick = written.quick;
      if (!written.tag.empty()) {
        const ir::Effect tag{.kind = ir::EffectKind::set_tag, .value = conditions_.tag(filled_in(written.tag, single))};
        rule.on_match = firewall_.add_effects(std::span(&tag, 1));
      }
      order.push_back(add(matches, rule, &single));
    }
}

/// A line that was not understood: it may decide about any packet.
void Lowering::add_unread(const Unread& unread, std::vector<ir::RuleId>& order) {
  ir::Rule rule;
  rule.action = ActionKind::undecided;
  rule.coverage = Coverage::unrecognised;
  rule.quick = unread.quick;
  rule.where = unread.where;
  std::vector<ir::Match> matches{conditions_.opaque(unread.text, "this line was not understood", unread.where)};
  order.push_back(firewall_.add_rule(matches, rule));
}

}  // namespace

void lower(const Ruleset& rules, const Options& options, ir::Firewall& firewall) { Lowering(rules, options, firewall).run(); }

}  // namespace wallcheck::frontend::pf
