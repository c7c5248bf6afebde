#include "frontend/antlr/tables.h"

#include <map>
#include <stdexcept>
#include <unordered_map>

#include "antlr4-runtime.h"
#include <atn/LexerActionExecutor.h>
#include <atn/LexerModeAction.h>
#include <atn/LexerPushModeAction.h>
#include <atn/LexerTypeAction.h>
#include <atn/LexerChannelAction.h>
#include <atn/TokensStartState.h>
#include <atn/Transition.h>

namespace wallcheck::frontend::antlr {
namespace {

using antlr4::atn::LexerActionType;

/// Bytes grouped by the transitions that accept them.
struct ByteClasses {
  std::array<std::uint8_t, 256> of{};
  std::vector<std::uint8_t> example;  // one byte of each class
};

ByteClasses byte_classes(const antlr4::atn::ATN& atn) {
  std::vector<const antlr4::atn::Transition*> labelled;
  std::array<bool, 257> boundary{};
  boundary[0] = true;
  for (const auto* state : atn.states) {
    if (state == nullptr) continue;
    for (const auto* transition : state->transitions) {
      if (transition->isEpsilon()) continue;
      labelled.push_back(transition);
      const antlr4::misc::IntervalSet label = transition->label();  // a value: its intervals die with it
      for (const auto& interval : label.getIntervals()) {
        if (interval.a >= 0 && interval.a < 256) boundary[static_cast<std::size_t>(interval.a)] = true;
        if (interval.b >= 0 && interval.b < 256) boundary[static_cast<std::size_t>(interval.b) + 1] = true;
      }
    }
  }
  ByteClasses classes;
  std::map<std::vector<bool>, std::uint8_t> seen;
  std::uint8_t current = 0;
  for (std::size_t byte = 0; byte < 256; ++byte) {
    if (boundary[byte]) {
      std::vector<bool> signature;
      signature.reserve(labelled.size());
      for (const auto* transition : labelled)
        signature.push_back(transition->matches(byte, antlr4::Lexer::MIN_CHAR_VALUE, antlr4::Lexer::MAX_CHAR_VALUE));
      const auto [it, fresh] = seen.emplace(std::move(signature), static_cast<std::uint8_t>(classes.example.size()));
      if (fresh) classes.example.push_back(static_cast<std::uint8_t>(byte));
      current = it->second;
    }
    classes.of[byte] = current;
  }
  return classes;
}

/// Opens the parts of ANTLR's simulator that know the next state; it never sees an input.
class Explorer : public antlr4::atn::LexerATNSimulator {
 public:
  Explorer(const antlr4::atn::ATN& grammar, std::vector<antlr4::dfa::DFA>& dfas, antlr4::atn::PredictionContextCache& cache)
      : LexerATNSimulator(grammar, dfas, cache) {}

  antlr4::dfa::DFAState* start(std::size_t mode) {
    _mode = mode;
    auto closure = computeStartState(nullptr, atn.modeToStartState[mode]);
    if (closure->hasSemanticContext) throw std::logic_error("lexer predicates are not supported");
    return addDFAState(closure.release());
  }
  /// nullptr = dead end.
  antlr4::dfa::DFAState* target(std::size_t mode, antlr4::dfa::DFAState* from, std::uint8_t byte) {
    _mode = mode;
    antlr4::dfa::DFAState* to = computeTargetState(nullptr, from, byte);
    return to == ERROR.get() ? nullptr : to;
  }
};

/// Which of the transitions out of a state accept this byte.
std::vector<bool> accepted_by(const antlr4::dfa::DFAState& state, std::uint8_t byte) {
  std::vector<bool> signature;
  for (const auto& config : state.configs->configs)
    for (const auto* transition : config->state->transitions)
      signature.push_back(transition->matches(byte, antlr4::Lexer::MIN_CHAR_VALUE, antlr4::Lexer::MAX_CHAR_VALUE));
  return signature;
}

Accept accept_of(const antlr4::dfa::DFAState& state) {
  Accept accept;
  if (!state.isAcceptState) return accept;
  accept.type = static_cast<std::int32_t>(state.prediction);
  if (state.lexerActionExecutor == nullptr) return accept;
  const auto change = [&](Accept::Mode how, int mode) {
    if (accept.change != Accept::Mode::stay) throw std::logic_error("a lexer rule changes the mode twice");
    accept.change = how;
    accept.mode = static_cast<std::uint16_t>(mode);
  };
  for (const auto& action : state.lexerActionExecutor->getLexerActions()) {
    switch (action->getActionType()) {
      case LexerActionType::SKIP: accept.skip = true; break;
      case LexerActionType::CHANNEL:
        accept.skip = dynamic_cast<antlr4::atn::LexerChannelAction&>(*action).getChannel() != 0;
        break;
      case LexerActionType::TYPE: accept.type = dynamic_cast<antlr4::atn::LexerTypeAction&>(*action).getType(); break;
      case LexerActionType::MODE: change(Accept::Mode::set, dynamic_cast<antlr4::atn::LexerModeAction&>(*action).getMode()); break;
      case LexerActionType::PUSH_MODE:
        change(Accept::Mode::push, dynamic_cast<antlr4::atn::LexerPushModeAction&>(*action).getMode());
        break;
      case LexerActionType::POP_MODE: change(Accept::Mode::pop, 0); break;
      default: throw std::logic_error("lexer actions other than skip, channel, type and mode changes are not supported");
    }
  }
  return accept;
}

}  // namespace

LexerTables build_lexer_tables(const antlr4::Lexer& lexer) {
  const antlr4::atn::ATN& atn = lexer.getATN();
  if (atn.maxTokenType > TokenSet::largest_type) throw std::logic_error("a grammar may have at most 61 token types");
  std::vector<antlr4::dfa::DFA> dfas;
  for (std::size_t i = 0; i < atn.getNumberOfDecisions(); ++i) dfas.emplace_back(atn.getDecisionState(i), i);
  antlr4::atn::PredictionContextCache cache;
  Explorer explorer(atn, dfas, cache);
  const ByteClasses classes = byte_classes(atn);

  LexerTables tables;
  tables.byte_class = classes.of;
  tables.stride = static_cast<std::uint32_t>(classes.example.size()) + 1;
  tables.next.assign(tables.stride, 0);
  tables.accepts.emplace_back();

  for (std::size_t mode = 0; mode < atn.modeToStartState.size(); ++mode) {
    std::unordered_map<antlr4::dfa::DFAState*, std::uint16_t> row_of;
    std::vector<antlr4::dfa::DFAState*> found;
    const auto row = [&](antlr4::dfa::DFAState* state) {
      const std::size_t offset = tables.next.size();
      const auto [it, fresh] = row_of.emplace(state, static_cast<std::uint16_t>(offset));
      if (!fresh) return it->second;
      if (offset > 0xffff) throw std::logic_error("the lexer's automaton is too large");
      found.push_back(state);
      tables.next.resize(offset + tables.stride, 0);
      if (const Accept accept = accept_of(*state); accept.type != 0) {
        tables.next[offset + tables.stride - 1] = static_cast<std::uint16_t>(tables.accepts.size());
        tables.accepts.push_back(accept);
      }
      return it->second;
    };
    tables.start.push_back(row(explorer.start(mode)));
    for (std::size_t i = 0; i < found.size(); ++i) {
      // Classes that no transition out of this state tells apart lead to the same state: asked once.
      const std::size_t offset = row_of.at(found[i]);
      std::map<std::vector<bool>, std::uint16_t> known;
      for (std::size_t c = 0; c < classes.example.size(); ++c) {
        const auto [answer, fresh] = known.try_emplace(accepted_by(*found[i], classes.example[c]), std::uint16_t{0});
        if (fresh)
          if (antlr4::dfa::DFAState* to = explorer.target(mode, found[i], classes.example[c])) answer->second = row(to);
        tables.next[offset + c] = answer->second;
      }
    }
    const std::uint16_t start = tables.start.back();
    if (tables.next[start + tables.stride - 1] != 0) throw std::logic_error("a lexer rule matches nothing at all");
    for (std::size_t c = 0; c < classes.example.size(); ++c)
      if (tables.next[tables.next[start + c] + tables.stride - 1] == 0)
        throw std::logic_error("the lexer is not total: byte " + std::to_string(classes.example[c]) +
                               " is no token of its own in mode " + std::to_string(mode));
  }
  return tables;
}

ParserTables build_parser_tables(const antlr4::Parser& parser) {
  using antlr4::atn::ATNState;
  const antlr4::atn::ATN& atn = parser.getATN();
  if (atn.maxTokenType > TokenSet::largest_type) throw std::logic_error("a grammar may have at most 61 token types");

  ParserTables tables;
  tables.sync.assign(atn.states.size(), TokenSet::all());
  for (const auto& state : atn.states) {
    if (state == nullptr) continue;
    switch (state->getStateType()) {
      case ATNState::BLOCK_START:
      case ATNState::STAR_BLOCK_START:
      case ATNState::PLUS_BLOCK_START:
      case ATNState::STAR_LOOP_ENTRY:
      case ATNState::PLUS_LOOP_BACK:
      case ATNState::STAR_LOOP_BACK: break;
      default: continue;  // DefaultErrorStrategy::sync checks nothing elsewhere
    }
    const antlr4::misc::IntervalSet& next = atn.nextTokens(state);
    if (next.contains(antlr4::Token::EPSILON)) continue;
    tables.sync[state->stateNumber] = to_token_set(next);
  }
  for (std::size_t type = 0; type <= atn.maxTokenType; ++type) tables.names.push_back(parser.getVocabulary().getDisplayName(type));
  return tables;
}

TokenSet to_token_set(const antlr4::misc::IntervalSet& set) {
  TokenSet result;
  for (const auto& interval : set.getIntervals())
    for (auto type = interval.a; type <= interval.b; ++type)
      result.add(type == -2 ? TokenSet::epsilon_bit : static_cast<std::size_t>(type));
  return result;
}

}  // namespace wallcheck::frontend::antlr
