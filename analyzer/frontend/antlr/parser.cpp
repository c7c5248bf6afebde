#include "frontend/antlr/parser.h"

#include <algorithm>

#include <atn/RuleTransition.h>

namespace wallcheck::frontend::antlr {

ContextStack::~ContextStack() = default;

void ContextStack::use(std::size_t chunk, char* top) {
  bottom_ = chunks_[chunk].memory.get();
  limit_ = bottom_ + chunks_[chunk].size;
  top_ = top;
}

void ContextStack::grow(std::size_t size) {
  if (used_ > 0) chunks_[used_ - 1].top = top_;
  if (used_ == chunks_.size() || chunks_[used_].size < size) {
    Chunk chunk;
    chunk.size = std::max(chunk_size, size);
    chunk.memory = std::make_unique<char[]>(chunk.size);
    if (used_ == chunks_.size()) chunks_.push_back(std::move(chunk));
    else chunks_[used_] = std::move(chunk);
  }
  ++used_;
  use(used_ - 1, chunks_[used_ - 1].memory.get());
}

void ContextStack::shrink() {
  --used_;
  use(used_ - 1, chunks_[used_ - 1].top);
}

ThinParser::~ThinParser() = default;

void ThinParser::open(std::string_view bytes, const Tables& tables, SyntaxErrorSink* errors, TokenSet resync) {
  tables_ = &tables.parser;
  sync_ = tables.parser.sync.data();
  errors_ = errors;
  resync_ = resync;
  state_ = 0;
  recovering_ = false;
  recovered_at_ = ~std::uint32_t{0};
  recovered_in_.clear();
  _ctx = nullptr;
  _input.open(bytes, tables.lexer);
}

void ThinParser::abandon() {
  _input->abandon();
  recovering_ = true;
}

void ThinParser::mismatch() { throw InputMismatchException(this); }

void ThinParser::report(SyntaxError::Kind kind) {
  if (recovering_) return;  // a consequence of the error before
  recovering_ = true;
  SyntaxError error;
  error.kind = kind;
  error.token = _input->current();
  error.expected = to_token_set(getATN().getExpectedTokens(state_, _ctx));
  error.names = &tables_->names;
  if (errors_ != nullptr) errors_->syntax_error(error);
}

/// sync() found a token that can neither go on here nor end what stands here. In a loop over lines the rest of the line is
/// skipped and the loop goes on; elsewhere the rule is left.
void ThinParser::out_of_sync() {
  if (recovering_) return;
  if (!resync_.empty()) {
    report(SyntaxError::Kind::mismatch);
    skip_to_resync();
    if (sync_[state_].contains(_input->LA(1))) return;
  }
  throw InputMismatchException(this);
}

void ThinParser::recover() {
  const std::uint32_t here = _input->current().begin;
  if (recovering_ && recovered_at_ == here &&
      std::find(recovered_in_.begin(), recovered_in_.end(), state_) != recovered_in_.end()) {
    _input->consume();  // no progress since the last time in this state: give up one token
  }
  if (recovered_at_ != here) recovered_in_.clear();
  recovered_at_ = _input->current().begin;
  recovered_in_.push_back(state_);
  skip_to_resync();
}

void ThinParser::skip_to_resync() {
  const TokenSet stop = resync_set();
  const auto end = static_cast<std::size_t>(Token::end_of_input);
  while (_input->LA(1) != end && !stop.contains(_input->LA(1))) _input->consume();
}

/// Without a set of our own: what may follow in any rule that is being parsed, as DefaultErrorStrategy has it.
TokenSet ThinParser::resync_set() const {
  if (!resync_.empty()) return resync_;
  const antlr4::atn::ATN& atn = getATN();
  TokenSet result;
  // The first rule was called by nobody.
  for (const antlr4::RuleContext* context = _ctx; context != nullptr && context->parent != nullptr;
       context = static_cast<const antlr4::RuleContext*>(context->parent)) {
    const auto* call = static_cast<const antlr4::atn::RuleTransition*>(atn.states[context->invokingState]->transitions[0]);
    result = TokenSet(result.bits() | to_token_set(atn.nextTokens(call->followState)).bits());
  }
  return TokenSet(result.bits() & ~TokenSet::of(TokenSet::epsilon_bit).bits());
}

}  // namespace wallcheck::frontend::antlr
