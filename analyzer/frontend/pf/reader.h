#pragma once
// pf: from the parts of a statement to a Rule: what words mean, what may stand where, and what pfctl(8) refuses in a single rule before its
// lists are multiplied out.

#include <deque>
#include <string>
#include <unordered_set>

#include "frontend/diagnostics.h"
#include "frontend/pf/parse.h"
#include "frontend/pf/rule.h"
#include "frontend/pf/source_text.h"

namespace wallcheck::frontend::pf {

/// Says things about the expanded text in terms of what the user wrote: a word that came from a macro is shown where `$name` stands,
/// with the definition beside it.
class Reporter {
 public:
  Reporter(const SourceText& text, const Sources& sources, Diagnostics& diagnostics, bool& incomplete)
      : text_(text), sources_(sources), diagnostics_(diagnostics), incomplete_(incomplete) {}

  void error(TextRange where, std::string message, std::string code = "WC901", std::string expected = {}) {
    incomplete_ = true;
    add(Severity::error, where, std::move(message), std::move(code), std::move(expected));
  }
  /// What pfctl takes, but the reader should know.
  void report(Severity severity, TextRange where, std::string message, std::string code) { add(severity, where, std::move(message), std::move(code), {}); }
  /// "expanded from $web, line 3".
  std::string origin(std::uint32_t macro) const;
  Span span(TextRange where) const { return text_.place(where.begin, where.end).where; }
  const SourceText& text() const { return text_; }

 private:
  void add(Severity severity, TextRange where, std::string message, std::string code, std::string expected);

  const SourceText& text_;
  const Sources& sources_;
  Diagnostics& diagnostics_;
  bool& incomplete_;
};

/// Reads one statement after the other. Views in the rules live as long as the reader and the text.
class RuleReader {
 public:
  RuleReader(const SourceText& text, Reporter& reporter) : text_(text), reporter_(reporter) {}

  /// A rule of any kind. False: something about it is wrong and was told; the rule is not to be used.
  bool read(const Statement& statement, Rule& rule);
  /// `{ a, b }` of a table.
  bool read_table_hosts(const std::vector<Token>& tokens, std::size_t first, std::size_t count, std::vector<Host>& hosts);
  /// `set state-defaults ...` and what stands in parentheses behind `keep state`.
  bool read_state_options(const std::vector<Token>& tokens, std::size_t first, std::size_t count, StateOptions& options);

  /// The word without quotes and escapes.
  std::string_view word(const Token& token);
  bool ok() const { return ok_; }
  void begin() { ok_ = true; }

 private:
  struct Cursor {
    const Token* at;
    const Token* end;
    bool more() const { return at != end; }
    bool is(Kind k) const { return at != end && kind(*at) == k; }
    const Token& next() { return *at++; }
  };
  Cursor tokens_of(const Part& part) const {
    return {statement_->tokens.data() + part.first, statement_->tokens.data() + part.first + part.count};
  }

  void error(const Token& from, const Token& to, std::string message);
  void error(const Token& at, std::string message) { error(at, at, std::move(message)); }
  static TextRange range(const Token& from, const Token& to) { return {from.begin, to.end}; }

  void read_part(const Part& part, Rule& rule);
  void check_order(const Part& part, const Rule& rule);
  void read_head(const Statement& statement, Rule& rule);
  void read_return(const Part& part, Rule& rule);
  void read_log(const Part& part, Rule& rule);
  void read_interfaces(const Part& part, Rule& rule);
  template <class Member>
  void tell_negations(const Part& part, const std::vector<Member>& members);
  void read_protocols(const Part& part, Rule& rule);
  void read_peer(const Part& part, Rule& rule);
  void read_port_part(const Part& part, Rule& rule);
  void read_owner(const Part& part, Rule& rule);
  void read_flags(const Part& part, Rule& rule);
  void read_icmp(const Part& part, Rule& rule);
  void read_option(const Token& head, Cursor arguments, Rule& rule, bool in_set);
  void read_set(const Part& part, Rule& rule);
  void read_scrub(const Part& part, Rule& rule);
  void read_flag(const Part& part, Rule& rule);
  void read_pool_word(const Part& part, Rule& rule);
  void read_pool(const Part& part, Rule& rule);
  void read_stray(const Part& part, Rule& rule);
  void once(bool already, const Token& at);

  void read_hosts(Cursor& in, std::vector<Host>& hosts);
  bool read_host(Cursor& in, Host& host);
  bool address_of(std::string_view text, std::optional<std::string_view> bits, Host& host, const Token& at);
  bool interface_modifiers(std::string_view& name, Host& host, const Token& at);
  std::vector<Port> read_ports(Cursor& in);
  Port read_port(Cursor& in);
  bool read_port_word(const Token& token, Port& port, bool star_allowed, bool* star);
  bool check_list_sign(const Token& token, const Token*& comma);
  std::optional<std::uint64_t> number(const Token& token, std::uint64_t largest, std::string_view what);

  const SourceText& text_;
  Reporter& reporter_;
  const Statement* statement_ = nullptr;
  std::deque<std::string> store_;
  bool ok_ = true;
  int rank_ = 0;               ///< the furthest part so far
  const Part* furthest_ = nullptr;
  const Part* previous_ = nullptr;
  std::uint32_t seen_ = 0;     ///< ranks that have been given
  bool in_af_to_ = false;      ///< family, from and to belong to af-to
  Pool* open_pool_ = nullptr;  ///< a port or pool word that comes now belongs to it
};

/// One member of a table file or an address set: "10/8", "!10.1/16", "em0:network", "www.example.org". Nothing: it is none.
std::optional<Host> read_address(std::string_view text);

/// Takes ":network", ":0"... off an interface's name. The text of one that pf does not know; empty: all are known.
std::string_view take_modifiers(std::string_view& name, std::uint8_t& modifiers);

/// Dotted IPv4 with one to four numbers and IPv6 text, with or without a prefix length: "10/8", "192.168", "2001:db8::/32".
/// Fewer than four numbers are taken only with a length, as pfctl has it.
std::optional<AddressRange> parse_short_prefix(std::string_view address, std::optional<unsigned> bits, std::uint8_t* used_bits);

}  // namespace wallcheck::frontend::pf
