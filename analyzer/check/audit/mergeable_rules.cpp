// WC310: neighbours that differ in addresses or ports only and can be written as fewer rules.
//
// Rules that follow one another and do the same can be taken together in any way: whichever holds, the same happens. So in such a run, rules
// with the same conditions but for one field can be replaced by rules whose values of that field are the union. What is said is written in
// the file's own words, from the text of the first rule; what these words mean is read again and compared with the union before it is said.
// Rules with different comments are kept apart: the comments are worth a line. Undecidable conditions and logs end a run.
// The permissions of a security group are a union, so that all of them are one run; each holds one network and one range of ports.

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include <fmt/format.h>

#include "check/audit/rule_words.h"
#include "check/audit/structure.h"
#include "check/normal_form.h"

namespace wallcheck::check::audit {

using ir::ActionKind;
using ir::Field;
using ir::Range;
using ir::Rule;
using ir::RuleId;

namespace {

constexpr std::size_t most_slots = 15;  // iptables-extensions(8), multiport: a range takes two
constexpr std::size_t texts_shown = 3, related_shown = 20, most_findings = 100;

constexpr Field fields[] = {Field::destination_port, Field::source_port, Field::source, Field::destination};

/// Chains that a program writes, and writes again: what stands there is not for people to edit.
bool is_generated(std::string_view chain) {
  constexpr std::string_view beginnings[] = {"ufw-", "ufw6-", "KUBE-", "DOCKER", "cali-", "CILIUM_", "f2b-", "LIBVIRT_",  // one name space each
                                             "IN_", "OUT_", "FWD_", "FWDI_", "FWDO_", "PRE_", "POST_"};                  // firewalld's zones
  return std::ranges::any_of(beginnings, [&](std::string_view beginning) { return chain.starts_with(beginning); });
}

bool is_port(Field field) { return field == Field::destination_port || field == Field::source_port; }

/// Rules of a run that differ in one field.
struct Group {
  Field field;
  std::vector<std::size_t> rules;  ///< places in the run
};

/// Fewer rules in place of some.
struct Merge {
  std::vector<std::size_t> rules;
  std::vector<std::vector<Range>> values;  ///< of each new rule
};

/// The ports in as few rules as multiport can hold.
std::vector<std::vector<Range>> by_slots(const std::vector<Range>& all) {
  std::vector<std::vector<Range>> rules;
  std::size_t used = most_slots;
  for (const Range& range : all) {
    const std::size_t slots = range.first == range.last ? 1 : 2;
    if (used + slots > most_slots) rules.emplace_back(), used = 0;
    rules.back().push_back(range);
    used += slots;
  }
  return rules;
}

/// The largest prefixes that make up a range.
std::vector<Range> prefixes(Range range) {
  std::vector<Range> list;
  const unsigned bits = family_of(range.first) == Family::ipv4 ? 32 : 128;
  for (Address next = range.first;;) {
    unsigned length = bits;
    while (length > 0) {
      const AddressRange wider = prefix(next, length - 1);
      if (wider.first != next || wider.last > range.last || family_of(wider.last) != family_of(range.first)) break;
      --length;
    }
    const AddressRange one = prefix(next, length);
    list.push_back({one.first, one.last});
    if (one.last >= range.last) return list;
    next = one.last + 1;
  }
}

bool is_prefix(const Range& range) { return prefixes(range).size() == 1; }

class Mergeable {
 public:
  explicit Mergeable(const AuditContext& context) : context_(context), firewall_(context.firewall), forms_(context.firewall) {
    for (const ir::RuleList& list : firewall_.lists)
      for (const RuleId id : firewall_.rules_of(list)) ++rules_at_[key_of(firewall_.rules[id].where)];
    for (const Finding& finding : context.site.findings) {
      const std::string& code = finding.diagnostic.code;
      if (code == "WC301" || code == "WC302" || code == "WC304" || code == "WC309") blamed_.emplace(key_of(finding.diagnostic.where), 1);
    }
  }

  void run_unions() {
    in_words_ = false;
    for (const ir::RuleList& list : firewall_.lists) {
      const auto rules = firewall_.rules_of(list);
      const bool is_union = std::ranges::all_of(rules, [&](RuleId id) { return firewall_.rules[id].action == ActionKind::accept; });
      if (is_union && rules.size() > 1) look_at(rules);
    }
    tell_left_out();
  }

  void run() {
    for (const ir::RuleList& list : firewall_.lists) {
      if (is_generated(firewall_.strings[list.name])) continue;
      const auto rules = firewall_.rules_of(list);
      for (std::size_t begin = 0; begin < rules.size();) {
        std::size_t end = begin;
        if (!fits(firewall_.rules[rules[begin]])) {
          ++begin;
          continue;
        }
        while (end < rules.size() && fits(firewall_.rules[rules[end]]) && firewall_.rules[rules[end]].action == firewall_.rules[rules[begin]].action) ++end;
        if (end - begin > 1) look_at(rules.subspan(begin, end - begin));
        begin = end;
      }
    }
    tell_left_out();
  }

 private:
  static std::uint64_t key_of(Span where) { return static_cast<std::uint64_t>(where.file) << 32 | where.begin; }

  bool fits(const Rule& rule) const {
    if (rule.action != ActionKind::accept && rule.action != ActionKind::drop && rule.action != ActionKind::reject && rule.action != ActionKind::return_) return false;
    return rule.on_match == 0 && rule.on_decide == 0 && rule.coverage <= ir::Coverage::modelled_conditionally && !rule.where.empty() &&
           rule.where.file < context_.sources.size() && !forms_.asks_each_time(firewall_.matches_of(rule));
  }

  void tell_left_out() {
    if (left_out_ > 0)
      context_.site.findings.push_back({.diagnostic = {"WC310", Severity::note, fmt::format("{} more groups of rules can be merged, which are not listed", left_out_), {}}});
  }

  std::string_view text(const Rule& rule) const { return context_.sources[rule.where.file]->text(rule.where); }

  void look_at(std::span<const RuleId> run) {
    std::unordered_map<std::string, std::size_t> group_of;
    std::vector<Group> groups;
    std::string bytes;
    for (std::size_t place = 0; place < run.size(); ++place) {
      const Rule& rule = firewall_.rules[run[place]];
      if (!fits(rule) || (in_words_ && rules_at_[key_of(rule.where)] != 1) || blamed_.contains(key_of(rule.where))) continue;
      const NormalForm& form = forms_.of(rule);
      for (const Field field : fields) {
        if (std::ranges::none_of(form.conditions, [&](const ir::Match& m) { return m.field == field && m.kind == ir::MatchKind::ranges && !m.negated; })) continue;
        bytes.clear();
        NormalForms::append_bytes_without(form, field, bytes);
        const auto [known, is_new] = group_of.try_emplace(bytes, groups.size());
        if (is_new) groups.push_back({field, {}});
        groups[known->second].rules.push_back(place);
      }
    }
    std::erase_if(groups, [](const Group& group) { return group.rules.size() < 2; });
    // The group that saves most comes first; a rule is part of one finding.
    std::vector<bool> used(run.size(), false);
    std::ranges::stable_sort(groups, std::ranges::greater{}, [](const Group& g) { return g.rules.size(); });
    for (Group& group : groups) {
      std::erase_if(group.rules, [&](std::size_t place) { return used[place]; });
      for (std::vector<std::size_t>& alike : split_by_words(run, group.rules)) merge(run, group.field, alike, used);
    }
  }

  /// What the IR does not keep has to be the same, too.
  std::vector<std::vector<std::size_t>> split_by_words(std::span<const RuleId> run, const std::vector<std::size_t>& places) const {
    std::vector<std::vector<std::size_t>> parts;
    std::unordered_map<std::string, std::size_t> part_of;
    for (const std::size_t place : places) {
      const auto words = words_of(text(firewall_.rules[run[place]]));
      std::string key(comment_of(words));
      key += '\n';
      key += answer_of(words);
      const auto [known, is_new] = part_of.try_emplace(std::move(key), parts.size());
      if (is_new) parts.emplace_back();
      parts[known->second].push_back(place);
    }
    return parts;
  }

  std::span<const Range> values(std::span<const RuleId> run, std::size_t place, Field field) const {
    for (const ir::Match& match : firewall_.matches_of(firewall_.rules[run[place]]))
      if (match.field == field && match.kind == ir::MatchKind::ranges && !match.negated) return firewall_.ranges[match.value];
    return {};
  }

  /// Two conditions on the field in one rule: what the union would have to be is not what one of them says.
  bool has_one_condition(std::span<const RuleId> run, std::size_t place, Field field) const {
    return std::ranges::count_if(firewall_.matches_of(firewall_.rules[run[place]]), [&](const ir::Match& match) { return match.field == field; }) == 1;
  }

  /// A permission for several networks has its ports for all of them.
  bool stands_alone(std::span<const RuleId> run, std::size_t place) const {
    const Rule& rule = firewall_.rules[run[place]];
    return rules_at_.at(key_of(rule.where)) == 1;
  }

  void merge(std::span<const RuleId> run, Field field, const std::vector<std::size_t>& all, std::vector<bool>& used) {
    std::vector<std::size_t> places;
    for (const std::size_t place : all)
      if (has_one_condition(run, place, field) && (is_port(field) ? in_words_ || stands_alone(run, place)
                                                                  : values(run, place, field).size() == 1 && is_prefix(values(run, place, field)[0])))
        places.push_back(place);
    const Merge merge = !is_port(field) ? joined(run, field, places, whole_networks) : in_words_ ? merged_ports(run, field, places) : joined(run, field, places, as_it_is);
    if (merge.rules.size() <= merge.values.size() || merge.values.empty()) return;
    std::vector<std::string> texts;
    for (const auto& each : merge.values) {
      if (!in_words_) {
        texts.push_back(is_port(field) ? fmt::format("ports {}-{}", low64(each[0].first), low64(each[0].last)) : to_string(AddressRange{each[0].first, each[0].last}));
        continue;
      }
      auto text = rewritten(words_of(this->text(firewall_.rules[run[merge.rules.front()]])), field, each);
      if (!text) return;
      texts.push_back(std::move(*text));
    }
    for (const std::size_t place : merge.rules) used[place] = true;
    tell(run, merge, texts);
  }

  Merge merged_ports(std::span<const RuleId> run, Field field, const std::vector<std::size_t>& places) const {
    std::vector<Range> all;
    for (const std::size_t place : places) {
      const auto some = values(run, place, field);
      all.insert(all.end(), some.begin(), some.end());
    }
    all = ir::normalised(std::move(all));
    // One of them has all ports already: the others are not neighbours, they are redundant.
    if (std::ranges::any_of(places, [&](std::size_t place) { return std::ranges::equal(values(run, place, field), all); })) return {};
    return {places, by_slots(all)};
  }

  /// Of rules with one range each (a network, a row of ports), those that make up larger ones together. `pieces`: what one rule can hold.
  Merge joined(std::span<const RuleId> run, Field field, std::vector<std::size_t> places, std::vector<Range> (*pieces)(const Range&)) const {
    std::erase_if(places, [&](std::size_t place) { return values(run, place, field).size() != 1; });
    std::vector<Range> all;
    all.reserve(places.size());
    for (const std::size_t place : places) all.push_back(values(run, place, field)[0]);
    std::vector<std::size_t> sorted = places;
    std::ranges::sort(sorted, {}, [&](std::size_t place) { return values(run, place, field)[0].first; });
    Merge merge;
    std::size_t next = 0;
    for (const Range& range : ir::normalised(std::move(all)))
      for (const Range& network : pieces(range)) {
        std::vector<std::size_t> members;
        bool has_it = false;
        for (; next < sorted.size() && values(run, sorted[next], field)[0].first <= network.last; ++next) {
          members.push_back(sorted[next]);
          has_it |= values(run, sorted[next], field)[0] == network;
        }
        if (members.size() < 2 || has_it) continue;
        merge.rules.insert(merge.rules.end(), members.begin(), members.end());
        merge.values.push_back({network});
      }
    std::ranges::sort(merge.rules);
    return merge;
  }

  static std::vector<Range> as_it_is(const Range& range) { return {range}; }

  /// IPv4 and IPv6 addresses are numbers of one row; a network is of one family.
  static std::vector<Range> whole_networks(const Range& range) {
    if (family_of(range.first) == family_of(range.last)) return prefixes(range);
    return {range};  // nobody writes such a row of networks
  }

  /// The rule with other values of a field. nullopt: they are not written in a way that is known.
  static std::optional<std::string> rewritten(std::vector<std::string_view> words, Field field, const std::vector<Range>& values) {
    std::string option, value;
    std::size_t at = 0;
    bool had_multiport = false;
    if (is_port(field)) {
      const bool to = field == Field::destination_port;
      at = to ? find_word(words, {"--dport", "--destination-port"}) : find_word(words, {"--sport", "--source-port"});
      if (at == words.size()) {
        at = to ? find_word(words, {"--dports", "--destination-ports"}) : find_word(words, {"--sports", "--source-ports"});
        had_multiport = true;
      }
      for (const Range& range : values) {
        value += fmt::format("{}{}", value.empty() ? "" : ",", low64(range.first));
        if (range.first != range.last) value += fmt::format(":{}", low64(range.last));
      }
      const bool one = values.size() == 1;
      option = fmt::format("{}--{}port{}", one ? "" : "-m multiport ", to ? "d" : "s", one ? "" : "s");
      if (!reads_back(value, values)) return std::nullopt;
    } else {
      at = field == Field::source ? find_word(words, {"-s", "--source", "--src"}) : find_word(words, {"-d", "--destination", "--dst"});
      value = to_string(AddressRange{values[0].first, values[0].last});
      if (value.find('/') == std::string::npos) return std::nullopt;
      const auto again = parse_prefix(value);
      if (!again || again->first != values[0].first || again->last != values[0].last || at >= words.size()) return std::nullopt;
      option = words[at];
    }
    if (at + 1 >= words.size()) return std::nullopt;
    std::string text;
    const auto add = [&](std::string_view word) { text += (text.empty() ? "" : " ") + printable(word); };
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (had_multiport && words[i] == "-m" && i + 1 < words.size() && words[i + 1] == "multiport") {
        ++i;
        continue;
      }
      if (i != at) {
        add(words[i]);
        continue;
      }
      add(option);
      add(value);
      ++i;
    }
    return text;
  }

  /// "80,443,8000:8080", read as multiport reads it, is these ports.
  static bool reads_back(std::string_view text, const std::vector<Range>& values) {
    std::vector<Range> read;
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find(',', begin), text.size());
      const std::string_view part = text.substr(begin, end - begin);
      const std::size_t colon = std::min(part.find(':'), part.size());
      unsigned first = 0, last = 0;
      std::from_chars(part.data(), part.data() + colon, first);
      last = first;
      if (colon < part.size()) std::from_chars(part.data() + colon + 1, part.data() + part.size(), last);
      read.push_back({first, last});
      begin = end + 1;
    }
    return ir::normalised(std::move(read)) == values;
  }

  void tell(std::span<const RuleId> run, const Merge& merge, const std::vector<std::string>& texts) {
    if (told_ == most_findings) {
      ++left_out_;
      return;
    }
    ++told_;
    Diagnostic diagnostic{"WC310", Severity::note, {}, firewall_.rules[run[merge.rules.front()]].where};
    for (std::size_t i = 1; i < merge.rules.size() && i <= related_shown; ++i) {
      const Span where = firewall_.rules[run[merge.rules[i]]].where;
      if (where != diagnostic.where) diagnostic.related.push_back({where, "merges with it"});
    }
    diagnostic.message = fmt::format("{} rules say what {} can: `{}`", merge.rules.size(), merge.values.size() == 1 ? "one" : fmt::format("{}", merge.values.size()),
                                     fmt::join(texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(std::min(texts.size(), texts_shown)), "`, `"));
    if (texts.size() > texts_shown) diagnostic.message += fmt::format(" and {} more", texts.size() - texts_shown);
    context_.site.findings.push_back({.diagnostic = std::move(diagnostic)});
  }

  const AuditContext& context_;
  const ir::Firewall& firewall_;
  NormalForms forms_;
  std::unordered_map<std::uint64_t, std::uint32_t> rules_at_;  ///< how many rules of the IR a rule as written stands for
  std::unordered_map<std::uint64_t, std::uint32_t> blamed_;
  std::size_t told_ = 0, left_out_ = 0;
  bool in_words_ = true;  ///< rules are lines of words; else entries of JSON, of which only the new value is told
};

}  // namespace

void mergeable_rules(const AuditContext& context) {
  const ir::Format format = context.firewall.format;
  if (format == ir::Format::iptables || format == ir::Format::ip6tables) return Mergeable(context).run();
  if (format != ir::Format::pf) Mergeable(context).run_unions();
}

}  // namespace wallcheck::check::audit
