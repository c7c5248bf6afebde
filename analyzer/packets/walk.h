#pragma once
// Private to the room: the two guards of recursive operations.

#include "packets/diagrams.h"

namespace wallcheck::packets {

/// One level of recursion, and the place where all recursions keep the time. Frames take up to about 300 bytes (a few times that under the sanitizers), threads have 8 MB.
class Diagrams::Depth {
 public:
  explicit Depth(Diagrams& diagrams) : diagrams_(diagrams) {
    if ((++diagrams_.steps_ & 0xfffu) == 0) diagrams_.keep_time();
    if (++diagrams_.depth_ > max_depth) {
      --diagrams_.depth_;
      throw BudgetExceeded("a packet meets too many conditions one after the other");
    }
  }
  ~Depth() { --diagrams_.depth_; }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;

 private:
  Diagrams& diagrams_;
};

/// The memory of one walk over a diagram: exact, and free again at the end. Walks may nest (a walk's function may start another).
class Diagrams::Walk {
 public:
  explicit Walk(Diagrams& diagrams) : diagrams_(diagrams) {
    if (diagrams_.memos_in_use_ == diagrams_.memos_.size()) diagrams_.memos_.push_back(std::make_unique<Memo>());
    memo_ = diagrams_.memos_[diagrams_.memos_in_use_++].get();
    if (++memo_->now == 0) {
      std::fill(memo_->stamp.begin(), memo_->stamp.end(), 0);
      memo_->now = 1;
    }
  }
  ~Walk() { --diagrams_.memos_in_use_; }
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  /// The result that was kept for the node; nullptr: none yet.
  const Node* find(Node node) const {
    return node < memo_->stamp.size() && memo_->stamp[node] == memo_->now ? &memo_->result[node] : nullptr;
  }
  Node keep(Node node, Node result) {
    if (node >= memo_->stamp.size()) {
      memo_->stamp.resize(diagrams_.nodes_.size() + diagrams_.nodes_.size() / 4, 0);
      memo_->result.resize(memo_->stamp.size());
    }
    memo_->stamp[node] = memo_->now;
    return memo_->result[node] = result;
  }

 private:
  Diagrams& diagrams_;
  Memo* memo_;
};

}  // namespace wallcheck::packets
