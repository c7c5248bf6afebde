// What stands in parentheses behind keep, modulate and synproxy state, and behind `set state-defaults`:
// pf.conf(5), "Stateful Tracking Options".

#include <algorithm>

#include <fmt/format.h>

#include "base/suggest.h"
#include "frontend/pf/reader.h"
#include "frontend/pf/words.h"

namespace wallcheck::frontend::pf {

bool RuleReader::read_state_options(const std::vector<Token>& tokens, std::size_t first, std::size_t count, StateOptions& options) {
  Cursor in{tokens.data() + first, tokens.data() + first + count};
  constexpr std::uint64_t largest = 0xffff'ffffu;
  const auto value = [&](std::optional<std::uint64_t>& to, const Token& head, bool positive) {
    if (!in.more()) return error(head, fmt::format("{} needs a number", word(head)));
    once(to.has_value(), head);
    const Token& token = in.next();
    to = number(token, largest, word(head));
    if (positive && to == std::uint64_t{0}) error(token, fmt::format("{} has to be more than 0", word(head)));
  };
  const auto flag = [&](bool& to, const Token& head) {
    once(to, head);
    to = true;
  };
  while (in.more()) {
    const Token& head = in.next();
    if (kind(head) == Kind::comma || kind(head) == Kind::lparen || kind(head) == Kind::rparen) continue;
    const std::string_view name = word(head);
    if (name == "max") value(options.max, head, false);
    else if (name == "max-src-states") value(options.max_src_states, head, true);
    else if (name == "max-src-nodes") value(options.max_src_nodes, head, true);
    else if (name == "max-src-conn") value(options.max_src_conn, head, true);
    else if (name == "max-src-conn-rate") {
      value(options.rate_limit, head, true);
      if (!in.is(Kind::slash)) error(head, "max-src-conn-rate is a number of connections / seconds");
      else in.next(), value(options.rate_seconds, head, true);
    } else if (name == "no-sync") flag(options.no_sync, head);
    else if (name == "sloppy") flag(options.sloppy, head);
    else if (name == "pflow") flag(options.pflow, head);
    else if (name == "source-track") {
      flag(options.source_track, head);
      if (in.more() && (word(*in.at) == "rule" || word(*in.at) == "global")) options.source_track_kind = word(in.next());
    } else if (name == "if-bound" || name == "floating") {
      once(options.if_bound.has_value(), head);
      options.if_bound = name == "if-bound";
    } else if (name == "overload") {
      once(!options.overload.empty(), head);
      if (!in.is(Kind::lt) || in.end - in.at < 3 || kind(in.at[2]) != Kind::gt) {
        error(head, "overload names a <table>");
        continue;
      }
      in.next();
      options.overload = word(in.next());
      in.next();
      if (in.more() && word(*in.at) == "flush") {
        options.flush = true;
        in.next();
        if (in.more() && word(*in.at) == "global") options.flush_global = true, in.next();
      }
    } else {
      const auto names = timeout_names();
      const auto found = std::ranges::find(names, name);
      if (found == names.end() || name.find('.') == std::string_view::npos) {
        error(head, fmt::format("\"{}\" is no option of a state{}", printable(name),
                                suggestion(name, {"max", "no-sync", "sloppy", "pflow", "source-track", "max-src-nodes", "max-src-states", "max-src-conn",
                                                  "max-src-conn-rate", "overload", "if-bound", "floating", "tcp.established"})));
        while (in.more() && kind(*in.at) != Kind::comma) in.next();
        continue;
      }
      const auto index = static_cast<std::uint8_t>(found - names.begin());
      std::optional<std::uint64_t> seconds;
      value(seconds, head, false);
      const bool again = std::ranges::any_of(options.timeouts, [&](const auto& timeout) { return timeout.first == index; });
      once(again, head);
      if (seconds && !again) options.timeouts.emplace_back(index, *seconds);
    }
  }
  const bool global = options.source_track_kind == "global";
  if (global && options.max_src_nodes) error(tokens[first], "max-src-nodes counts by rule and does not go with source-track global");
  if (global && (options.max_src_conn || options.rate_limit)) error(tokens[first], "max-src-conn counts by rule and does not go with source-track global");
  if (!options.overload.empty() && !options.max_src_conn && !options.rate_limit)
    error(tokens[first], "overload needs max-src-conn or max-src-conn-rate, which say when");
  return ok_;
}

}  // namespace wallcheck::frontend::pf
