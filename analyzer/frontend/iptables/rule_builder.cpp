#include "frontend/iptables/rule_builder.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/names.h"
#include "frontend/iptables/values.h"

namespace wallcheck::frontend::iptables {

const Given* Use::find(std::string_view option) const {
  const auto found = std::ranges::find_if(given, [&](const Given& g) { return g.option->name == option; });
  return found == given.end() ? nullptr : &*found;
}

void RuleBuilder::start(std::string_view table, std::string_view chain) {
  table_ = table;
  chain_ = chain;
  protocol_ = 0;
  protocol_negated_ = false;
  failed_ = false;
  next_header_ = false;
  action_ = ir::ActionKind::continue_;
  coverage_ = ir::Coverage::harmless;
  conditions_.clear();
  on_match_.clear();
  on_decide_.clear();
}

// --- Conditions ---

void RuleBuilder::match(ir::Match condition) {
  conditions_.push_back(condition);
  cover(condition.kind == ir::MatchKind::opaque ? ir::Coverage::opaque : ir::Coverage::modelled);
}

void RuleBuilder::ranges(ir::Field field, std::span<const ir::Range> values, bool negated) {
  match(firewall().ranges_match(field, values, negated));
}

void RuleBuilder::masked(ir::Field field, Uint128 value, Uint128 mask, bool negated) {
  ir::Match condition{ir::MatchKind::masked, field, negated, 0};
  if (high64(value) == 0 && high64(mask) == 0 && low64(value) >> 32 == 0 && low64(mask) >> 32 == 0) {
    if (mask == 0xffff'ffffu) return range(field, value, value, negated);
    const auto [known, fresh] = masked_ids_.try_emplace(low64(value) << 32 | low64(mask), 0);
    if (fresh) known->second = firewall().masked_match(field, value, mask).value;
    condition.value = known->second;
  } else {
    condition.value = firewall().masked_match(field, value, mask).value;
  }
  match(condition);
}

ir::Match RuleBuilder::shared_opaque(std::string_view text, std::string_view reason, Span where, bool negated) {
  const auto [known, fresh] = file_.shared_opaques.try_emplace(firewall().strings.intern(text), 0);
  if (fresh) known->second = firewall().opaque_match(text, reason, where).value;
  return {ir::MatchKind::opaque, ir::Field::source, negated, known->second};
}

ir::Match RuleBuilder::fresh_opaque(std::string_view text, std::string_view reason, Span where, bool negated) {
  const ir::Match match = firewall().opaque_match(text, reason, where, negated);
  firewall().opaques[match.value].each_time = true;
  return match;
}

namespace {
void append(std::string& text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) text.append(text.empty() ? "" : " ").append(word);
}
}  // namespace

void RuleBuilder::append_arguments(std::string& text, const Given& given) const {
  for (const Word* word : {&given.first, &given.second})
    if (!word->where.empty()) append(text, {file_.source.text(word->where)});
}

std::string RuleBuilder::text_of(const Use& use, const Given& given) const {
  std::string text;
  append(text, {"-m", use.name.text, given.name.text});
  append_arguments(text, given);
  return text;
}

std::string RuleBuilder::text_of(const Use& use, bool with_signs) const {
  std::string text;
  append(text, {"-m", use.name.text});
  for (const Given& given : use.given) {
    if (with_signs && given.negated) append(text, {"!"});
    append(text, {given.name.text});
    append_arguments(text, given);
  }
  return text;
}

// --- Problems ---

void RuleBuilder::fail(Span where, std::string message, std::string expected, const char* code) {
  if (failed_) return;
  failed_ = true;
  file_.diagnostics.error(code, where, std::move(message), std::move(expected));
}

void RuleBuilder::bad_value(const Given& given, const Word& word, std::string expected) {
  bad_value(given, word, word.text, std::move(expected));
}

void RuleBuilder::bad_value(const Given& given, const Word& word, std::string_view part, std::string expected) {
  const std::string_view bytes = file_.source.bytes();
  Span where = word.where;
  // The part alone, if the word was not made from quotes and escapes.
  const auto offset = static_cast<std::size_t>(part.data() - bytes.data());
  if (!part.empty() && std::less_equal<>()(bytes.data(), part.data()) && offset + part.size() <= bytes.size())
    where = {static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(offset + part.size())};
  constexpr std::size_t shown = 60;
  fail(where, fmt::format("{} cannot be \"{}{}\"", printable(given.name.text), printable(part.substr(0, shown)), part.size() > shown ? "..." : ""),
       std::move(expected));
}

// --- Lowering by rows ---

/// `-p` alone holds for later fragments too: every fragment's IP header tells the protocol. (iptables(8), -f. Some kernels let iptables-nft
/// read what stands in the place of tcp's and udp's ports; against that, and for all else, the manual's word stands.)
void RuleBuilder::finish() {
  if (next_header_) range(ir::Field::fragment, 0, 0);
}

/// Is the module in a table and a base chain that take it?
bool RuleBuilder::fits(const Use& use) {
  const Extension& extension = *use.extension;
  if (extension.tables == in_any && extension.hooks == at_any) return true;
  constexpr std::pair<std::string_view, std::uint8_t> tables[] = {
      {"raw", in_raw}, {"mangle", in_mangle}, {"nat", in_nat}, {"filter", in_filter}, {"security", in_security}};
  constexpr std::pair<std::string_view, std::uint8_t> hooks[] = {
      {"PREROUTING", at_prerouting}, {"INPUT", at_input}, {"FORWARD", at_forward}, {"OUTPUT", at_output}, {"POSTROUTING", at_postrouting}};
  const auto check = [&](std::uint8_t bits, auto& names, std::string_view here, std::string_view what) {
    if (bits == 0) return true;
    const auto own = std::ranges::find(names, here, [](const auto& name) { return name.first; });
    if (own == std::end(names) || (own->second & bits) != 0) return true;
    std::string allowed;
    for (const auto& [name, bit] : names)
      if ((bits & bit) != 0) allowed += fmt::format("{}{}", allowed.empty() ? "" : " or ", name);
    fail(use.name.where, fmt::format("{} can only stand in {} {}", extension.name, what, allowed),
         extension.name[0] < 'a' ? "another target" : "another match");
    return false;
  };
  return check(extension.tables, tables, table_, "table") && check(extension.hooks, hooks, chain_, "chain");
}

void RuleBuilder::lower(const Use& use) {
  const Extension& extension = *use.extension;
  if (!fits(use)) return;
  next_header_ |= extension.next_header;
  if (!extension.protocols.empty() && std::ranges::find(extension.protocols, protocol()) == extension.protocols.end()) {
    std::string names;
    for (const std::uint8_t number : extension.protocols) names += fmt::format("{}-p {}", names.empty() ? "" : " or ", protocol_name(number));
    return fail(use.name.where, fmt::format("{} needs {}", extension.name, names), names);
  }
  if (extension.any_option && use.given.empty())
    return fail(use.name.where, fmt::format("{} needs at least one option", extension.name));
  for (std::size_t i = 0; i < extension.options.size(); ++i)
    if (extension.options[i].required && (use.seen >> i & 1) == 0)
      return fail(use.name.where, fmt::format("{} needs --{}", extension.name, extension.options[i].name),
                  fmt::format("--{}", extension.options[i].name));
  for (const Given& given : use.given) {
    lower(use, given);
    if (failed_) return;
  }
  if (!extension.whole_reason.empty()) {
    const std::string text = text_of(use, !extension.whole_turns);
    const bool negated = extension.whole_turns && std::ranges::any_of(use.given, &Given::negated);
    const Span where = use.name.where;
    match(extension.whole_each ? fresh_opaque(text, extension.whole_reason, where, negated) : shared_opaque(text, extension.whole_reason, where, negated));
  }
  if (extension.lower != nullptr) extension.lower(*this, use);
}

void RuleBuilder::lower_target(const Use& use) {
  const Extension& extension = *use.extension;
  action_ = extension.action;
  if (action_ != ir::ActionKind::continue_) cover(ir::Coverage::modelled);
  lower(use);
}

namespace {
std::uint64_t largest(const OptionSpec& option) {
  if (option.value == Value::port_range) return 65535;
  return option.max == 0 ? 0xffff'ffffu : option.max;
}
}  // namespace

void RuleBuilder::lower(const Use& use, const Given& given) {
  const OptionSpec& option = *given.option;
  if (!read_value(given)) return;
  // What every packet fulfils is no condition; negated, no packet does.
  const bool is_range = option.value == Value::range || option.value == Value::port_range;
  const bool everything = is_masked_ ? option.value == Value::tcp_flags && masked_.mask == 0 && masked_.value == 0
                                     : is_range && values_.size() == 1 && values_[0].first == option.min && values_[0].last == largest(option);
  if (everything && (option.meaning == Meaning::field || option.meaning == Meaning::opaque)) {
    if (given.negated) never();
    return;
  }
  switch (option.meaning) {
    case Meaning::harmless:
    case Meaning::lowered: break;
    case Meaning::field:
      if (is_masked_) masked(option.field, masked_.value, masked_.mask, given.negated);
      else ranges(option.field, values_, given.negated);
      break;
    case Meaning::opaque: match(shared_opaque(text_of(use, given), option.reason, given.name.where, given.negated)); break;
    case Meaning::opaque_each: match(fresh_opaque(text_of(use, given), option.reason, given.name.where, given.negated)); break;
  }
}

bool RuleBuilder::read_value(const Given& given) {
  const OptionSpec& option = *given.option;
  const std::string_view text = given.first.text;
  values_.clear();
  is_masked_ = false;
  const auto bad_part = [&](std::string_view part, std::string expected) {
    bad_value(given, given.first, part, std::move(expected));
    return false;
  };
  const auto bad = [&](std::string expected) { return bad_part(text, std::move(expected)); };
  const std::uint64_t max = largest(option);
  const auto one_of = [&](std::string_view start) {
    std::string words;
    split(option.words, ' ', [&](std::string_view word) {
      words += fmt::format("{}{}", words.empty() ? start : ", ", word);
      return true;
    });
    return words;
  };

  switch (option.value) {
    case Value::none:
    case Value::pair: return true;
    case Value::text:
    case Value::optional_text:
      if (option.max != 0 && text.size() > option.max) return bad(fmt::format("at most {} characters", option.max));
      return true;
    case Value::number: {
      const auto number = read_number(text, option.min, max);
      if (!number) return bad(fmt::format("a number from {} to {}", option.min, max));
      values_.push_back({*number, *number});
      return true;
    }
    case Value::range: {
      const std::size_t colon = text.find(':');
      const std::string_view low = text.substr(0, colon);
      const std::string_view high = colon == std::string_view::npos ? low : text.substr(colon + 1);
      const bool open = colon != std::string_view::npos;
      const auto first = open && low.empty() ? std::optional(option.min) : read_number(low, option.min, max);
      const auto last = open && high.empty() ? std::optional(max) : read_number(high, option.min, max);
      if (!first || !last || (*first > *last && !option.backwards)) return bad(fmt::format("a number or a range from {} to {}", option.min, max));
      values_.push_back({*first, *last});
      return true;
    }
    case Value::port_range: {
      const auto ports = read_port_range(text, protocol(), option.backwards);
      if (!ports) return bad(ports.error());
      values_.push_back(*ports);
      return true;
    }
    case Value::port_list: {
      std::size_t slots = 0;
      const bool good = split(text, ',', [&](std::string_view part) {
        const auto ports = read_port_range(part, protocol());
        if (!ports) return bad_part(part, ports.error());
        const bool is_range = part.find(':') != std::string_view::npos;
        if (is_range && (part.front() == ':' || part.back() == ':' || ports->first == ports->last))
          return bad_part(part, "a port, or two different ones with ':' between");
        values_.push_back(*ports);
        slots += is_range ? 2 : 1;
        return true;
      });
      if (!good) return false;
      if (slots > 15) return bad("at most 15 ports, a range counting as two");
      return true;
    }
    case Value::address: {
      const auto address = read_address(text, family());
      if (!address) return bad(address.error());
      if (address->host_name) return bad("an address, not a host name");
      if (address->is_range()) {
        const AddressRange range = address->range();
        values_.push_back({range.first, range.last});
      } else {
        is_masked_ = true;
        masked_ = {address->address, address->mask};
      }
      return true;
    }
    case Value::address_range: {
      const std::size_t dash = text.find('-');
      const auto of_family = [&](std::string_view part) {
        const auto address = parse_address(part);
        return address && (part.find(':') == std::string_view::npos) == (family() == Family::ipv4) ? address : std::nullopt;
      };
      const auto first = of_family(text.substr(0, dash));
      const auto last = dash == std::string_view::npos ? first : of_family(text.substr(dash + 1));
      if (!first || !last) return bad(family() == Family::ipv4 ? "an IPv4 address or two with - between" : "an IPv6 address or two with - between");
      values_.push_back({*first, *last});  // backwards: no address at all, as the kernel has it
      return true;
    }
    case Value::masked: {
      const auto value = read_masked(text);
      if (!value) return bad("a 32-bit value or value/mask");
      is_masked_ = true;
      masked_ = {value->value, value->mask};
      return true;
    }
    case Value::keyword: {
      const bool unknown = split(option.words, ' ', [&](std::string_view word) { return word != text; });
      return unknown ? bad(one_of("one of ")) : true;
    }
    case Value::choice:
    case Value::choices: {
      return split(text, option.value == Value::choices ? ',' : '\0', [&](std::string_view part) {
        const auto index = index_of_word(option.words, part);
        if (index) values_.push_back({*index, *index});
        return index || bad_part(part, one_of(option.value == Value::choices ? "a comma list of " : "one of "));
      });
    }
    case Value::protocol: {
      const auto number = read_protocol(text);
      if (!number) return bad("the name or number of a protocol");
      values_.push_back({*number, *number});
      return true;
    }
    case Value::tcp_flags: {
      const auto mask = read_tcp_flags(given.first.text), wanted = read_tcp_flags(given.second.text);
      if (!mask) return bad("a comma list of FIN, SYN, RST, PSH, ACK, URG, ALL or NONE");
      if (!wanted) {
        bad_value(given, given.second, "a comma list of FIN, SYN, RST, PSH, ACK, URG, ALL or NONE");
        return false;
      }
      is_masked_ = true;
      masked_ = {*wanted, *mask};
      return true;
    }
  }
  return true;
}

}  // namespace wallcheck::frontend::iptables
