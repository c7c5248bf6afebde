#include "frontend/iptables/decoder.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/suggest.h"
#include "frontend/iptables/parse.h"
#include "frontend/iptables/values.h"

namespace wallcheck::frontend::iptables {
namespace {

/// The options of iptables(8) itself.
enum class Generic : std::uint8_t {
  source, destination, protocol, in_interface, out_interface, fragment, jump, go_to, match, counters, ipv4, ipv6, nothing
};
struct GenericOption {
  Generic what;
  char letter;
  OptionSpec spec;
};
constexpr GenericOption generic_options[] = {
    {Generic::source, 's', {.name = "source", .alias = "src", .value = Value::text, .invertible = true}},
    {Generic::destination, 'd', {.name = "destination", .alias = "dst", .value = Value::text, .invertible = true}},
    {Generic::protocol, 'p', {.name = "protocol", .alias = "proto", .value = Value::text, .invertible = true}},
    {Generic::in_interface, 'i', {.name = "in-interface", .value = Value::text, .invertible = true}},
    {Generic::out_interface, 'o', {.name = "out-interface", .value = Value::text, .invertible = true}},
    {Generic::fragment, 'f', {.name = "fragments", .invertible = true}},
    {Generic::jump, 'j', {.name = "jump", .value = Value::text}},
    {Generic::go_to, 'g', {.name = "goto", .value = Value::text}},
    {Generic::match, 'm', {.name = "match", .value = Value::text, .repeatable = true}},
    {Generic::counters, 'c', {.name = "set-counters", .value = Value::pair}},
    {Generic::ipv4, '4', {.name = "ipv4"}},
    {Generic::ipv6, '6', {.name = "ipv6"}},
    {Generic::nothing, 'v', {.name = "verbose", .repeatable = true}},
    {Generic::nothing, 'n', {.name = "numeric"}},
};

/// Rows of generic_options by their letter; the number of rows: no option has it.
constexpr auto rows_by_letter = [] {
  std::array<std::uint8_t, 256> rows{};
  rows.fill(std::size(generic_options));
  for (std::size_t row = 0; row < std::size(generic_options); ++row) rows[static_cast<unsigned char>(generic_options[row].letter)] = static_cast<std::uint8_t>(row);
  return rows;
}();

bool takes_two(Value value) { return value == Value::pair || value == Value::tcp_flags; }
bool is_option_word(std::string_view text) { return text.size() > 1 && text[0] == '-'; }

}  // namespace

/// Where the decoder stands in the words of the line.
struct RuleDecoder::Reading {
  std::span<const Token> words;
  std::size_t at = 0;
  bool negated = false;  ///< "!" stands before the option
  Word bang = {};
  bool other_family = false;
  bool done() const { return at == words.size(); }
};

RuleDecoder::RuleDecoder(FileContext& file) : file_(file), rule_(file) {}

Word RuleDecoder::word(const Token& token) {
  const Span where{token.begin, token.end};
  const std::string_view raw = file_.source.bytes().substr(token.begin, token.end - token.begin);
  if (!is_quoted(token)) return {raw, where};
  const std::size_t quote = raw.find('"');
  const std::string_view inside = raw.substr(quote + 1, raw.size() - quote - 2);
  if (quote == 0 && inside.find('\\') == std::string_view::npos) return {inside, where};
  auto text = std::make_unique<std::string>(raw.substr(0, quote));
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] == '\\' && i + 1 < inside.size()) ++i;
    *text += inside[i];
  }
  texts_.push_back(std::move(text));
  return {*texts_.back(), where};
}

RuleDecoder::Result RuleDecoder::decode(std::string_view table, std::string_view chain, std::span<const Token> words) {
  rule_.start(table, chain);
  uses_.clear();
  given_.clear();
  sources_.clear();
  destinations_.clear();
  jump_ = {};
  target_use_ = ir::none;
  generic_seen_ = 0;
  Reading reading{words};
  read_words(words, reading);
  if (reading.other_family && !rule_.failed()) return Result::other_family;
  if (!rule_.failed()) finish();
  if (rule_.failed()) return Result::unreadable;
  if (sources_.empty()) sources_.emplace_back();
  if (destinations_.empty()) destinations_.emplace_back();
  return Result::rule;
}

void RuleDecoder::read_words(std::span<const Token> words, Reading& reading) {
  while (!reading.done() && !rule_.failed() && !reading.other_family) {
    const Word written = word(words[reading.at++]);
    if (written.text == "!") {
      if (reading.negated || reading.done()) return rule_.fail(written.where, "\"!\" has no option after it", "an option");
      reading.negated = true;
      reading.bang = written;
      continue;
    }
    if (!is_option_word(written.text)) {
      if (!uses_.empty() && uses_.back().extension == nullptr) {  // an argument of a module that nobody knows
        uses_.back().end = written.where.end;
        continue;
      }
      return rule_.fail(written.where, fmt::format("\"{}\" is not an option", printable(written.text)), "an option");
    }
    if (written.text.starts_with("--")) {
      const std::string_view name = written.text.substr(2);
      const std::size_t equals = name.find('=');
      std::optional<Word> attached;
      if (equals != std::string_view::npos) attached = Word{name.substr(equals + 1), written.where};
      if (!read_option(reading, name.substr(0, equals), written, attached)) unknown_option(reading, written);
    } else if (!read_letters(reading, written)) {
      unknown_option(reading, written);
    }
    reading.negated = false;
  }
}

/// Short options may be written together with their argument ("-ptcp").
bool RuleDecoder::read_letters(Reading& reading, const Word& written) {
  const std::size_t row = rows_by_letter[static_cast<unsigned char>(written.text[1])];
  if (row == std::size(generic_options)) return false;
  const OptionSpec& spec = generic_options[row].spec;
  Given given{&spec, 0, reading.negated, written, {}, {}};
  if (spec.value == Value::none) {
    if (written.text.size() > 2) return false;
  } else if (written.text.size() > 2) {
    const auto begin = written.where.end - static_cast<std::uint32_t>(written.text.size() - 2);
    given.name = {written.text.substr(0, 2), written.where};
    given.first = {written.text.substr(2), Span{std::max(begin, written.where.begin), written.where.end}};
  } else if (!take_argument(reading, given, given.first)) {
    return true;
  }
  generic(reading, row, given);
  return true;
}

/// A long option: exact names first (the module named last, its predecessors, the generic ones), then unique abbreviations.
bool RuleDecoder::read_option(Reading& reading, std::string_view name, const Word& written, std::optional<Word> attached) {
  constexpr std::uint32_t in_generic = ir::none;
  std::uint32_t found_use = in_generic;
  std::size_t found_row = 0;
  const OptionSpec* found = nullptr;

  const auto search = [&](auto&& fits) {
    for (std::size_t u = uses_.size(); u-- > 0;) {
      if (uses_[u].extension == nullptr) continue;
      const auto options = uses_[u].extension->options;
      for (std::size_t row = 0; row < options.size(); ++row)
        if (fits(options[row])) {
          found_use = static_cast<std::uint32_t>(u);
          found_row = row;
          found = &options[row];
          return true;
        }
    }
    for (std::size_t row = 0; row < std::size(generic_options); ++row)
      if (fits(generic_options[row].spec)) {
        found_use = in_generic;
        found_row = row;
        found = &generic_options[row].spec;
        return true;
      }
    return false;
  };
  const auto exact = [&](const OptionSpec& option) { return option.name == name || (!option.alias.empty() && option.alias == name); };

  const auto abbreviated = [&] {
    std::size_t fitting = 0;
    const OptionSpec* only = nullptr;
    search([&](const OptionSpec& option) {
      if (!name.empty() && (option.name.starts_with(name) || option.alias.starts_with(name)) && only != &option) {
        ++fitting;
        only = &option;
      }
      return false;
    });
    return fitting == 1 && search([&](const OptionSpec& option) { return &option == only; });
  };
  if (search(exact)) {
    // found
  } else if (std::ranges::find(uses_, nullptr, &Use::extension) != uses_.end()) {
    return false;  // what looks like an abbreviation may be an option of the module that nobody knows
  } else if (!abbreviated()) {
    // `-p tcp --dport 80`: the protocol's own match comes with it.
    const Extension* implied = implied_match(rule_.protocol(), file_.family);
    if (implied == nullptr || std::ranges::find(uses_, implied, &Use::extension) != uses_.end()) return false;
    uses_.push_back({implied, {implied->name, written.where}});
    if (!search(exact) && !abbreviated()) {
      uses_.pop_back();
      return false;
    }
  }

  Given given{found, found_use, reading.negated, written, {}, {}};
  if (attached) {
    given.name.text = written.text.substr(0, written.text.find('='));
    if (found->value == Value::none) {
      rule_.fail(written.where, fmt::format("--{} takes no argument", found->name));
      return true;
    }
    given.first = *attached;
    if (takes_two(found->value) && !take_argument(reading, given, given.second)) return true;
  } else if (found->value == Value::optional_text && (reading.done() || is_option_word(word(reading.words[reading.at]).text))) {
    // goes without
  } else if (found->value != Value::none) {
    if (!take_argument(reading, given, given.first)) return true;
    if (takes_two(found->value) && !take_argument(reading, given, given.second)) return true;
  }
  if (found_use == in_generic) generic(reading, found_row, given);
  else module_option(reading, found_use, found_row, given);
  return true;
}

/// The word after an option. Old dumps have the "!" here.
bool RuleDecoder::take_argument(Reading& reading, Given& given, Word& argument) {
  const auto missing = [&] {
    rule_.fail(given.name.where, fmt::format("{} has no argument", printable(given.name.text)), "an argument");
    return false;
  };
  if (reading.done()) return missing();
  argument = word(reading.words[reading.at++]);
  if (argument.text == "!" && given.option->invertible && &argument == &given.first && !reading.negated) {
    reading.negated = true;
    reading.bang = argument;
    given.negated = true;
    if (reading.done()) return missing();
    argument = word(reading.words[reading.at++]);
  }
  return true;
}

void RuleDecoder::module_option(Reading& reading, std::uint32_t use_index, std::size_t row, const Given& given) {
  Use& use = uses_[use_index];
  const OptionSpec& option = *given.option;
  if (given.negated && !option.invertible)
    return rule_.fail(reading.bang.where, fmt::format("--{} cannot be negated", option.name));
  if (!option.repeatable && (use.seen >> row & 1) != 0)
    return rule_.fail(given.name.where, fmt::format("--{} is given twice", option.name));
  if ((use.excluded & option.excludes) != 0)
    return rule_.fail(given.name.where, fmt::format("--{} cannot stand beside the other options of {}", option.name, use.extension->name));
  use.seen |= std::uint64_t{1} << row;
  use.excluded |= option.excludes;
  given_.push_back(given);
}

/// An option that nobody knows: it belongs to a module or target that nobody knows, or the rule cannot be read.
void RuleDecoder::unknown_option(Reading& reading, const Word& written) {
  const auto unknown = std::ranges::find(uses_.rbegin(), uses_.rend(), nullptr, &Use::extension);
  const bool of_target = !jump_.name.where.empty();
  if (unknown != uses_.rend() || of_target) {
    std::uint32_t end = written.where.end;
    for (; !reading.done(); ++reading.at) {  // its arguments follow; nobody knows how many
      const Word next = word(reading.words[reading.at]);
      if (next.text == "!" || is_option_word(next.text)) break;
      end = next.where.end;
    }
    if (of_target) {
      if (jump_.option.where.empty()) jump_.option = written;
    } else {
      unknown->end = end;
    }
    return;
  }
  const std::vector<std::string_view> owners = written.text.starts_with("--") ? matches_with_option(written.text.substr(2), file_.family)
                                                                              : std::vector<std::string_view>();
  if (!owners.empty())
    return rule_.fail(written.where, fmt::format("\"{}\" is an option of {}, which is not named here", printable(written.text), fmt::join(owners, ", ")),
                      {}, "WC902");
  if (file_.diagnostics.full()) return rule_.fail(written.where, "unknown option", {}, "WC902");
  std::vector<std::string> known;
  const auto add = [&](const OptionSpec& option) {
    for (const std::string_view name : {option.name, option.alias})
      if (!name.empty()) known.push_back(fmt::format("--{}", name));
  };
  for (const Use& use : uses_) std::ranges::for_each(use.extension->options, add);
  if (const Extension* implied = implied_match(rule_.protocol(), file_.family)) std::ranges::for_each(implied->options, add);
  for (const auto& option : generic_options) add(option.spec);
  rule_.fail(written.where, fmt::format("unknown option \"{}\"{}", printable(written.text), suggestion(written.text, known)), {}, "WC902");
}

void RuleDecoder::generic(Reading& reading, std::size_t row, const Given& given) {
  const OptionSpec& option = generic_options[row].spec;
  if (given.negated && !option.invertible)
    return rule_.fail(reading.bang.where, fmt::format("--{} cannot be negated", option.name));
  const std::uint64_t bit = std::uint64_t{1} << row;
  if (!option.repeatable && (generic_seen_ & bit) != 0) return rule_.fail(given.name.where, fmt::format("{} is given twice", given.name.text));
  generic_seen_ |= bit;
  switch (generic_options[row].what) {
    case Generic::source: return read_addresses(ir::Field::source, given, sources_);
    case Generic::destination: return read_addresses(ir::Field::destination, given, destinations_);
    case Generic::in_interface: return read_interface(ir::Field::in_interface, given);
    case Generic::out_interface: return read_interface(ir::Field::out_interface, given);
    case Generic::match: return load_match(given.first);
    case Generic::jump: return set_target(given.first, false);
    case Generic::go_to: return set_target(given.first, true);
    case Generic::ipv4: reading.other_family |= file_.family != Family::ipv4; return;
    case Generic::ipv6: reading.other_family |= file_.family != Family::ipv6; return;
    case Generic::protocol: {
      const auto number = read_protocol(given.first.text);
      if (!number) return rule_.bad_value(given, given.first, "the name or number of a protocol");
      if (*number == 0 && given.negated) return rule_.fail(given.first.where, "\"! -p all\" would never match");
      rule_.set_protocol(*number, given.negated);
      if (*number != 0) rule_.range(ir::Field::protocol, *number, *number, given.negated);
      return;
    }
    case Generic::fragment:
      if (file_.family == Family::ipv6) return rule_.fail(given.name.where, "-f is an option of IPv4 only");
      return rule_.range(ir::Field::fragment, 1, 1, given.negated);
    case Generic::nothing: return;  // about what iptables prints
    case Generic::counters: {
      Given both = given;
      if (both.second.where.empty() && !take_argument(reading, both, both.second)) return;
      for (const Word* counter : {&both.first, &both.second})
        if (!read_number(counter->text, 0, ~std::uint64_t{0})) return rule_.bad_value(both, *counter, "two numbers");
      return;
    }
  }
}

void RuleDecoder::read_addresses(ir::Field field, const Given& given, std::vector<Address>& out) {
  const std::string_view all = given.first.text;
  if (given.negated && all.find(',') != std::string_view::npos)
    return rule_.fail(given.first.where, fmt::format("\"!\" cannot stand before a list of addresses"), "one address");
  const AddressRange everything = all_addresses(file_.family);
  split(all, ',', [&](std::string_view text) {
    const auto value = read_address(text, file_.family);
    if (!value) {
      rule_.bad_value(given, given.first, text, value.error());
      return false;
    }
    if (value->host_name) {
      const std::string shown = fmt::format("-{} {}", field == ir::Field::source ? 's' : 'd', text);
      out.push_back(rule_.shared_opaque(shown, "depends on what the name stands for when the rules are loaded", given.first.where, given.negated));
      rule_.cover(ir::Coverage::opaque);
      return true;
    }
    rule_.cover(ir::Coverage::modelled);
    if (!value->is_range()) {
      out.push_back(rule_.firewall().masked_match(field, value->address, value->mask, given.negated));
      return true;
    }
    const AddressRange range = value->range();
    if (range == everything && !given.negated) out.push_back(std::nullopt);
    else out.push_back(rule_.firewall().range_match(field, range.first, range.last, given.negated));
    return true;
  });
}

void RuleDecoder::read_interface(ir::Field field, const Given& given) {
  constexpr std::size_t longest = 15;  // IFNAMSIZ - 1
  const std::string_view name = given.first.text;
  if (name.empty() || name.size() > longest) return rule_.bad_value(given, given.first, "the name of an interface (1 to 15 characters)");
  if (name == "+" && !given.negated) return;  // any interface, and none
  const bool in = field == ir::Field::in_interface;
  const std::string_view chain = rule_.chain();
  if (in ? chain == "OUTPUT" || chain == "POSTROUTING" : chain == "INPUT" || chain == "PREROUTING")
    return rule_.fail(given.name.where, fmt::format("{} has no meaning in {}", printable(given.name.text), chain));
  rule_.match(rule_.firewall().interface_match(field, name, given.negated));
}

void RuleDecoder::load_match(const Word& name) {
  // The kernel takes rules of 64 KB; a match is at least 32 bytes of it.
  constexpr std::size_t most = 2000;
  if (uses_.size() >= most) return rule_.fail(name.where, fmt::format("a rule cannot have more than {} matches", most), {}, "WC904");
  const Extension* extension = find_match(name.text, file_.family);
  if (extension == nullptr) {
    const std::string meant = file_.diagnostics.full() ? "" : suggestion(name.text, match_names(file_.family));
    file_.diagnostics.error("WC902", name.where, fmt::format("unknown match \"{}\"{}", printable(name.text), meant));
  }
  uses_.push_back({extension, name});
  uses_.back().end = name.where.end;
}

void RuleDecoder::set_target(const Word& name, bool is_goto) {
  if (!jump_.name.where.empty() || target_use_ != ir::none)
    return rule_.fail(name.where, "a rule has only one target");
  if (name.text.empty()) return rule_.fail(name.where, "the target has no name", "a target or a chain");
  const Extension* extension = is_goto ? nullptr : find_target(name.text, file_.family);
  if (extension == nullptr) {
    jump_ = {name, is_goto};
    return;
  }
  target_use_ = static_cast<std::uint32_t>(uses_.size());
  uses_.push_back({extension, name});
}

void RuleDecoder::finish() {
  if (!std::ranges::is_sorted(given_, {}, &Given::use)) std::ranges::stable_sort(given_, {}, &Given::use);
  auto next = given_.begin();
  for (std::size_t u = 0; u < uses_.size() && !rule_.failed(); ++u) {
    Use& use = uses_[u];
    const auto first = next;
    while (next != given_.end() && next->use == u) ++next;
    use.given = {first, next};
    if (use.extension != nullptr) {
      if (u == target_use_) rule_.lower_target(use);
      else rule_.lower(use);
      continue;
    }
    const Span whole{use.name.where.begin, use.end};
    rule_.match(rule_.fresh_opaque(fmt::format("-m {}", file_.source.text(whole)), "this match is not known", whole));
    rule_.cover(ir::Coverage::unrecognised);
  }
  rule_.finish();
}

}  // namespace wallcheck::frontend::iptables
