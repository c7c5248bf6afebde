// WC309: the same rule again in the same list.
//
// The same is what has the same normal form: order and spelling do not matter. A copy is useless where the packet comes to it as it came to
// the first one and nothing could answer otherwise: marks, tags and states that are tested must not change between the two, a rate limit is a
// condition of its own in each rule, and a chain that is called twice must not change anything or ask such a condition.
// Where the last rule counts (pf), the useless one is the first.

#include <algorithm>
#include <array>
#include <unordered_map>

#include <fmt/format.h>

#include "check/audit/rule_words.h"
#include "check/audit/structure.h"
#include "check/normal_form.h"

namespace wallcheck::check::audit {

using ir::ActionKind;
using ir::ListId;
using ir::Rule;
using ir::RuleId;

namespace {

constexpr std::size_t field_count = 20;             // one more than there are: what conditions say that cannot be decided
constexpr std::uint32_t undecidable = 1u << 19;     // ... a rule that goes on (a log, a set that grows) may change it

std::uint64_t key_of(Span where) { return static_cast<std::uint64_t>(where.file) << 32 | where.begin; }

class Duplicates {
 public:
  explicit Duplicates(const AuditContext& context)
      : context_(context), firewall_(context.firewall), forms_(context.firewall), lists_(context.firewall.lists.size()) {
    summarise();
  }

  void run() {
    for (const ir::RuleList& list : firewall_.lists) look_at(list);
    tell();
  }

 private:
  /// What can happen to a packet in a list and in those that it calls.
  struct Inside {
    std::uint32_t changes = 0;  ///< fields, as bits
    bool varies = false;        ///< the same packet may come to another end the second time
  };
  /// A rule as written, and how many of the rules that it stands for are useless beside another one.
  struct Written {
    std::size_t rules = 0, useless = 0;
    std::uint64_t kept = 0;     ///< the other one
    bool of_several = false;    ///< beside more than one
    Span where, kept_where;
  };

  /// From the called to the callers, until nothing is new: fields are few, so that each list is looked at a few times at most.
  void summarise() {
    std::vector<std::vector<ListId>> callers(firewall_.lists.size());
    std::vector<ListId> open;
    for (ListId id = 0; id < firewall_.lists.size(); ++id) {
      for (const RuleId rule_id : firewall_.rules_of(firewall_.lists[id])) {
        const Rule& rule = firewall_.rules[rule_id];
        if (rule.target != ir::none) callers[rule.target].push_back(id);
        lists_[id].changes |= own_changes(rule);
        lists_[id].varies |= rule.action == ActionKind::undecided || forms_.asks_each_time(firewall_.matches_of(rule));
      }
      open.push_back(id);
    }
    while (!open.empty()) {
      const ListId id = open.back();
      open.pop_back();
      for (const ListId caller : callers[id]) {
        Inside& outer = lists_[caller];
        const Inside joined{outer.changes | lists_[id].changes, outer.varies || lists_[id].varies};
        if (joined.changes == outer.changes && joined.varies == outer.varies) continue;
        outer = joined;
        open.push_back(caller);
      }
    }
  }

  std::uint32_t own_changes(const Rule& rule) const {
    return forms_.changes(rule.on_match) | (rule.action == ActionKind::continue_ ? undecidable : 0);
  }
  std::uint32_t changes(const Rule& rule) const {
    return own_changes(rule) | (rule.target == ir::none ? 0 : lists_[rule.target].changes);
  }

  /// Doing it once more changes nothing.
  bool is_idempotent(ir::EffectsId effects) const {
    return std::ranges::all_of(firewall_.effects_of(effects), [](const ir::Effect& effect) {
      switch (effect.kind) {
        case ir::EffectKind::set_mark:
        case ir::EffectKind::set_connmark: return effect.other == 0 && (effect.flip & effect.keep) == 0;
        case ir::EffectKind::set_tag:
        case ir::EffectKind::untrack: return true;
        default: return false;
      }
    });
  }

  /// Could a second one be of no use?
  bool can_be_useless(const Rule& rule, bool last_counts) const {
    if (rule.where.empty() || rule.coverage == ir::Coverage::unrecognised) return false;
    switch (rule.action) {
      case ActionKind::accept:
      case ActionKind::drop:
      case ActionKind::reject: return !last_counts || rule.on_match == 0;
      case ActionKind::return_:
      case ActionKind::go_to: return !last_counts;
      case ActionKind::jump: return !last_counts && rule.on_match == 0 && rule.target != ir::none && firewall_.lists[rule.target].declared &&
                                    lists_[rule.target].changes == 0 && !lists_[rule.target].varies;
      case ActionKind::continue_: return !last_counts && rule.on_match != 0 && is_idempotent(rule.on_match);  // without effects it logs or counts
      case ActionKind::undecided: return false;
    }
    return false;
  }

  void look_at(const ir::RuleList& list) {
    struct Seen {
      std::size_t position;
      RuleId rule;
    };
    const bool last_counts = list.discipline == ir::Discipline::last_match;
    std::unordered_map<std::string, Seen> seen;
    seen.reserve(list.count);
    std::array<std::size_t, field_count> changed{};  // by field: one past the last rule that may change it
    std::size_t stopped = 0;                         // one past the last rule that may end the walk with an earlier rule's decision
    std::size_t position = 0;
    std::string bytes;
    for (const RuleId id : firewall_.rules_of(list)) {
      const Rule& rule = firewall_.rules[id];
      ++written_[key_of(rule.where)].rules;
      if (can_be_useless(rule, last_counts && !rule.quick)) {
        bytes.clear();
        NormalForms::append_bytes(forms_.of(rule), bytes);
        if (rule.action == ActionKind::reject) bytes += answer_of(words_of(text(rule.where)));
        const auto [first, is_new] = seen.try_emplace(bytes, Seen{position, id});
        if (!is_new) {
          std::uint32_t needed = forms_.looks_at(firewall_.matches_of(rule)) | forms_.changes(rule.on_match);
          bool unchanged = true;
          for (std::size_t field = 0; field < field_count; ++field)
            if ((needed >> field & 1) != 0 && changed[field] > first->second.position + 1) unchanged = false;
          const bool overruled = last_counts && !rule.quick;
          if (overruled && stopped > first->second.position + 1) unchanged = false;
          if (unchanged && overruled) pair(firewall_.rules[first->second.rule], rule);
          else if (unchanged) pair(rule, firewall_.rules[first->second.rule]);
          if (overruled || !unchanged) first->second = {position, id};
        }
      }
      ++position;
      const std::uint32_t fields = changes(rule);
      for (std::size_t field = 0; field < field_count; ++field)
        if ((fields >> field & 1) != 0) changed[field] = position;
      if (rule.quick && rule.action != ActionKind::accept && rule.action != ActionKind::drop && rule.action != ActionKind::reject) stopped = position;
      if (last_counts && rule.target != ir::none) stopped = position;  // what is inside may end the walk, too
    }
  }

  void pair(const Rule& useless, const Rule& kept) {
    if (useless.where == kept.where) return;  // a list names something twice
    Written& written = written_[key_of(useless.where)];
    written.of_several |= written.useless > 0 && written.kept != key_of(kept.where);
    written.kept = key_of(kept.where);
    written.where = useless.where, written.kept_where = kept.where;
    ++written.useless;
  }

  std::string_view text(Span where) const {
    return where.file < context_.sources.size() ? context_.sources[where.file]->text(where) : std::string_view{};
  }

  void tell() {
    std::vector<const Written*> found;
    for (const auto& [where, written] : written_)
      if (written.useless > 0 && written.useless == written.rules && !written.of_several) found.push_back(&written);
    std::ranges::sort(found, {}, [](const Written* w) { return std::pair(w->where.file, w->where.begin); });
    for (const Written* w : found) {
      const SourceFile& source = *context_.sources[w->kept_where.file];
      const auto line = source.place(w->kept_where.begin).line;
      const std::string place = w->kept_where.file == w->where.file ? fmt::format("line {}", line) : fmt::format("line {} of {}", line, printable(source.path()));
      const bool same_words = std::ranges::equal(words_of(text(w->where)), words_of(text(w->kept_where)));
      const bool is_earlier = w->kept_where.file == w->where.file && w->where.begin < w->kept_where.begin;
      std::string message = fmt::format("duplicate: {} {}{}", place, same_words ? "is the same rule" : "says the same in other words",
                                        is_earlier ? ", and the later one counts" : "");
      context_.site.findings.push_back(
          {.diagnostic = {"WC309", Severity::warning, std::move(message), w->where, {{w->kept_where, is_earlier ? "the one that counts" : "the first one"}}}});
    }
    // That a copy is shadowed by the first one need not be said, too.
    std::erase_if(context_.site.findings, [&](const Finding& finding) {
      const Diagnostic& d = finding.diagnostic;
      if (d.code != "WC301" && d.code != "WC302" && d.code != "WC307") return false;
      const auto same = std::ranges::lower_bound(found, std::pair(d.where.file, d.where.begin), {}, [](const Written* w) { return std::pair(w->where.file, w->where.begin); });
      return same != found.end() && (*same)->where == d.where;
    });
  }

  const AuditContext& context_;
  const ir::Firewall& firewall_;
  NormalForms forms_;
  std::vector<Inside> lists_;
  std::unordered_map<std::uint64_t, Written> written_;
};

}  // namespace

void duplicate_rules(const AuditContext& context) { Duplicates(context).run(); }

}  // namespace wallcheck::check::audit
