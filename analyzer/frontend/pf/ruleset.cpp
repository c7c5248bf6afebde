// A whole configuration, statement by statement: anchors that open and close, tables, options, the order of FreeBSD's statements.

#include "frontend/pf/ruleset.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "base/suggest.h"
#include "frontend/pf/settings.h"
#include "frontend/pf/words.h"

namespace wallcheck::frontend::pf {
namespace {

/// FreeBSD, macOS and pfSense have statements that OpenBSD gave up in 4.7 and 5.5. Their first words tell.
Dialect dialect_of(std::string_view text) {
  static constexpr std::string_view words[] = {"nat", "rdr", "binat", "scrub", "altq", "ether", "dummynet", "nat-anchor", "rdr-anchor", "binat-anchor", "scrub-anchor",
                                               "dummynet-anchor", "no"};
  for (std::size_t at = 0; at < text.size(); at = std::min(text.find('\n', at), text.size() - 1) + 1) {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
    std::size_t end = at;
    while (end < text.size() && (text[end] == '-' || (text[end] >= 'a' && text[end] <= 'z'))) ++end;
    const std::string_view first = text.substr(at, end - at);
    if (std::ranges::find(words, first) != std::end(words)) return Dialect::freebsd;
    if (first == "set" && text.substr(end).starts_with(" require-order")) return Dialect::freebsd;
  }
  return Dialect::openbsd;
}

/// Where a kind of statement stands in a FreeBSD file.
enum class Section : std::uint8_t { options, ethernet, normalization, queueing, translation, shaping, filtering };

std::string_view name(Section section) {
  static constexpr std::string_view names[] = {"options", "ether rules", "scrub rules", "queues", "translation", "dummynet rules", "filter rules"};
  return names[static_cast<std::size_t>(section)];
}

Section section_of(Action action) {
  switch (action) {
    case Action::scrub:
    case Action::scrub_anchor: return Section::normalization;
    case Action::nat:
    case Action::rdr:
    case Action::binat:
    case Action::nat_anchor:
    case Action::rdr_anchor:
    case Action::binat_anchor: return Section::translation;
    case Action::dummynet:
    case Action::dummynet_anchor: return Section::shaping;
    case Action::ether_pass:
    case Action::ether_block: return Section::ethernet;
    default: return Section::filtering;
  }
}

struct Load {
  std::string path;  ///< of the anchor
  std::string file;
  TextRange where;
  Reporter* reporter;
  std::vector<std::string> loading = {};  ///< the files by which it is reached, from the main one on
};

class Reader : public StatementSink, public antlr::SyntaxErrorSink {
 public:
  Reader(Ruleset& rules, SourceText& text, RuleReader& reader, Reporter& reporter, Sources& sources, const Options& options, std::vector<Load>& loads)
      : StatementSink(options.limits.nesting, options.limits.tokens), rules_(rules), text_(text), reader_(reader), reporter_(reporter), sources_(sources), options_(options),
        loads_(loads), parse_(text.bytes, *this, *this) {}

  void run(std::size_t anchor);

 private:
  struct Open {
    std::size_t anchor;
    Token brace;
  };
  void statement() override;
  void too_deep(const Token& bracket) override;
  void too_many(const Token& token) override;
  void syntax_error(const antlr::SyntaxError& error) override;

  Anchor& anchor() { return rules_.anchors[open_.back().anchor]; }
  void rule();
  void antispoof(const Rule& rule);
  void close_anchor();
  /// The full path of an anchor named in a rule; `opened`: its own braces are already open.
  std::string anchor_path(std::string_view name, bool opened = false) const;
  std::size_t open_anchor(Rule& rule);
  void table();
  void read_table_file(Table& table, const Token& at, std::string_view name);
  void load();
  void queue();
  void section(Section section, const Token& at);
  void put(const Rule& rule, std::uint32_t body);
  void resolve(std::vector<Host>& hosts);
  void leave_unread(TextRange where);
  void pass_gaps(std::uint32_t up_to);
  /// A budget is used up: what follows is not read, and may be anything.
  void cut() {
    cut_ = true;
    parse_.abandon();
  }
  TextRange statement_range() const { return {statement_.head.begin, statement_.end.begin}; }
  std::string_view word(const Token& token) { return reader_.word(token); }

  Ruleset& rules_;
  SourceText& text_;
  RuleReader& reader_;
  Reporter& reporter_;
  Sources& sources_;
  const Options& options_;
  std::vector<Load>& loads_;
  Parse parse_;
  std::vector<Open> open_;
  std::uint32_t done_ = 0;        ///< everything before this offset is dealt with
  std::uint32_t in_bad_list_ = 0; ///< up to here, lines are members of a list that is already told to be wrong
  Section section_ = Section::options;
  std::size_t next_gap_ = 0;
  bool cut_ = false;
  unsigned unnamed_ = 0;
};

void Reader::run(std::size_t anchor_index) {
  open_.push_back({anchor_index, {}});
  parse_.run();
  if (cut_) leave_unread(statement_range());
  pass_gaps(static_cast<std::uint32_t>(text_.bytes.size()));
  if (open_.size() > 1) reporter_.error({open_.back().brace.begin, open_.back().brace.end}, "this anchor is never closed; its \"}\" is missing");
}

void Reader::too_deep(const Token& bracket) {
  reporter_.error({bracket.begin, bracket.end}, fmt::format("brackets are nested more than {} deep {}; the rest of the file is not read",
                                                            options_.limits.nesting, limit_words("nesting")), "WC904");
  statement_.end = bracket;
  cut_ = true;
}

void Reader::too_many(const Token& token) {
  reporter_.error({token.begin, token.end}, fmt::format("the file has more than {} words and signs {}; the rest is not read", options_.limits.tokens, limit_words("tokens")),
                  "WC904");
  statement_.end = token;
  cut();
}

void Reader::leave_unread(TextRange where) {
  const Span span = reporter_.span(where);
  rules_.unread.push_back({span, open_.back().anchor, anchor().rules.size(), true, text_.bytes.substr(where.begin, where.end - where.begin)});
}

void Reader::syntax_error(const antlr::SyntaxError& error) {
  if (cut_) return;
  const Token& token = error.token;
  const std::uint32_t line_end = static_cast<std::uint32_t>(std::min(text_.bytes.find('\n', token.begin), text_.bytes.size()));
  const bool begun = statement_.head.end > statement_.head.begin && statement_.head.begin >= done_;
  const TextRange whole{begun ? statement_.head.begin : token.begin, line_end};
  const bool told = token.begin < in_bad_list_ || (token.begin < text_.bytes.size() && text_.bytes[token.begin] == SourceText::poison);
  const Token* brace = nullptr;
  if (begun) {
    std::vector<const Token*> open;
    for (const Token& t : statement_.tokens) {
      if (kind(t) == Kind::lbrace) open.push_back(&t);
      if (kind(t) == Kind::rbrace && !open.empty()) open.pop_back();
    }
    if (!open.empty()) brace = open.back();
  }
  if (!told) {
    const std::string_view text = std::string_view(text_.bytes).substr(token.begin, token.end - token.begin);
    std::string message;
    TextRange where{token.begin, token.end};
    if (token.type == Token::end_of_input) message = brace != nullptr ? "the list that begins here is never closed" : "the file ends in the middle of a statement";
    else if (kind(token) == Kind::newline) message = "the line ends too early";
    else if (kind(token) == Kind::junk) message = fmt::format("\"{}\" is no part of a rule", printable(text));
    else if (!begun) {
      message = fmt::format("a line cannot begin with \"{}\"{}", printable(text),
                            suggestion(text, {"pass", "block", "match", "set", "table", "anchor", "scrub", "nat", "rdr", "binat", "antispoof", "include", "queue", "load"}));
      const std::size_t next = text_.bytes.find_first_not_of(" \t", token.end);
      if (next != std::string::npos && text_.bytes[next] == '=') message = "a macro cannot be defined here";
    } else {
      message = fmt::format("\"{}\" cannot stand here", printable(text));
    }
    if (brace != nullptr && token.type == Token::end_of_input) where = {brace->begin, brace->end};
    if (brace != nullptr && kind(token) == Kind::rbrace) {
      message = "a list cannot be empty, or end in the middle of a member";
    } else if (brace != nullptr && kind(token) != Kind::junk && token.type != Token::end_of_input) {
      where = {brace->begin, brace->end};
      message = fmt::format("the list that begins here is not closed before \"{}\"", printable(text));
    }
    reporter_.error(where, std::move(message), "WC901", expected_text(error));
  }
  broken_ = true;
  if (brace != nullptr) in_bad_list_ = static_cast<std::uint32_t>(std::min(text_.bytes.find('}', token.begin), text_.bytes.size() - 1)) + 1;
  if (token.begin >= in_bad_list_ || brace != nullptr) leave_unread(whole);
  done_ = line_end;
}

/// Where text is missing there may have been rules.
void Reader::pass_gaps(std::uint32_t up_to) {
  for (; next_gap_ < text_.gaps.size() && text_.gaps[next_gap_] <= up_to; ++next_gap_) {
    const std::uint32_t at = text_.gaps[next_gap_];
    const TextRange line{at == 0 ? 0 : static_cast<std::uint32_t>(text_.bytes.rfind('\n', at - 2) + 1), at == 0 ? 0 : at - 1};
    leave_unread(line);
  }
}

void Reader::statement() {
  if (cut_) return;
  if (options_.limits.stopped()) {
    reporter_.error(statement_range(), stop_words(*options_.limits.stop) + "; the rest is not read", "WC904");
    return cut();
  }
  pass_gaps(statement_.head.begin);
  done_ = statement_.end.begin;
  in_bad_list_ = 0;
  reader_.begin();
  switch (kind(statement_.head)) {
    case Kind::rbrace: return close_anchor();
    case Kind::set: {
      section(Section::options, statement_.head);
      read_setting(statement_, reader_, reporter_, rules_.settings);
      return;
    }
    case Kind::table: return table();
    case Kind::load: return load();
    case Kind::include: return;  // its text is already in place
    case Kind::altq:
    case Kind::queue: return queue();
    default: return rule();
  }
}

void Reader::section(Section wanted, const Token& at) {
  if (rules_.dialect != Dialect::freebsd || open_.size() > 1) return;
  if (wanted < section_ && rules_.settings.require_order)
    reporter_.error({at.begin, at.end}, fmt::format("{} have to stand before {} (options, ether, scrub, queues, translation, dummynet, filter)", name(wanted), name(section_)));
  section_ = std::max(section_, wanted);
}

void Reader::rule() {
  Rule rule;
  if (kind(statement_.head) == Kind::antispoof) rule.answer = Answer::drop;
  const bool good = reader_.read(statement_, rule);
  section(section_of(rule.action), statement_.head);
  if (rule.action == Action::block && !rule.answer) rule.answer = rules_.settings.block_policy;
  if (rule.action == Action::pass && rule.state == StateKind::unspecified && rules_.settings.state_defaults) rule.state_options = *rules_.settings.state_defaults;
  if (!rule.state_options.if_bound && rules_.settings.if_bound) rule.state_options.if_bound = true;
  std::uint32_t body = Single::no_body;
  if (rule.has_body && rule.action == Action::anchor) body = static_cast<std::uint32_t>(open_anchor(rule));
  const std::size_t target = body == Single::no_body ? open_.back().anchor : open_[open_.size() - 2].anchor;
  bool names_ok = true;
  if (rule.action >= Action::anchor && body == Single::no_body) {
    if (rule.anchor.empty()) {
      reporter_.error(statement_range(), "an anchor without rules in braces needs a name");
      names_ok = false;
    } else if (rule.anchor.ends_with('/')) {
      reporter_.error(statement_range(), "the name of an anchor does not end with \"/\"");
    }
  }
  if (rule.anchor.starts_with('_') || rule.anchor.find("/_") != std::string_view::npos)
    reporter_.error(statement_range(), "names of anchors that begin with \"_\" are pf's own");
  if (!good || !names_ok) {
    const Span span = reporter_.span(statement_range());
    rules_.unread.push_back({span, target, rules_.anchors[target].rules.size(), true, text_.bytes.substr(rule.text.begin, rule.text.end - rule.text.begin)});
    return;
  }
  if (kind(statement_.head) == Kind::antispoof) return antispoof(rule);
  put(rule, body);
}

/// Expands a rule into the anchor where it stands.
void Reader::put(const Rule& rule, std::uint32_t body) {
  Rule& kept = rules_.rules.emplace_back(rule);
  if (rule.action >= Action::anchor && !rule.anchor.empty()) kept.anchor_path = rules_.store.emplace_back(anchor_path(rule.anchor, body != Single::no_body));
  for (std::vector<Host>* hosts : {&kept.from, &kept.to, &kept.nat.hosts, &kept.rdr.hosts, &kept.route.hosts}) resolve(*hosts);
  const std::size_t target = body == Single::no_body ? open_.back().anchor : open_[open_.size() - 2].anchor;
  std::vector<Single>& into = rules_.anchors[target].rules;
  const std::size_t before = into.size();
  const Expansion how{rules_.dialect, options_.limits.list_product, &rules_.queues, &rules_.pools};
  if (!expand(kept, how, reporter_, into)) {
    rules_.unread.push_back({reporter_.span(kept.text), target, into.size(), kept.quick, text_.bytes.substr(kept.text.begin, kept.text.end - kept.text.begin)});
    return;
  }
  for (std::size_t i = before; i < into.size(); ++i) into[i].body = body, into[i].number = static_cast<std::uint32_t>(i);
  rules_.expanded += into.size() - before;
  if (rules_.expanded > options_.limits.rules) {
    reporter_.error(kept.text, fmt::format("the file has more than {} rules {}; the rest is not read", options_.limits.rules, limit_words("rules")), "WC904");
    cut();
  }
}

void Reader::resolve(std::vector<Host>& hosts) {
  const auto by_name = [](const Host& host) {
    return !host.dynamic && (host.kind == Host::Kind::interface || host.kind == Host::Kind::self || host.kind == Host::Kind::name);
  };
  if (std::ranges::none_of(hosts, by_name)) return;
  std::vector<Host> resolved;
  for (const Host& host : hosts)
    for (const Host& one : resolve_static(host, options_)) resolved.push_back(one);
  hosts = std::move(resolved);
}

/// pf.conf(5), "Blocking Spoofed Traffic": what claims to come from the interface's network, but comes in elsewhere; and what claims
/// to come from its own address.
void Reader::antispoof(const Rule& rule) {
  for (const Interface& interface : rule.interfaces) {
    Rule elsewhere = rule;
    elsewhere.way = Way::in;
    Host network;
    network.kind = Host::Kind::interface;
    network.name = interface.name;
    network.dynamic = interface.dynamic;
    network.modifiers = Host::network;
    network.text = rule.text;
    elsewhere.interfaces = {{interface.name, true, false, std::nullopt}};
    elsewhere.from = {network};
    put(elsewhere, Single::no_body);
    if (is_loopback(interface.name)) continue;
    Rule own = elsewhere;
    own.interfaces.clear();
    network.modifiers = 0;
    own.from = {network};
    put(own, Single::no_body);
  }
}

std::string Reader::anchor_path(std::string_view name, bool opened) const {
  if (name.starts_with('/')) return std::string(name.substr(1));
  std::string path = rules_.anchors[open_[open_.size() - (opened ? 2 : 1)].anchor].path;
  while (name.starts_with("../") || name == "..") {
    const std::size_t slash = path.rfind('/');
    path = slash == std::string::npos ? "" : path.substr(0, slash);
    name = name == ".." ? std::string_view{} : name.substr(3);
  }
  if (path.empty()) return std::string(name);
  return name.empty() ? path : path + "/" + std::string(name);
}

std::size_t Reader::open_anchor(Rule& rule) {
  if (rule.anchor.find('/') != std::string_view::npos)
    reporter_.error(statement_range(), "the name of an anchor with its rules in braces has no \"/\"");
  const std::string path = anchor_path(rule.anchor.empty() ? fmt::format("_{}", ++unnamed_) : std::string(rule.anchor));
  std::size_t index = 0;
  if (const auto known = rules_.anchor(path)) {
    index = *known;
    if (rules_.anchors[index].is_inline) reporter_.error(statement_range(), fmt::format("anchor \"{}\" already has rules in braces", printable(rule.anchor)));
  } else {
    index = rules_.anchors.size();
    rules_.anchors.push_back({path, {}, true, true});
    if (index > options_.limits.chains) {
      reporter_.error(statement_range(), fmt::format("the file has more than {} anchors {}; the rest is not read", options_.limits.chains, limit_words("chains")), "WC904");
      cut();
    }
  }
  rules_.anchors[index].is_inline = true;
  open_.push_back({index, statement_.head});
  if (open_.size() > options_.limits.nesting) {
    reporter_.error(statement_range(), fmt::format("anchors are nested more than {} deep {}; the rest of the file is not read", options_.limits.nesting, limit_words("nesting")), "WC904");
    cut();
  }
  return index;
}

void Reader::close_anchor() {
  if (open_.size() == 1) return reporter_.error({statement_.head.begin, statement_.head.end}, "this \"}\" closes nothing");
  open_.pop_back();
}

void Reader::table() {
  Table table;
  const Token& name = statement_.tokens[0];
  table.name = word(name);
  table.where = reporter_.span(statement_range());
  if (table.name.size() > 31) reporter_.error({name.begin, name.end}, "the name of a table has at most 31 characters");
  for (std::size_t i = 1; i < statement_.tokens.size(); ++i) {
    const Token& token = statement_.tokens[i];
    if (kind(token) == Kind::lbrace) {
      std::size_t end = i;
      for (int depth = 0; end < statement_.tokens.size(); ++end) {
        depth += kind(statement_.tokens[end]) == Kind::lbrace ? 1 : kind(statement_.tokens[end]) == Kind::rbrace ? -1 : 0;
        if (depth == 0) break;
      }
      table.filled = true;
      reader_.read_table_hosts(statement_.tokens, i, end + 1 - i, table.members);
      i = end;
      continue;
    }
    const std::string_view option = word(token);
    if (kind(token) == Kind::word && option == "const") table.is_const = true;
    else if (kind(token) == Kind::word && option == "persist") table.persist = true;
    else if (kind(token) == Kind::word && option == "counters") table.counters = true;
    else if (kind(token) == Kind::word && option == "file" && i + 1 < statement_.tokens.size()) {
      const Token& file = statement_.tokens[++i];
      table.filled = true;
      table.files.emplace_back(word(file));
      read_table_file(table, file, word(file));
    } else {
      reporter_.error({token.begin, token.end}, fmt::format("\"{}\" is no option of a table (const, persist, counters, file \"...\", {{ ... }}){}", printable(option),
                                                            suggestion(option, {"const", "persist", "counters", "file"})));
    }
  }
  const auto same = std::ranges::find(rules_.tables, table.name, &Table::name);
  if (same == rules_.tables.end()) return rules_.tables.push_back(std::move(table));
  reporter_.report(Severity::warning, statement_range(), fmt::format("table <{}> is defined twice; the second definition counts", printable(table.name)), "WC402");
  *same = std::move(table);
}

/// One address a line, or several with blanks between them; "#" hides the rest of a line.
void Reader::read_table_file(Table& table, const Token& at, std::string_view name) {
  const auto path = path_beside(sources_[0]->path(), name, options_.allow_outside);
  auto bytes = path ? read_beside(sources_[0]->path(), path.value(), options_) : path;
  if (!bytes) {
    table.file_missing = true;
    reporter_.error({at.begin, at.end}, fmt::format("table <{}>: cannot read \"{}\": {}; its members are not known", printable(table.name), printable(name), bytes.error()), "WC905");
    return;
  }
  sources_.push_back(std::make_shared<SourceFile>(path.value(), std::move(bytes.value())));
  const std::size_t wrong = read_address_list(sources_.back()->bytes(), table.members);
  if (wrong == std::string_view::npos) return;
  table.file_missing = true;
  reporter_.error({at.begin, at.end}, fmt::format("file \"{}\", line {}: this is no address; pf refuses the whole table", printable(name),
                                                  sources_.back()->place(static_cast<std::uint32_t>(wrong)).line));
}

void Reader::load() {
  const std::string_view name = word(statement_.tokens[0]);
  loads_.push_back({anchor_path(name), std::string(word(statement_.tokens[1])), {statement_.tokens[1].begin, statement_.tokens[1].end}, &reporter_});
}

/// Queues decide how fast packets pass, not whether. Their names matter: OpenBSD refuses rules that name others.
void Reader::queue() {
  section(Section::queueing, statement_.head);
  if (kind(statement_.head) == Kind::queue && !statement_.tokens.empty()) rules_.queues.emplace_back(word(statement_.tokens[0]));
}

/// Tables that rules use and nobody defines, each told once; tables that rules fill.
void check_tables(Ruleset& rules, const Options& options) {
  std::unordered_set<std::string_view> defined, told;
  std::unordered_set<std::string_view> overloaded;
  for (const Table& table : rules.tables) defined.insert(table.name);
  const auto look = [&](const Rule& rule, const std::vector<Host>& hosts) {
    for (const Host& host : hosts) {
      if (host.kind != Host::Kind::table || defined.contains(host.name) || told.contains(host.name)) continue;
      if (address_set(options, host.name) != nullptr || address_set(options, fmt::format("<{}>", host.name)) != nullptr) continue;
      told.insert(host.name);
      const auto text = std::ranges::find_if(rules.texts, [&](const SourceText& t) { return &t == rule.source; });
      rules.reporters[static_cast<std::size_t>(text - rules.texts.begin())].report(
          Severity::error, host.text, fmt::format("table <{}> is not defined in this file; which addresses it has is not known", printable(host.name)), "WC305");
    }
  };
  for (const Rule& rule : rules.rules) {
    for (const auto* hosts : {&rule.from, &rule.to, &rule.nat.hosts, &rule.rdr.hosts, &rule.route.hosts}) look(rule, *hosts);
    if (!rule.state_options.overload.empty()) overloaded.insert(rule.state_options.overload);
  }
  for (Table& table : rules.tables) table.filled_by_rules = overloaded.contains(table.name);
}

}  // namespace

const Table* Ruleset::table(std::string_view name) const {
  const auto found = std::ranges::find(tables, name, &Table::name);
  return found == tables.end() ? nullptr : &*found;
}

std::optional<std::size_t> Ruleset::anchor(std::string_view path) const {
  const auto found = std::ranges::find(anchors, path, &Anchor::path);
  if (found == anchors.end()) return std::nullopt;
  return static_cast<std::size_t>(found - anchors.begin());
}

Ruleset read_ruleset(Sources& sources, const Options& options, Diagnostics& diagnostics, bool& incomplete) {
  Ruleset rules;
  std::vector<Load> loads;
  std::size_t opened = 0;  // files besides the first, each time
  const auto read_one = [&](FileId root, std::size_t anchor, std::vector<std::string> loading) {
    const std::size_t before = loads.size();
    SourceText& text = rules.texts.emplace_back(read_text(sources, root, options, opened, diagnostics, incomplete));
    Reporter& reporter = rules.reporters.emplace_back(text, sources, diagnostics, incomplete);
    RuleReader& reader = rules.readers.emplace_back(text, reporter);
    if (anchor == 0) rules.dialect = dialect_of(text.bytes);
    Reader(rules, text, reader, reporter, sources, options, loads).run(anchor);
    loading.push_back(sources[root]->path());
    for (std::size_t i = before; i < loads.size(); ++i) loads[i].loading = loading;
  };
  read_one(0, 0, {});
  // Anchors are loaded after the main ruleset, and may load others.
  for (std::size_t i = 0; i < loads.size(); ++i) {
    const Load load = loads[i];
    const auto refuse = [&](std::string why) {
      load.reporter->error(load.where, fmt::format("anchor \"{}\" cannot be loaded from \"{}\": {}; its rules are not known", printable(load.path), printable(load.file), why),
                           "WC905");
    };
    if (++opened > options.limits.includes) {
      refuse(fmt::format("more than {} files are included or loaded {}", options.limits.includes, limit_words("includes")));
      break;
    }
    const auto path = path_beside(sources[0]->path(), load.file, options.allow_outside);
    if (path && std::ranges::find(load.loading, path.value()) != load.loading.end()) {
      refuse("it is loaded by itself");
      continue;
    }
    auto bytes = path ? read_beside(sources[0]->path(), path.value(), options) : path;
    if (!bytes) {
      refuse(bytes.error());
      continue;
    }
    std::size_t anchor = rules.anchors.size();
    if (const auto known = rules.anchor(load.path)) anchor = *known;
    else rules.anchors.push_back({load.path, {}, true, false});
    rules.anchors[anchor].loaded = load.reporter->span(load.where);
    sources.push_back(std::make_shared<SourceFile>(path.value(), std::move(bytes.value())));
    read_one(static_cast<FileId>(sources.size() - 1), anchor, load.loading);
  }
  check_tables(rules, options);
  return rules;
}

}  // namespace wallcheck::frontend::pf
