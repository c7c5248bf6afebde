#include "frontend/pf/settings.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/suggest.h"
#include "frontend/pf/words.h"

namespace wallcheck::frontend::pf {
namespace {

/// What follows the name of an option.
enum class Shape : std::uint8_t { one_of, name, number, pairs, interfaces, state_options, reassemble, syncookies, nothing };

struct Option {
  std::string_view name;
  Shape shape;
  std::string_view values;  ///< with blanks between them
};

constexpr Option table[] = {
    {"timeout", Shape::pairs, ""},
    {"limit", Shape::pairs, "states frags src-nodes tables table-entries pktdelay-pkts anchors eth-anchors"},
    {"optimization", Shape::one_of, "default normal high-latency satellite aggressive conservative"},
    {"ruleset-optimization", Shape::one_of, "none basic profile"},
    {"loginterface", Shape::name, ""},
    {"hostid", Shape::number, ""},
    {"block-policy", Shape::one_of, "drop return"},
    {"fail-policy", Shape::one_of, "drop return"},
    {"state-policy", Shape::one_of, "if-bound floating"},
    {"state-defaults", Shape::state_options, ""},
    {"require-order", Shape::one_of, "yes no"},
    {"fingerprints", Shape::name, ""},
    {"skip", Shape::interfaces, ""},
    {"debug", Shape::one_of, "none urgent misc loud emerg alert crit err warning notice info debug"},
    {"reassemble", Shape::reassemble, "yes no"},
    {"syncookies", Shape::syncookies, "never always adaptive"},
    {"keepcounters", Shape::nothing, ""},
    {"ether-filter", Shape::one_of, "yes no"},
};

bool among(std::string_view list, std::string_view word) {
  for (std::size_t at = 0; at < list.size();) {
    const std::size_t end = std::min(list.find(' ', at), list.size());
    if (list.substr(at, end - at) == word) return true;
    at = end + 1;
  }
  return false;
}

bool is_number(std::string_view text) {
  if (text.starts_with("0x")) return text.size() > 2 && text.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
  return !text.empty() && text.size() < 11 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

void read_setting(const Statement& statement, RuleReader& reader, Reporter& reporter, Settings& settings) {
  const std::vector<Token>& tokens = statement.tokens;
  const auto refuse = [&](const Token& at, std::string message) { reporter.error({at.begin, at.end}, std::move(message)); };
  const Token& head = tokens[0];
  const std::string_view name = reader.word(head);
  const auto option = std::ranges::find(table, name, &Option::name);
  if (option == std::end(table)) {
    std::vector<std::string_view> names;
    for (const Option& row : table) names.push_back(row.name);
    return refuse(head, fmt::format("there is no option \"{}\"{}", printable(name), suggestion(name, names)));
  }
  std::vector<const Token*> values;
  for (std::size_t i = 1; i < tokens.size(); ++i)
    if (kind(tokens[i]) != Kind::newline) values.push_back(&tokens[i]);
  const auto first = values.empty() ? std::string_view{} : reader.word(*values[0]);
  const auto expect_one = [&](bool good) {
    if (values.size() == 1 && good) return true;
    refuse(values.empty() ? head : *values[values.size() > 1 ? 1 : 0],
           option->values.empty() ? fmt::format("set {} takes one value", name) : fmt::format("set {} takes one of: {}", name, option->values));
    return false;
  };
  switch (option->shape) {
    case Shape::nothing:
      if (!values.empty()) refuse(*values[0], fmt::format("set {} takes no value", name));
      return;
    case Shape::name: expect_one(true); return;
    case Shape::number: expect_one(is_number(first) && first != "0"); return;
    case Shape::one_of:
      if (!expect_one(among(option->values, first))) return;
      if (name == "block-policy") settings.block_policy = first == "drop" ? Answer::drop : Answer::return_;
      if (name == "state-policy") settings.if_bound = first == "if-bound";
      if (name == "require-order") settings.require_order = first == "yes";
      return;
    case Shape::reassemble:
      if (values.empty() || values.size() > 2 || !among("yes no", first) || (values.size() == 2 && reader.word(*values[1]) != "no-df"))
        return refuse(head, "set reassemble takes yes or no, and perhaps no-df");
      settings.reassemble = first == "yes";
      return;
    case Shape::syncookies:
      if (values.empty() || !among(option->values, first)) refuse(head, "set syncookies takes never, always or adaptive");
      return;
    case Shape::state_options: {
      if (settings.state_defaults) return refuse(head, "state-defaults are set twice");
      StateOptions defaults;
      if (tokens.size() > 1 && reader.read_state_options(tokens, 1, tokens.size() - 1, defaults)) settings.state_defaults = defaults;
      return;
    }
    case Shape::pairs: {
      std::vector<const Token*> words;
      for (const Token* token : values)
        if (kind(*token) != Kind::lbrace && kind(*token) != Kind::rbrace && kind(*token) != Kind::comma) words.push_back(token);
      if (words.empty() || words.size() % 2 != 0) return refuse(head, fmt::format("set {} takes names, each with a number", name));
      for (std::size_t i = 0; i < words.size(); i += 2) {
        const std::string_view key = reader.word(*words[i]);
        const bool known = name == "timeout" ? std::ranges::find(timeout_names(), key) != timeout_names().end() : among(option->values, key);
        if (!known) refuse(*words[i], fmt::format("there is no {} \"{}\"", name, printable(key)));
        if (!is_number(reader.word(*words[i + 1]))) refuse(*words[i + 1], fmt::format("\"{}\" is no number", printable(reader.word(*words[i + 1]))));
      }
      return;
    }
    case Shape::interfaces: {
      std::vector<const Token*> names;
      for (const Token* token : values) {
        if (kind(*token) == Kind::not_) return refuse(*token, "set skip cannot be negated");
        if (kind(*token) == Kind::word || kind(*token) == Kind::string) names.push_back(token);
      }
      if (values.empty() || reader.word(*values[0]) != "on" || names.empty()) return refuse(head, "set skip takes \"on\" and an interface or a list of them");
      // A later `set skip on none` takes the earlier ones back; another one adds.
      if (names.size() == 1 && reader.word(*names[0]) == "none") return settings.skip.clear();
      const Span where = reporter.span({statement.head.begin, statement.end.begin});
      for (const Token* token : names) settings.skip.push_back({{reader.word(*token), false, false, std::nullopt}, where});
      return;
    }
  }
}

std::size_t read_address_list(std::string_view bytes, std::vector<Host>& hosts) {
  for (std::size_t at = 0; at < bytes.size();) {
    const char c = bytes[at];
    if (c == '#') {
      at = std::min(bytes.find('\n', at), bytes.size());
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      ++at;
    } else {
      std::size_t end = std::min(bytes.find_first_of(" \t\r\n#", at), bytes.size());
      // "! 10.1/16": the sign may stand apart.
      if (end == at + 1 && c == '!') end = std::min(bytes.find_first_of(" \t\r\n#", std::min(bytes.find_first_not_of(" \t", end), bytes.size())), bytes.size());
      const auto host = read_address(bytes.substr(at, end - at));
      if (!host) return at;
      hosts.push_back(*host);
      at = end;
    }
  }
  return std::string_view::npos;
}

const SideFile* address_set(const Options& options, std::string_view name) {
  const auto found = std::ranges::find(options.address_sets, name, &SideFile::name);
  return found == options.address_sets.end() ? nullptr : &*found;
}

std::vector<Host> resolve_static(const Host& host, const Options& options) {
  if (host.dynamic || (host.kind != Host::Kind::interface && host.kind != Host::Kind::self && host.kind != Host::Kind::name)) return {host};
  std::string name(host.kind == Host::Kind::self ? "self" : host.name);
  if (host.modifiers & Host::network) name += ":network";
  if (host.modifiers & Host::broadcast) name += ":broadcast";
  if (host.modifiers & Host::peer) name += ":peer";
  std::vector<Host> found;
  if (const SideFile* file = address_set(options, name)) {
    read_address_list(file->file->bytes(), found);
  } else if (host.kind == Host::Kind::interface && is_loopback(host.name) && (host.modifiers & (Host::broadcast | Host::peer)) == 0) {
    const bool network = (host.modifiers & Host::network) != 0;
    read_address_list(network ? "127.0.0.0/8 ::1" : "127.0.0.1 ::1", found);
  }
  if (found.empty()) return {host};
  for (Host& one : found) {
    one.negated = host.negated;
    one.text = host.text;
    if (host.bits != 255 && one.kind == Host::Kind::addresses && one.family && host.bits <= (*one.family == Family::ipv4 ? 32 : 128)) {
      one.range = prefix(one.range.first, host.bits);
      one.bits = host.bits;
    }
  }
  return found;
}

}  // namespace wallcheck::frontend::pf
