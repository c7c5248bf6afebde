// Targets that decide, log, mark or hand over; translation is in targets_nat.cpp.

#include <string>

#include "frontend/iptables/options.h"
#include "frontend/iptables/rule_builder.h"
#include "frontend/iptables/values.h"
#include "ir/packet.h"

namespace wallcheck::frontend::iptables {
namespace {

using ir::ActionKind;
using ir::Effect;
using ir::EffectKind;

// --- REJECT ---

constexpr OptionSpec reject_options[] = {
    {.name = "reject-with", .value = Value::choice, .meaning = Meaning::lowered,
     .words = "icmp-net-unreachable net-unreach icmp-host-unreachable host-unreach icmp-proto-unreachable proto-unreach "
              "icmp-port-unreachable port-unreach icmp-net-prohibited net-prohib icmp-host-prohibited host-prohib tcp-reset tcp-rst "
              "icmp-admin-prohibited admin-prohib"},
};
constexpr OptionSpec reject6_options[] = {
    {.name = "reject-with", .value = Value::choice, .meaning = Meaning::lowered,
     .words = "icmp6-no-route no-route icmp6-adm-prohibited adm-prohibited icmp6-addr-unreachable addr-unreach "
              "icmp6-port-unreachable port-unreach tcp-reset icmp6-policy-fail policy-fail icmp6-reject-route reject-route"},
};

void lower_reject(RuleBuilder& rule, const Use& use) {
  const Given* given = use.find("reject-with");
  const bool resets = given != nullptr && (given->first.text == "tcp-reset" || given->first.text == "tcp-rst");
  if (resets && rule.protocol() != ir::protocol::tcp) rule.fail(given->first.where, "tcp-reset needs -p tcp", "-p tcp");
}

// --- LOG ---

constexpr OptionSpec log_options[] = {
    {.name = "log-level", .value = Value::text},
    {.name = "log-prefix", .value = Value::text, .max = 29},
    {.name = "log-tcp-sequence"},
    {.name = "log-tcp-options"},
    {.name = "log-ip-options"},
    {.name = "log-uid"},
    {.name = "log-macdecode"},
};

void lower_log(RuleBuilder& rule, const Use& use) {
  const Given *level = use.find("log-level"), *prefix = use.find("log-prefix");
  constexpr std::string_view levels = "emerg panic alert crit error warning notice info debug";
  if (level != nullptr && !read_number(level->first.text, 0, 7) && !index_of_word(levels, level->first.text))
    rule.bad_value(*level, level->first, "a number from 0 to 7, or emerg, alert, crit, error, warning, notice, info or debug");
  if (prefix != nullptr && prefix->first.text.empty()) rule.bad_value(*prefix, prefix->first, "1 to 29 characters");
}

// --- MARK, CONNMARK: new = (old & ~mask) ^ value ---

constexpr OptionSpec mark_options[] = {
    {.name = "set-xmark", .value = Value::masked, .meaning = Meaning::lowered, .excludes = 1},
    {.name = "set-mark", .value = Value::masked, .meaning = Meaning::lowered, .excludes = 1},
    {.name = "and-mark", .value = Value::number, .meaning = Meaning::lowered, .excludes = 1},
    {.name = "or-mark", .value = Value::number, .meaning = Meaning::lowered, .excludes = 1},
    {.name = "xor-mark", .value = Value::number, .meaning = Meaning::lowered, .excludes = 1},
};
constexpr OptionSpec connmark_options[] = {
    {.name = "set-xmark", .value = Value::masked, .meaning = Meaning::lowered, .excludes = 1},
    {.name = "set-mark", .value = Value::masked, .meaning = Meaning::lowered, .excludes = 1},
    {.name = "and-mark", .value = Value::number, .meaning = Meaning::lowered, .excludes = 1},
    {.name = "or-mark", .value = Value::number, .meaning = Meaning::lowered, .excludes = 1},
    {.name = "xor-mark", .value = Value::number, .meaning = Meaning::lowered, .excludes = 1},
    {.name = "save-mark", .meaning = Meaning::lowered, .excludes = 1},
    {.name = "restore-mark", .meaning = Meaning::lowered, .excludes = 1},
    {.name = "ctmask", .value = Value::number, .meaning = Meaning::lowered, .excludes = 2},
    {.name = "nfmask", .value = Value::number, .meaning = Meaning::lowered, .excludes = 4},
    {.name = "mask", .value = Value::number, .meaning = Meaning::lowered, .excludes = 2 | 4},
    {.name = "left-shift-mark", .value = Value::number, .meaning = Meaning::lowered, .max = 31},
    {.name = "right-shift-mark", .value = Value::number, .meaning = Meaning::lowered, .max = 31},
};

std::uint32_t number(const Given& given) { return static_cast<std::uint32_t>(*read_number(given.first.text, 0, 0xffff'ffffu)); }

/// The five ways to set a mark from itself; false if `given` is none of them.
bool lower_arithmetic(const Given& given, Effect& effect) {
  const std::string_view name = given.option->name;
  if (name == "set-xmark" || name == "set-mark") {
    const MarkValue mark = *read_masked(given.first.text);
    effect.flip = mark.value;
    effect.keep = name == "set-mark" ? ~(mark.mask | mark.value) : ~mark.mask;
  } else if (name == "and-mark") {
    effect.keep = number(given);
  } else if (name == "or-mark") {
    effect.flip = number(given);
    effect.keep = ~effect.flip;
  } else if (name == "xor-mark") {
    effect.flip = number(given);
    effect.keep = 0xffff'ffffu;
  } else {
    return false;
  }
  return true;
}

void lower_mark(RuleBuilder& rule, const Use& use) {
  Effect effect{.kind = EffectKind::set_mark};
  lower_arithmetic(use.given.front(), effect);
  rule.on_match(effect);
  rule.cover(ir::Coverage::modelled);
}

/// `--save-mark`: connmark = (connmark & ~ctmask) ^ (mark & nfmask); `--restore-mark` the other way round.
void lower_connmark(RuleBuilder& rule, const Use& use) {
  Effect effect{.kind = EffectKind::set_connmark};
  const auto mask = [&](std::string_view name) {
    const Given* own = use.find(name);
    if (own == nullptr) own = use.find("mask");
    return own == nullptr ? 0xffff'ffffu : number(*own);
  };
  const bool save = use.find("save-mark") != nullptr, restore = use.find("restore-mark") != nullptr;
  const bool masks = use.find("ctmask") != nullptr || use.find("nfmask") != nullptr || use.find("mask") != nullptr;
  if (masks && !save && !restore) return rule.fail(use.name.where, "masks need --save-mark or --restore-mark", "--save-mark or --restore-mark");
  if (save) {
    effect.keep = ~mask("ctmask");
    effect.other = mask("nfmask");
  } else if (restore) {
    effect.kind = EffectKind::set_mark;
    effect.keep = ~mask("nfmask");
    effect.other = mask("ctmask");
  } else {
    bool set = false;
    for (const Given& given : use.given) set |= lower_arithmetic(given, effect);
    if (!set) return rule.fail(use.name.where, "CONNMARK needs an operation", "--set-mark, --save-mark, --restore-mark...");
  }
  if (use.find("left-shift-mark") != nullptr || use.find("right-shift-mark") != nullptr) {
    effect = {.kind = EffectKind::unknown_rewrite};
    rule.cover(ir::Coverage::opaque);
  }
  rule.on_match(effect);
  rule.cover(ir::Coverage::modelled);
}

// --- NOTRACK, CT ---

constexpr OptionSpec ct_options[] = {
    {.name = "notrack", .meaning = Meaning::lowered},
    {.name = "helper", .value = Value::text, .max = 15},
    {.name = "timeout", .value = Value::text, .max = 31},
    {.name = "ctevents", .value = Value::choices, .words = "new related destroy reply assured protoinfo helper mark natseqinfo secmark"},
    {.name = "expevents", .value = Value::choices, .words = "new"},
    {.name = "zone", .value = Value::text},
    {.name = "zone-orig", .value = Value::text},
    {.name = "zone-reply", .value = Value::text},
};

void untrack(RuleBuilder& rule) {
  rule.on_match(Effect{.kind = EffectKind::untrack});
  rule.cover(ir::Coverage::modelled);
}
void lower_notrack(RuleBuilder& rule, const Use&) { untrack(rule); }
void lower_ct(RuleBuilder& rule, const Use& use) {
  for (const Given& given : use.given)
    if (given.option->name.starts_with("zone") && given.first.text != "mark" && !read_number(given.first.text, 0, 65535))
      return rule.bad_value(given, given.first, "a zone from 0 to 65535, or \"mark\"");
  if (use.find("notrack") != nullptr) untrack(rule);
}

// --- NFQUEUE ---

constexpr OptionSpec nfqueue_options[] = {
    {.name = "queue-num", .value = Value::number, .max = 65535, .excludes = 1},
    {.name = "queue-balance", .value = Value::range, .max = 65535, .excludes = 1},
    {.name = "queue-bypass"},
    {.name = "queue-cpu-fanout"},
};

void lower_nfqueue(RuleBuilder& rule, const Use& use) {
  const Given *balance = use.find("queue-balance"), *fanout = use.find("queue-cpu-fanout");
  if (fanout != nullptr && balance == nullptr) return rule.fail(fanout->name.where, "--queue-cpu-fanout needs --queue-balance", "--queue-balance");
  if (balance == nullptr) return;
  // The kernel counts the queues in 16 bits, and one queue is no balance.
  const std::size_t colon = balance->first.text.find(':');
  const auto first = read_number(balance->first.text.substr(0, colon), 0, 65535);
  const auto last = colon == std::string_view::npos ? std::nullopt : read_number(balance->first.text.substr(colon + 1), 0, 65535);
  if (!first || !last || *first == *last || *last - *first > 65534) rule.bad_value(*balance, balance->first, "two different queues with ':' between");
}

constexpr Extension extensions[] = {
    {.name = "ACCEPT", .action = ActionKind::accept},
    {.name = "DROP", .action = ActionKind::drop},
    {.name = "RETURN", .action = ActionKind::return_},
    {.name = "REJECT", .options = reject_options, .families = Families::ipv4, .tables = in_filter, .action = ActionKind::reject,
     .lower = lower_reject},
    {.name = "REJECT", .options = reject6_options, .families = Families::ipv6, .tables = in_filter, .action = ActionKind::reject,
     .lower = lower_reject},
    {.name = "LOG", .options = log_options, .lower = lower_log},
    {.name = "MARK", .options = mark_options, .any_option = true, .lower = lower_mark},
    {.name = "CONNMARK", .options = connmark_options, .any_option = true, .lower = lower_connmark},
    {.name = "NOTRACK", .tables = in_raw, .lower = lower_notrack},
    {.name = "CT", .options = ct_options, .tables = in_raw, .lower = lower_ct},
    {.name = "QUEUE", .action = ActionKind::undecided},
    {.name = "NFQUEUE", .options = nfqueue_options, .action = ActionKind::undecided, .lower = lower_nfqueue},
};

}  // namespace

std::span<const Extension> verdict_targets() { return extensions; }

}  // namespace wallcheck::frontend::iptables
