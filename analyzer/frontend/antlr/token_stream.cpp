#include "frontend/antlr/token_stream.h"

namespace wallcheck::frontend::antlr {

void TokenStream::open(std::string_view bytes, const LexerTables& tables) {
  tables_ = &tables;
  begin_ = read_ = reinterpret_cast<const unsigned char*>(bytes.data());
  limit_ = begin_ + bytes.size();
  mode_ = 0;
  modes_.clear();
  ring_[0] = Token{};
  current_ = end_ = ring_.data() + 1;
  refill();
  ring_[0] = Token{0, 0, 0};
}

void TokenStream::abandon() {
  const std::uint32_t at = current_->begin;
  read_ = limit_;
  Token& token = ring_[static_cast<std::size_t>(current_ - ring_.data())];
  token = Token{at, at, Token::end_of_input};
  end_ = current_ + 1;
}

void TokenStream::refill() {
  // The end of input is its own successor: everything before it is already consumed.
  ring_[0] = end_[-1];
  Token* out = ring_.data() + 1;
  Token* const full = ring_.data() + ring_.size();

  const std::uint8_t* const byte_class = tables_->byte_class.data();
  const std::uint16_t* const next = tables_->next.data();
  const Accept* const accepts = tables_->accepts.data();
  const std::uint32_t accept_at = tables_->stride - 1;
  const unsigned char* const limit = limit_;
  const unsigned char* read = read_;
  std::uint32_t start = tables_->start[mode_];

  while (out != full && read != limit) {
    const unsigned char* const token_begin = read;
    const unsigned char* token_end = read;
    std::uint32_t accepted = 0;
    std::uint32_t state = start;
    const unsigned char* at = read;
    do {
      state = next[state + byte_class[*at]];
      if (state == 0) break;
      ++at;
      // Most bytes of most tokens leave the state as it is: no dependency from one look-up to the next here.
      const std::uint16_t* const row = next + state;
      while (at != limit && row[byte_class[*at]] == state) ++at;
      if (row[accept_at] != 0) {
        accepted = row[accept_at];
        token_end = at;
      }
    } while (at != limit);

    read = token_end;
    const Accept& accept = accepts[accepted];
    if (!accept.skip) {
      out->begin = static_cast<std::uint32_t>(token_begin - begin_);
      out->end = static_cast<std::uint32_t>(token_end - begin_);
      out->type = accept.type;
      ++out;
    }
    if (accept.change != Accept::Mode::stay) {
      switch (accept.change) {
        case Accept::Mode::set: mode_ = accept.mode; break;
        case Accept::Mode::push:
          modes_.push_back(mode_);
          mode_ = accept.mode;
          break;
        default:  // popping an empty stack: ANTLR throws; here the mode stays, since input must never throw
          if (!modes_.empty()) {
            mode_ = modes_.back();
            modes_.pop_back();
          }
      }
      start = tables_->start[mode_];
    }
  }
  if (out == ring_.data() + 1 || (out != full && read == limit)) {
    const auto at = static_cast<std::uint32_t>(limit - begin_);
    *out++ = Token{at, at, Token::end_of_input};
  }
  read_ = read;
  current_ = ring_.data() + 1;
  end_ = out;
}

}  // namespace wallcheck::frontend::antlr
