#include "check/alike.h"

#include <algorithm>
#include <array>
#include <span>
#include <type_traits>

#include "check/evidence.h"
#include "check/flow.h"
#include "evaluate/trace.h"

namespace wallcheck::check {

using evaluate::Box;
using ir::ActionKind;
using ir::MatchKind;

namespace {

/// So many answers are kept; a file of which no two groups are alike gains nothing from more.
constexpr std::size_t most_kept = 10'000;

bool is_plain(const ir::Firewall& firewall) {
  return firewall.effects.empty() && std::ranges::all_of(firewall.matches, [](const ir::Match& match) { return match.kind != MatchKind::interface; });
}

bool is_plain(const ir::Firewall& firewall, const ir::Rule& rule) {
  return (rule.action == ActionKind::accept || rule.action == ActionKind::drop || rule.action == ActionKind::reject) &&
         std::ranges::all_of(firewall.matches_of(rule), [](const ir::Match& match) { return match.kind == MatchKind::ranges; });
}

/// Is it a condition on what the packet carries, and every stage sees alike (states and fragments look different before connection tracking)?
bool is_of_packet(const ir::Match& match) {
  if (match.kind != MatchKind::ranges || match.negated) return false;
  switch (match.field) {
    case ir::Field::source:
    case ir::Field::destination:
    case ir::Field::protocol:
    case ir::Field::source_port:
    case ir::Field::destination_port:
    case ir::Field::icmp:
    case ir::Field::tcp_flags: return true;
    default: return false;
  }
}

bool can_hold(const ir::Firewall& firewall, const ir::Rule& rule, const Box& box) {
  return std::ranges::all_of(firewall.matches_of(rule), [&](const ir::Match& match) {
    return !is_of_packet(match) || box[match.field].empty() || ir::overlap(firewall.ranges[match.value], box[match.field]);
  });
}

bool holds(const ir::Firewall& firewall, const ir::Rule& rule, const Box& box) {
  return std::ranges::all_of(firewall.matches_of(rule), [&](const ir::Match& match) {
    return is_of_packet(match) && !box[match.field].empty() && ir::contains(firewall.ranges[match.value], box[match.field]);
  });
}

/// Do all first packets of a conversation make a state that lets the later ones pass everywhere? Seen from the rules alone; where it
/// takes more to tell: no.
bool surely_makes_state(const ir::Firewall& firewall, const Conversation& conversation, const Box& box) {
  std::uint32_t made = 0;
  for (const ir::Stage& stage : firewall.path(conversation.path)) {
    const ir::RuleList& list = firewall.lists[stage.list];
    if (stage.tracker < 0) return false;
    bool by_all = list.fallthrough == ir::Fallthrough::accept && list.policy_keeps_state;
    for (const ir::RuleId id : firewall.rules_of(list)) {
      const ir::Rule& rule = firewall.rules[id];
      if (!can_hold(firewall, rule, box)) continue;
      if (rule.action != ActionKind::accept || !rule.keeps_state) return false;
      by_all |= holds(firewall, rule, box);
    }
    if (!by_all) return false;
    made |= 1u << stage.tracker;
  }
  return std::ranges::all_of(firewall.path(conversation.reply_path), [&](const ir::Stage& stage) { return stage.reply_tracker >= 0 && (made >> stage.reply_tracker & 1) != 0; });
}

/// Which of a firewall's rules can hold for packets of a conversation.
class Concerned {
 public:
  explicit Concerned(const ir::Firewall& firewall) : firewall_(firewall), is_concerned_(firewall.rules.size(), false) {}

  /// Those that can hold for packets of the box on the path. Can one of them accept any?
  bool add(ir::Path path, const Box& box) {
    bool accepts = false;
    for (const ir::Stage& stage : firewall_.path(path))
      for (const ir::RuleId id : firewall_.rules_of(firewall_.lists[stage.list])) {
        if (!can_hold(firewall_, firewall_.rules[id], box)) continue;
        is_concerned_[id] = true;
        accepts |= firewall_.rules[id].action == ActionKind::accept;
      }
    return accepts;
  }
  std::vector<ir::RuleId> rules() const {
    std::vector<ir::RuleId> result;
    for (ir::RuleId id = 0; id < is_concerned_.size(); ++id)
      if (is_concerned_[id]) result.push_back(id);
    return result;
  }

 private:
  const ir::Firewall& firewall_;
  std::vector<bool> is_concerned_;
};

/// Numbers in a row, as they lie in memory.
class Key {
 public:
  Key() { text_.reserve(512); }
  template <typename... Number>
  void add(Number... numbers) {
    static_assert((std::is_integral_v<Number> && ...) || (std::is_same_v<Number, Uint128> && ...));
    (text_.append(reinterpret_cast<const char*>(&numbers), sizeof numbers), ...);
  }
  std::string text() && { return std::move(text_); }

 private:
  std::string text_;
};

/// The ways through the firewall, whatever its rules are.
std::string shape_of(const ir::Firewall& firewall) {
  Key key;
  key.add(static_cast<unsigned>(firewall.format), firewall.ipv4, firewall.ipv6, static_cast<unsigned>(firewall.tracking));
  for (const auto& path : firewall.paths) {
    key.add(path.size());
    for (const ir::Stage& stage : path)
      key.add(stage.list, static_cast<unsigned>(stage.point), stage.translates, stage.before_tracking, stage.reassembled, stage.filter, stage.tracker, stage.reply_tracker);
  }
  return std::move(key).text();
}

/// Everything that the answer depends on: the question, the firewall's shape, and of the lists how they end and those rules; in which order
/// all that stands in the file.
std::string key_of(const ir::Firewall& firewall, std::size_t shape, std::size_t question, std::span<const ir::RuleId> rules) {
  Key key;
  key.add(shape, question);
  std::vector<Span> places;
  std::vector<std::uint32_t> number(firewall.rules.size(), ir::none);
  for (std::uint32_t i = 0; i < rules.size(); ++i) number[rules[i]] = i;
  for (const ir::RuleList& list : firewall.lists) {
    key.add(static_cast<unsigned>(list.discipline), static_cast<unsigned>(list.fallthrough), list.declared, list.policy_keeps_state);
    places.push_back(list.where);
    for (const ir::RuleId id : firewall.rules_of(list))
      if (number[id] != ir::none) key.add(number[id]);
    key.add(ir::none);
  }
  for (const ir::RuleId id : rules) {
    const ir::Rule& rule = firewall.rules[id];
    places.push_back(rule.where);
    key.add(static_cast<unsigned>(rule.action), rule.quick, rule.keeps_state, rule.match_count);
    for (const ir::Match& match : firewall.matches_of(rule)) {
      const std::span<const ir::Range> values = firewall.ranges[match.value];
      key.add(static_cast<unsigned>(match.field), match.negated, values.size());
      for (const ir::Range& range : values) key.add(range.first, range.last);
    }
  }
  std::vector<Span> in_order = places;
  std::ranges::sort(in_order);
  for (const Span& place : places) key.add(std::ranges::lower_bound(in_order, place) - in_order.begin());
  return std::move(key).text();
}

auto all_decided(ServiceResult& result) { return std::array{&result.decided_by, &result.wrong_way, &result.also_open}; }

/// Without what is said about places in the file.
ServiceResult placeless(ServiceResult result) {
  for (auto* const decided : all_decided(result))
    for (DecidedBy& by : *decided) {
      if (by.rule || by.in_list) by.text.clear();
      by.origin.clear();
      by.list.clear();
    }
  return result;
}

/// The answer about a firewall that is alike, from one without places: `old_rules` became `rules`, lists have the same numbers.
ServiceResult carried_over(ServiceResult result, std::span<const ir::RuleId> old_rules, const ir::Firewall& firewall, std::span<const ir::RuleId> rules, const Sources& sources) {
  for (auto* const decided : all_decided(result))
    for (DecidedBy& by : *decided) {
      if (by.rule) by.rule = rules[static_cast<std::size_t>(std::ranges::lower_bound(old_rules, *by.rule) - old_rules.begin())];
      locate(by, firewall, sources);
    }
  if (!result.witness || result.decided_by.empty() || result.decided_by.front().leg != to_string(Leg::open)) return result;
  const DecidedBy& claimed = result.decided_by.front();  // it is about the packet (Evidence::witness)
  const evaluate::TraceResult replay = evaluate::trace(firewall, result.witness->packet);
  if (to_string(replay.verdict) != claimed.effect || replay.rule != claimed.rule) throw Contradiction("the packet of a shared answer does not replay");
  return result;
}

}  // namespace

std::size_t Alike::number_of(std::map<std::string, std::size_t>& texts, const std::string& text) { return texts.try_emplace(text, texts.size()).first->second; }

bool Alike::takes(const ir::Firewall& firewall, std::size_t few_rules) {
  if (firewall.rules.size() > few_rules || !is_plain(firewall)) return false;
  const std::pair families(firewall.ipv4, firewall.ipv6);
  if (!families_) families_ = families;
  shape_ = number_of(shapes_, shape_of(firewall));
  given_.clear();
  return families_ == families;
}

const Asked& Alike::asked(const policy::Service& service, const std::function<Asked()>& make) {
  const auto found = services_.find(&service);
  if (found != services_.end()) return found->second.asked;
  Asked made = make();  // before there is room for it: nothing is left behind where it throws
  Service& one = services_[&service];
  one.asked = std::move(made);
  one.question = number_of(questions_, one.asked.question);
  askers_.resize(questions_.size());
  ++askers_[one.question];
  if (!one.asked.conversation) return one.asked;
  const Conversation& conversation = *one.asked.conversation;
  one.boxes = {conversation.box(Leg::open), conversation.box(Leg::onward), conversation.box(Leg::reply), conversation.opposite().box(Leg::open), {}};
  one.boxes.against_at_any_port = one.boxes.against;
  one.boxes.against_at_any_port[ir::Field::destination_port].clear();
  return one.asked;
}

std::vector<ir::RuleId> Alike::concerned(const ir::Firewall& firewall, const Conversation& conversation, const Boxes& boxes) {
  Concerned result(firewall);
  result.add(conversation.path, boxes.open);
  if (!surely_makes_state(firewall, conversation, boxes.open)) {
    result.add(conversation.path_of(Leg::onward), boxes.onward);
    result.add(conversation.path_of(Leg::reply), boxes.reply);
  }
  // Is it open the wrong way round? Where it is, what a rule opens besides is asked, too.
  if (result.add(conversation.reply_path, boxes.against)) result.add(conversation.reply_path, boxes.against_at_any_port);
  return result.rules();
}

ServiceResult Alike::answer(const ir::Firewall& firewall, const Sources& sources, const policy::Service& service, const std::function<ServiceResult()>& ask) {
  const Service& one = services_.at(&service);
  if (askers_[one.question] == 1) return find_or_ask(firewall, sources, one, ask);
  const auto given = given_.find(one.question);
  return given != given_.end() ? given->second : given_.emplace(one.question, find_or_ask(firewall, sources, one, ask)).first->second;
}

ServiceResult Alike::find_or_ask(const ir::Firewall& firewall, const Sources& sources, const Service& service, const std::function<ServiceResult()>& ask) {
  const auto& [asked, boxes, question] = service;
  std::vector<ir::RuleId> rules = concerned(firewall, *asked.conversation, boxes);
  if (!std::ranges::all_of(rules, [&](ir::RuleId id) { return is_plain(firewall, firewall.rules[id]); })) return ask();
  std::string key = key_of(firewall, shape_, question, rules);
  if (const auto found = known_.find(key); found != known_.end()) {
    ++shared_;
    return carried_over(found->second.result, found->second.rules, firewall, rules, sources);
  }
  ServiceResult result = ask();
  if (result.assumptions.empty() && known_.size() < most_kept) known_.try_emplace(std::move(key), Known{placeless(result), std::move(rules)});
  return result;
}

}  // namespace wallcheck::check
