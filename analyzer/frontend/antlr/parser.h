#pragma once
// antlr: the base class of generated parsers. Private to front-ends (it includes the ANTLR runtime). C++17.

#include <memory>
#include <new>
#include <string_view>
#include <vector>

#include "antlr4-runtime.h"
#include "frontend/antlr/syntax_error.h"
#include "frontend/antlr/token_stream.h"

#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Woverloaded-virtual"  // hiding antlr4::Parser's members is the point of this class
#endif

namespace wallcheck::frontend::antlr {

/// Rule contexts, which generated code makes at the entry of every rule: a stack in kept memory instead of a tree on the heap.
/// A context dies when its rule returns.
class ContextStack {
 public:
  ContextStack() = default;
  ~ContextStack();
  ContextStack(const ContextStack&) = delete;
  ContextStack& operator=(const ContextStack&) = delete;

  /// Named as generated code calls it.
  template <class Context>
  Context* createInstance(antlr4::ParserRuleContext* parent, std::size_t state) {
    static_assert(alignof(Context) <= alignof(std::max_align_t));
    constexpr std::size_t size = (sizeof(Context) + alignof(std::max_align_t) - 1) / alignof(std::max_align_t) * alignof(std::max_align_t);
    if (static_cast<std::size_t>(limit_ - top_) < size) grow(size);
    Context* context = new (top_) Context(parent, state);
    top_ += size;
    return context;
  }
  void pop(antlr4::ParserRuleContext* context) {
    context->~ParserRuleContext();
    top_ = reinterpret_cast<char*>(context);
    if (top_ == bottom_ && used_ > 1) shrink();
  }

 private:
  static constexpr std::size_t chunk_size = std::size_t{64} * 1024;
  struct Chunk {
    std::unique_ptr<char[]> memory;
    std::size_t size = 0;
    char* top = nullptr;  // where it was left for the next chunk
  };
  void grow(std::size_t size);
  void shrink();
  void use(std::size_t chunk, char* top);

  std::vector<Chunk> chunks_;
  std::size_t used_ = 0;  // chunks in use; one more may be kept
  char* bottom_ = nullptr;
  char* top_ = nullptr;
  char* limit_ = nullptr;
};

/// Base class of generated parsers (`options { superClass = ParserBase; }`).
///
/// Generated code calls members by name: `match`, `consume`, `enterRule`, `_input->LA(1)`, `_errHandler->sync(this)`. A name
/// found in this class hides the one in antlr4::Parser, so the code is compiled against the members below: inline, without
/// virtual calls, without tokens or contexts on the heap. What the layer does not support (labels on tokens, predicates,
/// `adaptivePredict`) does not compile or throws std::logic_error at once; nothing silently runs on the slow parts.
///
/// Errors follow ANTLR's DefaultErrorStrategy in what is an error, where and what was expected. They differ in what follows:
/// no token is invented or deleted (a firewall rule is not to be guessed at). After an error, tokens are skipped up to
/// one of `resync` (a line's end), or, if that set is empty, up to one that ANTLR's own recovery would stop at.
class ThinParser : public antlr4::Parser {
 public:
  explicit ThinParser(antlr4::TokenStream*) : antlr4::Parser(nullptr) {}
  ~ThinParser() override;

  /// Points the parser at an input. May be called again and again: a parser kept for many files allocates nothing for the next.
  /// `bytes` and `errors` must outlive the parse. Then call a rule: `parser.file()`.
  void open(std::string_view bytes, const Tables& tables, SyntaxErrorSink* errors, TokenSet resync);

  // --- For embedded actions ---

  /// The token matched last: in `WORD {sink->word(last());}` the word.
  const Token& last() const { return _input->previous(); }
  /// The token that stands next.
  const Token& next() const { return _input->current(); }
  /// Gives up on the rest of the input (a budget ran out): the parser sees its end, without reporting that as an error.
  void abandon();

  // --- Called by generated code, under ANTLR's names ---

  struct RecognitionException {
    SyntaxError::Kind kind;
  };
  struct InputMismatchException : RecognitionException {
    explicit InputMismatchException(ThinParser*) : RecognitionException{SyntaxError::Kind::mismatch} {}
  };
  struct NoViableAltException : RecognitionException {
    explicit NoViableAltException(ThinParser*) : RecognitionException{SyntaxError::Kind::no_alternative} {}
  };
  struct FailedPredicateException;  // parser predicates are not supported

  std::size_t getState() const final { return state_; }
  void setState(std::size_t state) { state_ = state; }

  void enterRule(antlr4::ParserRuleContext* context, std::size_t state, std::size_t) final {
    state_ = state;
    _ctx = context;
  }
  void enterOuterAlt(antlr4::ParserRuleContext*, std::size_t) final {}
  void exitRule() {
    antlr4::ParserRuleContext* const context = _ctx;
    state_ = context->invokingState;
    _ctx = static_cast<antlr4::ParserRuleContext*>(context->parent);
    _tracker.pop(context);
  }

  template <class Type>  // templates, so that they hide the virtual functions of antlr4::Parser without overriding them
  void match(Type type) {
    if (__builtin_expect(_input->LA(1) != static_cast<std::size_t>(type), 0)) mismatch();
    recovering_ = false;
    _input->consume();
  }
  template <class Type = int>
  void matchWildcard() {
    if (__builtin_expect(_input->LA(1) == static_cast<std::size_t>(Token::end_of_input), 0)) mismatch();
    recovering_ = false;
    _input->consume();
  }
  template <class Type = int>
  void consume() {
    _input->consume();
  }

  /// `auto onExit = finally([=] { exitRule(); });`
  template <class Action>
  struct Finally {
    Action action;
    ~Finally() { action(); }
  };
  template <class Action>
  static Finally<Action> finally(Action action) {
    return Finally<Action>{action};
  }

 protected:
  struct Input : TokenStream {
    TokenStream* operator->() { return this; }
    const TokenStream* operator->() const { return this; }
  };
  struct ErrorHandler {
    ErrorHandler* operator->() { return this; }
    void sync(ThinParser* parser) {
      if (__builtin_expect(!parser->sync_[parser->state_].contains(parser->_input->LA(1)), 0)) parser->out_of_sync();
    }
    void reportMatch(ThinParser* parser) { parser->recovering_ = false; }
    [[noreturn]] void recoverInline(ThinParser* parser) { parser->mismatch(); }
    void reportError(ThinParser* parser, const RecognitionException& error) { parser->report(error.kind); }
    void recover(ThinParser* parser, const std::exception_ptr&) { parser->recover(); }
  };

  ContextStack _tracker;
  Input _input;
  ErrorHandler _errHandler;

 private:
  [[noreturn]] void mismatch();
  void out_of_sync();
  void report(SyntaxError::Kind kind);
  void recover();
  void skip_to_resync();
  TokenSet resync_set() const;

  std::size_t state_ = 0;
  const TokenSet* sync_ = nullptr;
  bool recovering_ = false;  // since the last error nothing has matched yet
  const ParserTables* tables_ = nullptr;
  SyntaxErrorSink* errors_ = nullptr;
  TokenSet resync_;
  std::uint32_t recovered_at_ = ~std::uint32_t{0};  // where recover() was last called, and in which states: twice = stuck
  std::vector<std::size_t> recovered_in_;
};

}  // namespace wallcheck::frontend::antlr

#ifdef __clang__
#pragma clang diagnostic pop
#endif
