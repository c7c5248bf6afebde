#include "frontend/iptables/reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/suggest.h"
#include "frontend/directives.h"
#include "frontend/iptables/values.h"

namespace wallcheck::frontend::iptables {

Reader::Reader(FileContext& file) : file_(file), ruleset_(file.firewall, file.diagnostics), decoder_(file) {}

void Reader::read() {
  LineSink& lines = *this;
  antlr::SyntaxErrorSink& errors = *this;
  parse_ = std::make_unique<Parse>(file_.source.bytes(), lines, errors);
  parse_->run();
  if (ruleset_.is_open() && !stopped_) {
    const auto end = static_cast<std::uint32_t>(file_.source.bytes().size());
    problem("WC901", {end, end},
            fmt::format("table {} has no COMMIT: iptables-restore would not load it", printable(ruleset_.table_name())), "COMMIT");
    ruleset_.close_table();
  }
  if (!unread_.empty()) {
    // Every path goes through a base chain of filter.
    stopped_ = false;
    work_left_ = ~std::size_t{0};
    ruleset_.reopen_table("filter");
    for (const Span& where : unread_) add_unreadable(std::nullopt, where, 0);
  }
  incomplete_ |= ruleset_.finish();
  parse_.reset();
}

void Reader::problem(const char* code, Span where, std::string message, std::string expected) {
  file_.diagnostics.error(code, where, std::move(message), std::move(expected));
  incomplete_ = true;
}

Span Reader::line_span() const { return {head_.begin, words_.empty() ? head_.end : words_.back().end}; }

// --- Lines ---

void Reader::comment(const Token& text) {
  const Span where{text.begin, text.end};
  add_comment_directive(file_.source.text(where).substr(1), where, file_.directives);
}

void Reader::table() {
  if (broken_) return;
  const Word name = decoder_.word(head_);
  if (ruleset_.is_open())
    problem("WC901", name.where,
            fmt::format("table {} begins before table {} has its COMMIT", printable(name.text), printable(ruleset_.table_name())), "COMMIT");
  open_table(name.text, name.where);
}

void Reader::open_table(std::string_view name, Span where) {
  last_chain_ = ir::none;
  if (!ruleset_.open_table(name, where)) everything_depends_on(where);
}

void Reader::commit() {
  if (broken_) return;
  if (!ruleset_.is_open()) return problem("WC901", {head_.begin, head_.end}, "COMMIT without a table before it", "*table");
  ruleset_.close_table();
}

/// Lines outside of a table, as `iptables -S` prints them, are read as if `*filter` stood before them.
void Reader::in_table() {
  if (ruleset_.is_open()) return;
  problem("WC901", line_span(), "no table is open here: *filter is assumed", "*table");
  ruleset_.reopen_table("filter");
  last_chain_ = ir::none;
}

void Reader::chain() {
  if (broken_ || over_budget(line_span(), std::nullopt)) return;
  in_table();
  const Word name = decoder_.word(head_), policy = decoder_.word(words_[0]);
  const ChainId id = declare(name, line_span());
  if (policy.text != "-") set_policy(id, policy);
}

ChainId Reader::declare(const Word& name, Span where) {
  const ChainId id = ruleset_.find_or_add(name.text, name.where);
  Chain& chain = ruleset_.chain(id);
  if (chain.declared && !chain.base) problem("WC901", name.where, fmt::format("chain {} is declared twice", printable(name.text)));
  if (find_target(name.text, file_.family) != nullptr)
    problem("WC901", name.where, fmt::format("a chain cannot be called {}: that is a target", printable(name.text)));
  chain.declared = true;
  chain.where = where;
  return id;
}

void Reader::set_policy(ChainId id, const Word& policy) {
  Chain& chain = ruleset_.chain(id);
  if (!chain.base)
    return problem("WC901", policy.where, fmt::format("{} is not a base chain: it cannot have a policy", printable(ruleset_.name(id))), "-");
  if (policy.text == "ACCEPT") chain.fallthrough = ir::Fallthrough::accept;
  else if (policy.text == "DROP") chain.fallthrough = ir::Fallthrough::drop;
  else {
    problem("WC901", policy.where, fmt::format("\"{}\" is no policy", printable(policy.text)), "ACCEPT or DROP");
    policy_unreadable(id, policy.where);
  }
}

void Reader::policy_unreadable(ChainId id, Span where) {
  incomplete_ = true;
  if (!ruleset_.chain(id).base) return;
  const ir::Match condition = file_.firewall.opaque_match(file_.source.text(where), "this policy could not be read", where);
  ruleset_.chain(id).at_end = unreadable_rule(where, condition);
}

void Reader::command() {
  if (broken_) return;
  decoder_.reset();
  in_table();
  // "-4 -A INPUT ..." in an IPv6 file: the line is not there.
  if (const Token option = std::exchange(family_, {}); option.end > option.begin) {
    const bool v6 = file_.source.text({option.begin, option.end}).find('6') != std::string_view::npos;
    if (v6 != (file_.family == Family::ipv6)) return;
  }
  switch (const Command command = *command_of(head_)) {
    case Command::append:
    case Command::insert:
    case Command::replace: return add_rule(command);
    case Command::delete_rule: return delete_rule();
    case Command::zero: return;  // counters
    default: return chain_command(command);
  }
}

/// The chain that -A, -I, -R or -D names. "Same as last time" is the usual case.
ChainId Reader::chain_of_rule(const Word& name) {
  if (last_chain_ != ir::none && ruleset_.name(last_chain_) == name.text) return last_chain_;
  const auto known = ruleset_.find(name.text);
  if (!known || !(ruleset_.chain(*known).declared || ruleset_.chain(*known).base)) {
    problem("WC305", name.where, fmt::format("chain {} is used before it is declared", printable(name.text)),
            fmt::format(":{} - before this line", printable(name.text)));
    ruleset_.chain(ruleset_.find_or_add(name.text, name.where)).declared = true;
  }
  return last_chain_ = *ruleset_.find(name.text);
}

void Reader::add_rule(Command command) {
  const Span line = line_span();
  const ChainId chain = chain_of_rule(decoder_.word(words_[0]));
  if (over_budget(line, chain)) return;
  std::span<const Token> words = std::span(words_).subspan(1);
  const std::size_t count = ruleset_.chain(chain).rules.size();
  std::size_t position = command == Command::append ? count : 0;
  if (command != Command::append && !words.empty()) {
    // -I CHAIN [number]: 1 is the first. -R needs the number.
    const Word number = decoder_.word(words[0]);
    if (const auto given = read_number(number.text, 1, count + (command == Command::insert ? 1 : 0))) {
      position = static_cast<std::size_t>(*given - 1);
      words = words.subspan(1);
    } else if (command == Command::replace || read_number(number.text, 0, ~std::uint64_t{0})) {
      problem("WC901", number.where, fmt::format("chain {} has no rule number {}", printable(ruleset_.name(chain)), printable(number.text)),
              fmt::format("a number from 1 to {}", count));
      return add_unreadable(chain, line, 0);
    }
  }
  made_.clear();
  switch (decoder_.decode(ruleset_.table_name(), ruleset_.name(chain), words)) {
    case RuleDecoder::Result::other_family: return;
    case RuleDecoder::Result::unreadable: incomplete_ = true; return add_unreadable(chain, line, position);
    case RuleDecoder::Result::rule: break;
  }
  if (const std::size_t product = decoder_.sources().size() * decoder_.destinations().size(); product > file_.options.limits.list_product) {
    problem("WC904", line, fmt::format("the lists of addresses make {} rules {}", product, limit_words("list_product")));
    return add_unreadable(chain, line, position);
  }
  if (!make_rules(line)) return add_unreadable(chain, line, position);
  if (command == Command::replace) erase(chain, position);
  place(chain, position);
}

bool Reader::make_rules(Span where) {
  const RuleBuilder& read = decoder_.rule();
  ir::Rule rule;
  rule.where = where;
  rule.action = read.action();
  rule.coverage = read.coverage();
  rule.on_match = file_.firewall.add_effects(read.match_effects());
  rule.on_decide = file_.firewall.add_effects(read.decide_effects());
  const JumpTo& jump = decoder_.jump();
  if (!jump.name.where.empty() && !jump.option.where.empty()) {
    const auto target = ruleset_.find(jump.name.text);
    if (target && ruleset_.chain(*target).declared) {
      problem("WC902", jump.option.where, fmt::format("unknown option \"{}\"", printable(jump.option.text)), "an option of the modules named");
      return false;
    }
    problem("WC902", jump.name.where,
            fmt::format("unknown target \"{}\"{}", printable(jump.name.text),
                        file_.diagnostics.full() ? "" : suggestion(jump.name.text, target_names(file_.family))));
    rule.action = ir::ActionKind::undecided;
    rule.coverage = ir::Coverage::unrecognised;
  } else if (!jump.name.where.empty()) {
    rule.action = jump.is_goto ? ir::ActionKind::go_to : ir::ActionKind::jump;
    rule.coverage = std::max(rule.coverage, ir::Coverage::modelled);
    rule.target = ruleset_.find_or_add(jump.name.text, jump.name.where);
  }
  incomplete_ |= rule.coverage == ir::Coverage::unrecognised;
  for (const auto& source : decoder_.sources())
    for (const auto& destination : decoder_.destinations()) emit(rule, source, destination);
  if (rule.target != ir::none)
    for (const ir::RuleId id : made_) ruleset_.add_jump(id, jump.name.where);
  return true;
}

void Reader::emit(ir::Rule rule, const RuleDecoder::Address& source, const RuleDecoder::Address& destination) {
  conditions_.clear();
  if (source) conditions_.push_back(*source);
  if (destination) conditions_.push_back(*destination);
  const auto& rest = decoder_.rule().conditions();
  conditions_.insert(conditions_.end(), rest.begin(), rest.end());
  made_.push_back(file_.firewall.add_rule(conditions_, rule));
}

void Reader::place(ChainId chain, std::size_t position) {
  auto& rules = ruleset_.chain(chain).rules;
  if (position < rules.size() && !spend(rules.size() - position, line_span())) return;
  rules.insert(rules.begin() + static_cast<std::ptrdiff_t>(std::min(position, rules.size())), made_.begin(), made_.end());
}

void Reader::erase(ChainId chain, std::size_t position) {
  auto& rules = ruleset_.chain(chain).rules;
  if (position < rules.size() && spend(rules.size() - position, line_span())) rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(position));
}

/// -D CHAIN number, or -D CHAIN with the words of a rule.
void Reader::delete_rule() {
  const ChainId chain = chain_of_rule(decoder_.word(words_[0]));
  auto& rules = ruleset_.chain(chain).rules;
  const auto words = std::span(words_).subspan(1);
  if (words.size() == 1) {
    const Word number = decoder_.word(words[0]);
    if (const auto given = read_number(number.text, 1, rules.size())) return erase(chain, static_cast<std::size_t>(*given - 1));
  }
  std::size_t bytes = 0;
  for (const ir::RuleId id : rules) bytes += file_.firewall.rules[id].where.end - file_.firewall.rules[id].where.begin;
  if (!spend(bytes * 8, line_span())) return;
  // The first rule that is written with the same words. The same condition in other words is not found, and that is told.
  const auto specification = [&](std::string_view line) {
    std::string text;
    std::size_t word = 0;
    split(line, ' ', [&](std::string_view part) {
      if (!part.empty() && word++ >= 2) text += fmt::format("{} ", part);
      return true;
    });
    return text;
  };
  const std::string wanted = specification(file_.source.text(line_span()));
  const auto found = std::ranges::find_if(
      rules, [&](ir::RuleId id) { return specification(file_.source.text(file_.firewall.rules[id].where)) == wanted; });
  if (found != rules.end()) {
    const Span where = file_.firewall.rules[*found].where;  // lists in -s and -d have made several
    std::erase_if(rules, [&](ir::RuleId id) { return file_.firewall.rules[id].where == where; });
    return;
  }
  const std::string name = printable(ruleset_.name(chain));
  if (words.size() == 1)
    problem("WC901", line_span(), fmt::format("chain {} has no rule {} before this line", name, printable(decoder_.word(words[0]).text)),
            fmt::format("the words of a rule, or a number up to {}", rules.size()));
  else problem("WC901", line_span(), fmt::format("chain {} has no such rule before this line", name), "the words of a rule, or its number");
  add_unreadable(chain, line_span(), 0);
}

void Reader::chain_command(Command command) {
  std::vector<Word> words;
  for (const Token& token : words_) words.push_back(decoder_.word(token));
  const auto too_many = [&](std::size_t most) {
    if (words.size() <= most) return false;
    problem("WC901", words[most].where, fmt::format("\"{}\" is one word too many", printable(words[most].text)), "the end of the line");
    add_unreadable(std::nullopt, line_span());
    return true;
  };
  const auto known = [&](const Word& name) -> std::optional<ChainId> {
    const auto id = ruleset_.find(name.text);
    if (!id)
      problem("WC305", name.where, fmt::format("table {} has no chain \"{}\"", printable(ruleset_.table_name()), printable(name.text)),
              "a chain of this table");
    return id;
  };
  last_chain_ = ir::none;
  switch (command) {
    case Command::new_chain: {
      if (!too_many(1)) declare(words[0], line_span());
      return;
    }
    case Command::policy: {
      if (words.size() < 2) {
        problem("WC901", line_span(), "-P needs a chain and a policy", "ACCEPT or DROP");
        if (const auto id = ruleset_.find(words[0].text)) policy_unreadable(*id, line_span());
        return;
      }
      if (too_many(2)) return;
      const auto id = known(words[0]);
      if (!id) return;
      ruleset_.chain(*id).declared = true;
      ruleset_.chain(*id).where = line_span();
      return set_policy(*id, words[1]);
    }
    case Command::flush:
    case Command::delete_chain: {
      if (too_many(1)) return;
      const bool flush = command == Command::flush;
      std::vector<ChainId> chosen;
      if (!spend(ruleset_.chains().size(), line_span())) return;
      if (words.empty()) chosen = ruleset_.chains();
      else if (const auto id = known(words[0])) chosen.push_back(*id);
      for (const ChainId id : chosen) {
        if (flush) ruleset_.chain(id).rules.clear();
        else if (!ruleset_.chain(id).base) ruleset_.remove(id);
      }
      return;
    }
    case Command::rename_chain: {
      if (words.size() < 2) return problem("WC901", line_span(), "-E needs the old and the new name of a chain");
      if (too_many(2)) return;
      if (const auto id = known(words[0])) ruleset_.rename(*id, words[1].text);
      return;
    }
    default: return;
  }
}

// --- What cannot be read ---

void Reader::syntax_error(const antlr::SyntaxError& error) {
  broken_ = true;
  family_ = {};
  const Token& token = error.token;
  const std::string_view bytes = file_.source.bytes();
  const std::size_t before = token.begin == 0 ? std::string_view::npos : bytes.rfind('\n', token.begin - 1);
  const auto line_begin = static_cast<std::uint32_t>(before == std::string_view::npos ? 0 : before + 1);
  std::size_t line_end = bytes.find('\n', token.begin);
  if (line_end == std::string_view::npos) line_end = bytes.size();
  while (line_end > token.begin && (bytes[line_end - 1] == '\r' || bytes[line_end - 1] == ' ')) --line_end;
  const Span line{line_begin, static_cast<std::uint32_t>(line_end)};

  Span where{token.begin, token.end};
  std::string message;
  const std::string_view text = file_.source.text(where);
  if (is_unterminated(token)) message = "the quote that opens here is not closed on this line";
  else if (is_junk(token) && text == std::string_view("\0", 1)) message = "a NUL byte cannot stand here";
  else if (token.type == Token::end_of_input || text.empty() || text.front() == '\n' || text.front() == '\r') {
    message = "the line ends too early";
    where.end = std::max(where.begin, std::min(where.end, static_cast<std::uint32_t>(line_end)));
  } else {
    constexpr std::size_t shown = 40;
    message = fmt::format("\"{}\" cannot stand here", printable(text.substr(0, shown)) + (text.size() > shown ? "..." : ""));
  }

  // What the line would have been, as far as it was read.
  const bool has_head = head_.end > head_.begin && head_.begin >= line_begin && head_.end <= token.begin;
  const std::size_t first = bytes.find_first_not_of(" \t", line_begin);
  const char kind = first < bytes.size() ? bytes[first] : '\n';
  std::string expected = expected_text(error);
  const bool lacks_chain = has_head ? command_of(head_) && words_.empty() : kind == ':';
  if (!has_head && kind == '*') expected = "the name of a table";
  else if (has_head && kind == ':' && words_.empty()) expected = "a policy: ACCEPT, DROP, or - for a user chain";
  else if (lacks_chain) expected = "the name of a chain";
  problem("WC901", where, std::move(message), std::move(expected));

  if (kind == '*') return open_table(has_head ? decoder_.word(head_).text : std::string_view(), line);
  if (!ruleset_.is_open() || over_budget(line, std::nullopt)) return;
  if (has_head && file_.source.text({head_.begin, head_.end}) == "COMMIT") return ruleset_.close_table();
  if (kind == ':' && has_head) {
    const ChainId chain = ruleset_.find_or_add(decoder_.word(head_).text, line);
    ruleset_.chain(chain).declared = true;
    return policy_unreadable(chain, line);
  }
  const auto command = has_head ? command_of(head_) : std::nullopt;
  if (!command || words_.empty()) return add_unreadable(std::nullopt, line);
  // An insertion could have come to stand before every rule.
  const auto position = command == Command::append ? std::nullopt : std::optional<std::size_t>(0);
  add_unreadable(chain_of_rule(decoder_.word(words_[0])), line, position);
}

ir::RuleId Reader::unreadable_rule(Span where, const ir::Match& condition) {
  ir::Rule rule;
  rule.action = ir::ActionKind::undecided;
  rule.coverage = ir::Coverage::unrecognised;
  rule.where = where;
  return file_.firewall.add_rule(std::span(&condition, 1), rule);
}

void Reader::add_unreadable(std::optional<ChainId> chain, Span where, std::optional<std::size_t> position) {
  incomplete_ = true;
  const ir::Match condition = file_.firewall.opaque_match(file_.source.text(where), "this line could not be read", where);
  const std::vector<ChainId> chains = chain ? std::vector{*chain} : ruleset_.base_chains();
  for (const ChainId id : chains) {
    made_.assign(1, unreadable_rule(where, condition));
    place(id, position.value_or(ruleset_.chain(id).rules.size()));
  }
  made_.clear();
}

void Reader::everything_depends_on(Span where) {
  incomplete_ = true;
  constexpr std::size_t enough = 10;  // one is: no verdict gets past it
  if (unread_.size() < enough) unread_.push_back(where);
}

void Reader::stop(Span where, std::string message) {
  if (stopped_) return;
  problem("WC904", where, std::move(message));
  everything_depends_on(where);
  stopped_ = true;
  parse_->abandon();
}

bool Reader::spend(std::size_t work, Span line) {
  if (stopped_ || work > work_left_) {
    stop(line, "inserting and deleting rules takes too long here: the rest was not read");
    return false;
  }
  work_left_ -= work;
  return true;
}

/// Line too long: it is not read. Too much of something in the file: nothing more is read.
bool Reader::over_budget(Span line, std::optional<ChainId> chain) {
  const Limits& limits = file_.options.limits;
  if (stopped_) return true;
  if (line.end - line.begin > limits.line_bytes) {
    problem("WC904", {line.begin, line.begin}, fmt::format("the line is longer than {} bytes {}", limits.line_bytes, limit_words("line_bytes")));
    add_unreadable(chain, {line.begin, line.begin});
    return true;
  }
  constexpr std::string_view rest = "the rest was not read";
  tokens_ += words_.size() + 1;
  if (limits.stopped()) stop(line, fmt::format("{}: {}", stop_words(*limits.stop), rest));
  else if (tokens_ > limits.tokens) stop(line, fmt::format("the file has more than {} words {}: {}", limits.tokens, limit_words("tokens"), rest));
  else if (file_.firewall.rules.size() > limits.rules) stop(line, fmt::format("the file has more than {} rules {}: {}", limits.rules, limit_words("rules"), rest));
  else if (ruleset_.chain_count() > limits.chains) stop(line, fmt::format("the file has more than {} chains {}: {}", limits.chains, limit_words("chains"), rest));
  return stopped_;
}

}  // namespace wallcheck::frontend::iptables
