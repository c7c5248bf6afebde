#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/limits.h"

namespace wallcheck::frontend {

/// Collects what is said about one input, up to Limits::diagnostics; what comes later is only counted.
class Diagnostics {
 public:
  explicit Diagnostics(const Limits& limits) : limit_(limits.diagnostics) {}

  void add(Diagnostic diagnostic) {
    if (!full()) list_.push_back(std::move(diagnostic));
    else ++dropped_;
  }
  void error(std::string code, Span where, std::string message, std::string expected = {}) {
    add({std::move(code), Severity::error, std::move(message), where, {}, std::move(expected)});
  }
  /// What is added now is only counted: no need to make it helpful.
  bool full() const { return list_.size() >= limit_; }
  /// Sorted by place; a last one says how many were left out.
  std::vector<Diagnostic> take();

 private:
  std::size_t limit_;
  std::size_t dropped_ = 0;
  std::vector<Diagnostic> list_;
};

}  // namespace wallcheck::frontend
