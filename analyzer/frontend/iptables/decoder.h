#pragma once
// iptables: the words of one rule, read as iptables' command line is.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "frontend/iptables/lines.h"
#include "frontend/iptables/rule_builder.h"

namespace wallcheck::frontend::iptables {

/// Where a rule goes when it holds, as far as the line itself says.
struct JumpTo {
  Word name;               ///< empty: not to a chain
  bool is_goto = false;
  Word option = {};        ///< first option after it that no module knows: a chain has none, so this is a target that nobody knows
};

/// Reads a rule specification: what stands after `-A CHAIN`. Kept for a whole file; a rule allocates next to nothing.
class RuleDecoder {
 public:
  explicit RuleDecoder(FileContext& file);

  enum class Result {
    rule,        ///< read; see below
    other_family,///< `-4` in an IPv6 file or `-6` in an IPv4 one: iptables-restore leaves the line out, and so do we
    unreadable   ///< one diagnostic has been made; the rule is to become an undecided one
  };
  Result decode(std::string_view table, std::string_view chain, std::span<const Token> words);

  // --- The rule that was read ---
  /// Conditions except addresses. They are shared by the rules that lists in -s and -d make.
  const RuleBuilder& rule() const { return rule_; }
  /// Comma lists of -s and -d: one rule for each pair. A missing value is "no condition".
  using Address = std::optional<ir::Match>;
  const std::vector<Address>& sources() const { return sources_; }
  const std::vector<Address>& destinations() const { return destinations_; }
  const JumpTo& jump() const { return jump_; }

  /// The text of a token, quotes and escapes taken out; valid until the next rule.
  Word word(const Token& token);
  /// Forgets the texts made by `word`.
  void reset() { texts_.clear(); }

 private:
  struct Reading;
  void read_words(std::span<const Token> words, Reading& reading);
  bool read_option(Reading& reading, std::string_view name, const Word& written, std::optional<Word> attached);
  bool read_letters(Reading& reading, const Word& written);
  bool take_argument(Reading& reading, Given& given, Word& argument);
  void generic(Reading& reading, std::size_t row, const Given& given);
  void module_option(Reading& reading, std::uint32_t use, std::size_t row, const Given& given);
  void unknown_option(Reading& reading, const Word& written);
  void load_match(const Word& name);
  void set_target(const Word& name, bool is_goto);
  void read_addresses(ir::Field field, const Given& given, std::vector<Address>& out);
  void read_interface(ir::Field field, const Given& given);
  void finish();

  FileContext& file_;
  RuleBuilder rule_;
  std::vector<Use> uses_;
  std::vector<Given> given_;
  std::vector<Address> sources_, destinations_;
  JumpTo jump_;
  std::vector<std::unique_ptr<std::string>> texts_;
  std::uint32_t target_use_ = ir::none;
  std::uint64_t generic_seen_ = 0;
};

}  // namespace wallcheck::frontend::iptables
