// Matches on what has happened before: rates, counters, lists of addresses seen, chance, the clock. Unless said otherwise such a condition
// may answer differently each time it is asked, so it is an unknown of its own in each rule.

#include <string>

#include <fmt/format.h>

#include "frontend/iptables/options.h"
#include "frontend/iptables/rule_builder.h"
#include "frontend/iptables/values.h"

namespace wallcheck::frontend::iptables {
namespace {

constexpr std::string_view traffic_reason = "depends on traffic seen before";
constexpr std::uint64_t any64 = ~std::uint64_t{0};

// --- limit, hashlimit ---

constexpr OptionSpec limit_options[] = {
    {.name = "limit", .value = Value::text},
    {.name = "limit-burst", .value = Value::number, .max = 10000},
};

void lower_limit(RuleBuilder& rule, const Use& use) {
  const Given* given = use.find("limit");
  if (given != nullptr && !is_rate(given->first.text, 10'000))
    rule.bad_value(*given, given->first, "a rate such as 5/second, 10/minute, 3/hour or 1/day, at most 10000/second");
}

constexpr OptionSpec hashlimit_options[] = {
    {.name = "hashlimit-upto", .alias = "hashlimit", .value = Value::text, .invertible = true, .excludes = 1},
    {.name = "hashlimit-above", .value = Value::text, .invertible = true, .excludes = 1},
    {.name = "hashlimit-burst", .value = Value::text},
    {.name = "hashlimit-mode", .value = Value::choices, .words = "srcip srcport dstip dstport"},
    {.name = "hashlimit-name", .value = Value::text, .required = true},
    {.name = "hashlimit-srcmask", .value = Value::number, .max = 128},
    {.name = "hashlimit-dstmask", .value = Value::number, .max = 128},
    {.name = "hashlimit-htable-size", .value = Value::number},
    {.name = "hashlimit-htable-max", .value = Value::number},
    {.name = "hashlimit-htable-expire", .value = Value::number},
    {.name = "hashlimit-htable-gcinterval", .value = Value::number},
    {.name = "hashlimit-rate-match"},
    {.name = "hashlimit-rate-interval", .value = Value::number},
};

/// `512b/s`, `512kb/s`, `1mb`
bool is_byte_amount(std::string_view text, bool per_second) {
  if (per_second) {
    if (!text.ends_with("/s") && !text.ends_with("/second") && !text.ends_with("/sec")) return false;
    text = text.substr(0, text.find('/'));
  }
  if (!text.ends_with('b')) return false;
  text.remove_suffix(1);
  if (text.ends_with('k') || text.ends_with('m')) text.remove_suffix(1);
  return read_number(text, 1, 0xffff'ffffu).has_value();
}

void lower_hashlimit(RuleBuilder& rule, const Use& use) {
  const Given* rate = use.find("hashlimit-upto");
  if (rate == nullptr) rate = use.find("hashlimit-above");
  if (rate == nullptr) return rule.fail(use.name.where, "hashlimit needs --hashlimit-upto or --hashlimit-above", "--hashlimit-upto or --hashlimit-above");
  if (!is_rate(rate->first.text, 1'000'000) && !is_byte_amount(rate->first.text, true))
    return rule.bad_value(*rate, rate->first, "a rate such as 5/second or 512kb/s");
  if (const Given* burst = use.find("hashlimit-burst"))
    if (!read_number(burst->first.text, 1, 0xffff'ffffu) && !is_byte_amount(burst->first.text, false))
      return rule.bad_value(*burst, burst->first, "a number of packets or of bytes (1mb)");
  const std::uint64_t width = rule.family() == Family::ipv4 ? 32 : 128;
  for (const Given* mask : {use.find("hashlimit-srcmask"), use.find("hashlimit-dstmask")})
    if (mask != nullptr && !read_number(mask->first.text, 0, width))
      return rule.bad_value(*mask, mask->first, fmt::format("a prefix length from 0 to {}", width));
}

// --- connlimit, connbytes, quota, nfacct, rateest ---

constexpr OptionSpec connlimit_options[] = {
    {.name = "connlimit-upto", .value = Value::number, .invertible = true, .excludes = 1},
    {.name = "connlimit-above", .value = Value::number, .invertible = true, .excludes = 1},
    {.name = "connlimit-mask", .value = Value::text},
    {.name = "connlimit-saddr", .excludes = 2},
    {.name = "connlimit-daddr", .excludes = 2},
};

void lower_connlimit(RuleBuilder& rule, const Use& use) {
  if (use.find("connlimit-upto") == nullptr && use.find("connlimit-above") == nullptr)
    return rule.fail(use.name.where, "connlimit needs --connlimit-upto or --connlimit-above", "--connlimit-upto or --connlimit-above");
  const std::uint64_t width = rule.family() == Family::ipv4 ? 32 : 128;
  const Given* mask = use.find("connlimit-mask");
  if (mask != nullptr && !read_number(mask->first.text, 0, width)) rule.bad_value(*mask, mask->first, fmt::format("a prefix length from 0 to {}", width));
}

constexpr OptionSpec connbytes_options[] = {
    {.name = "connbytes", .value = Value::range, .invertible = true, .max = any64, .required = true},
    {.name = "connbytes-dir", .value = Value::keyword, .words = "original reply both", .required = true},
    {.name = "connbytes-mode", .value = Value::keyword, .words = "packets bytes avgpkt", .required = true},
};
constexpr OptionSpec quota_options[] = {
    {.name = "quota", .value = Value::number, .invertible = true, .max = any64, .required = true},
};
constexpr OptionSpec nfacct_options[] = {
    {.name = "nfacct-name", .value = Value::text, .max = 31, .required = true},
};
constexpr OptionSpec rateest_options[] = {
    {.name = "rateest", .alias = "rateest1", .value = Value::text, .required = true},
    {.name = "rateest2", .value = Value::text},
    {.name = "rateest-delta"},
    {.name = "rateest-bps", .alias = "rateest-bps1", .value = Value::optional_text},
    {.name = "rateest-pps", .alias = "rateest-pps1", .value = Value::optional_text},
    {.name = "rateest-bps2", .value = Value::optional_text},
    {.name = "rateest-pps2", .value = Value::optional_text},
    {.name = "rateest-lt", .invertible = true, .excludes = 1},
    {.name = "rateest-gt", .invertible = true, .excludes = 1},
    {.name = "rateest-eq", .invertible = true, .excludes = 1},
};

void lower_rateest(RuleBuilder& rule, const Use& use) {
  bool compares = false, what = false;
  for (const Given& given : use.given) {
    compares |= given.option->excludes == 1;
    what |= given.option->value == Value::optional_text;
  }
  if (!compares || !what)
    rule.fail(use.name.where, "rateest needs a comparison (--rateest-lt, -gt or -eq) and what is compared (--rateest-bps or -pps)");
}

// --- recent ---

constexpr OptionSpec recent_options[] = {
    {.name = "set", .invertible = true, .excludes = 1},
    {.name = "rcheck", .invertible = true, .excludes = 1},
    {.name = "update", .invertible = true, .excludes = 1},
    {.name = "remove", .invertible = true, .excludes = 1},
    {.name = "seconds", .value = Value::number, .min = 1},
    {.name = "reap"},
    {.name = "hitcount", .value = Value::number},
    {.name = "rttl"},
    {.name = "name", .value = Value::text, .max = 199},
    {.name = "mask", .value = Value::text},
    {.name = "rsource"},
    {.name = "rdest"},
};

/// `--set` writes the address down and always holds (never, if negated); the others look it up.
void lower_recent(RuleBuilder& rule, const Use& use) {
  const Given* set = use.find("set");
  const bool looks_up = use.find("rcheck") != nullptr || use.find("update") != nullptr;
  if (set == nullptr && !looks_up && use.find("remove") == nullptr)
    return rule.fail(use.name.where, "recent needs --set, --rcheck, --update or --remove", "--set, --rcheck, --update or --remove");
  for (const Given* given : {use.find("seconds"), use.find("hitcount"), use.find("rttl")})
    if (given != nullptr && !looks_up)
      return rule.fail(given->name.where, fmt::format("--{} needs --rcheck or --update", given->option->name), "--rcheck or --update");
  if (use.find("reap") != nullptr && use.find("seconds") == nullptr) return rule.fail(use.find("reap")->name.where, "--reap needs --seconds", "--seconds");
  if (const Given* mask = use.find("mask")) {
    const auto bits = parse_address(mask->first.text);
    if (!bits || family_of(*bits) != rule.family()) return rule.bad_value(*mask, mask->first, "a mask such as 255.255.255.0");
  }
  if (set == nullptr) return rule.match(rule.fresh_opaque(rule.text_of(use), traffic_reason, use.name.where));
  if (set->negated) rule.never();
  rule.cover(ir::Coverage::modelled);
}

// --- statistic ---

constexpr OptionSpec statistic_options[] = {
    {.name = "mode", .value = Value::keyword, .words = "random nth", .required = true},
    {.name = "probability", .value = Value::text, .invertible = true, .excludes = 1},
    {.name = "every", .value = Value::number, .invertible = true, .min = 1, .excludes = 1},
    {.name = "packet", .value = Value::number},
};

/// 0 to 1 as a decimal fraction; strtod of other locales does not concern us.
std::optional<double> read_probability(std::string_view text) {
  const std::size_t dot = text.find('.');
  const std::string_view whole = text.substr(0, dot), part = dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
  if (text.find_first_not_of("0123456789.") != std::string_view::npos || whole.size() + part.size() == 0) return std::nullopt;
  double value = 0, digit = 1;
  for (const char c : whole) value = value * 10 + (c - '0');
  for (const char c : part) value += (c - '0') * (digit /= 10);
  return part.find('.') == std::string_view::npos && value <= 1 ? std::optional(value) : std::nullopt;
}

/// Chance 1 and "every packet" always hold, chance 0 never.
void lower_statistic(RuleBuilder& rule, const Use& use) {
  const bool random = use.find("mode")->first.text == "random";
  const Given* given = use.find(random ? "probability" : "every");
  if (given == nullptr)
    return rule.fail(use.name.where, random ? "mode random needs --probability" : "mode nth needs --every", random ? "--probability" : "--every");
  std::optional<bool> certain;
  if (random) {
    const auto chance = read_probability(given->first.text);
    if (!chance) return rule.bad_value(*given, given->first, "a probability from 0 to 1");
    if (use.find("packet") != nullptr) return rule.fail(use.find("packet")->name.where, "--packet needs --mode nth", "--mode nth");
    if (*chance == 0 || *chance == 1) certain = *chance == 1;
  } else {
    const std::uint64_t every = *read_number(given->first.text, 1, 0xffff'ffffu);
    const Given* packet = use.find("packet");
    if (packet != nullptr && !read_number(packet->first.text, 0, every - 1))
      return rule.bad_value(*packet, packet->first, fmt::format("a number from 0 to {}", every - 1));
    if (every == 1) certain = true;
  }
  if (!certain) return rule.match(rule.fresh_opaque(rule.text_of(use), random ? "depends on chance" : "depends on how many packets came before", use.name.where));
  if (*certain == given->negated) rule.never();
  rule.cover(ir::Coverage::modelled);
}

// --- time: the clock stands still while one packet goes through the rules ---

constexpr OptionSpec time_options[] = {
    {.name = "datestart", .value = Value::text},
    {.name = "datestop", .value = Value::text},
    {.name = "timestart", .value = Value::text},
    {.name = "timestop", .value = Value::text},
    {.name = "monthdays", .value = Value::text, .invertible = true},
    {.name = "weekdays", .value = Value::text, .invertible = true},
    {.name = "contiguous"},
    {.name = "kerneltz", .excludes = 1},
    {.name = "localtz", .excludes = 1},
    {.name = "utc", .excludes = 1},
};

std::optional<std::uint64_t> decimal(std::string_view text, std::uint64_t min, std::uint64_t max) {
  while (text.size() > 1 && text[0] == '0') text.remove_prefix(1);  // base 10, whatever it begins with
  if (text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  return read_number(text, min, max);
}

/// Parts of a date or time: each within its limits; the first `needed` have to be there.
bool is_in_parts(std::string_view text, char separator, std::span<const std::pair<std::uint64_t, std::uint64_t>> limits, std::size_t needed) {
  std::size_t count = 0;
  return split(text, separator, [&](std::string_view part) {
           if (count >= limits.size()) return false;
           const auto [min, max] = limits[count++];
           return decimal(part, min, max).has_value();
         }) &&
         count >= needed;
}
bool is_clock_time(std::string_view text, std::size_t needed) {
  constexpr std::pair<std::uint64_t, std::uint64_t> limits[] = {{0, 23}, {0, 59}, {0, 59}};
  return is_in_parts(text, ':', limits, needed);
}
bool is_date(std::string_view text) {
  constexpr std::pair<std::uint64_t, std::uint64_t> limits[] = {{1970, 2038}, {1, 12}, {1, 31}};
  const std::size_t t = text.find('T');
  return is_in_parts(text.substr(0, t), '-', limits, 1) && (t == std::string_view::npos || is_clock_time(text.substr(t + 1), 1));
}
/// "hh:mm:ss" as seconds; the text is good.
std::uint64_t seconds_of(std::string_view text) {
  std::uint64_t seconds = 0, unit = 3600;
  split(text, ':', [&](std::string_view part) {
    seconds += *decimal(part, 0, 59) * unit;
    unit /= 60;
    return true;
  });
  return seconds;
}

void lower_time(RuleBuilder& rule, const Use& use) {
  for (const Given& given : use.given) {
    const std::string_view name = given.option->name, text = given.first.text;
    if (name.starts_with("date") && !is_date(text)) return rule.bad_value(given, given.first, "a date such as 2026-12-24 or 2026-12-24T18:00, up to 2038");
    if (name.starts_with("time") && !is_clock_time(text, 2)) return rule.bad_value(given, given.first, "a time such as 08:00 or 17:59:59");
    if (name == "monthdays" && !split(text, ',', [](std::string_view day) { return decimal(day, 1, 31).has_value(); }))
      return rule.bad_value(given, given.first, "days from 1 to 31 with commas between");
    const auto is_weekday = [](std::string_view day) {
      return decimal(day, 1, 7) || index_of_word("Mon Tue Wed Thu Fri Sat Sun", day) || index_of_word("Mo Tu We Th Fr Sa Su", day);
    };
    if (name == "weekdays" && !split(text, ',', is_weekday)) return rule.bad_value(given, given.first, "days such as Mon,Tue or 1,7");
  }
  const Given *start = use.find("timestart"), *stop = use.find("timestop"), *contiguous = use.find("contiguous");
  if (contiguous != nullptr && (stop == nullptr || (start != nullptr ? seconds_of(start->first.text) : 0) <= seconds_of(stop->first.text)))
    rule.fail(contiguous->name.where, "--contiguous needs a --timestop before --timestart", "--timestart and an earlier --timestop");
}

constexpr Extension extensions[] = {
    {.name = "limit", .options = limit_options, .whole_reason = traffic_reason, .whole_each = true, .lower = lower_limit},
    {.name = "hashlimit", .options = hashlimit_options, .whole_reason = traffic_reason, .whole_each = true, .lower = lower_hashlimit},
    {.name = "connlimit", .options = connlimit_options, .whole_reason = "depends on how many connections there are", .whole_each = true,
     .lower = lower_connlimit},
    {.name = "connbytes", .options = connbytes_options, .whole_reason = "depends on what the connection has carried so far", .whole_each = true},
    {.name = "quota", .options = quota_options, .whole_reason = traffic_reason, .whole_each = true},
    {.name = "nfacct", .options = nfacct_options, .whole_reason = "depends on the quota of an accounting object", .whole_each = true},
    {.name = "rateest", .options = rateest_options, .whole_reason = traffic_reason, .whole_each = true, .lower = lower_rateest},
    {.name = "recent", .options = recent_options, .lower = lower_recent},
    {.name = "statistic", .options = statistic_options, .lower = lower_statistic},
    {.name = "time", .options = time_options, .whole_reason = "depends on the clock", .lower = lower_time},
};

}  // namespace

std::span<const Extension> traffic_matches() { return extensions; }

}  // namespace wallcheck::frontend::iptables
