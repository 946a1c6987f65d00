// SPDX-License-Identifier: MIT
// A PL181 with a card in its slot, as its manual describes it.
#pragma once
#include <drivers/pl181_regs.hpp>

#include "fakes/register_file.hpp"
#include "fakes/sd_card_model.hpp"

namespace mink::fakes {

class MciModel final : public RegisterFile, public SdCardModel {
 public:
  using R = drivers::Pl181Regs;
  using B = R::Bits;

  explicit MciModel(std::uint32_t sectors, bool big = false) : SdCardModel{sectors, big} {}

  unsigned longest_burst = 0;         // FIFO accesses between two calls of interrupting()
  std::uint32_t clock_when_idle = 0;  // Clock at the last CMD0

  bool interrupting() {
    burst_ = 0;
    move();
    return (live_status() & (words[R::Mask0::kOffset / 4] | words[R::Mask1::kOffset / 4])) != 0;
  }

  std::uint32_t load(std::size_t offset) override {
    if (offset == R::Status::kOffset) {
      const std::uint32_t now = live_status();
      move();  // the card does not wait for the driver
      return now;
    }
    if (offset == R::Fifo::kOffset) return take();
    return RegisterFile::load(offset);
  }
  void store(std::size_t offset, std::uint32_t value) override {
    RegisterFile::store(offset, value);
    if (offset == R::Clear::kOffset) status_ &= ~value;
    if (offset == R::Fifo::kOffset) put(value);
    if (offset == R::DataCtrl::kOffset) start_data(value);
    if (offset == R::Command::kOffset && R::Command::Enable::in(value)) execute(value);
  }

 private:
  using D = R::DataCtrl;

  [[nodiscard]] bool from_card() const { return D::FromCard::in(words[D::kOffset / 4]); }
  [[nodiscard]] std::uint32_t live_status() const {
    std::uint32_t s = status_;
    if (enabled_ && !from_card() && fifo_.size() <= R::kHalfFifo) s |= B::TxFifoHalfEmpty::kMask;
    if (from_card() && fifo_.size() >= R::kHalfFifo) s |= B::RxFifoHalfFull::kMask;
    if (from_card() && !fifo_.empty()) s |= B::RxDataAvlbl::kMask;
    return s;
  }

  void start_data(std::uint32_t value) {
    enabled_ = D::Enable::in(value);
    if (!enabled_) return;
    left_ = words[R::DataLength::kOffset / 4] & 0xffff;
    CHECK_EQUAL(9u, D::BlockSize::get(value));
    fifo_.clear();
  }
  std::uint32_t take() {
    CHECK_TRUE(!fifo_.empty());  // the driver reads what is not there
    ++burst_;
    if (burst_ > longest_burst) longest_burst = burst_;
    if (fifo_.empty()) return 0;
    const std::uint32_t word = fifo_.front();
    fifo_.erase(fifo_.begin());
    return word;
  }
  void put(std::uint32_t word) {
    CHECK_TRUE(enabled_ && !from_card() && fifo_.size() < R::kFifoWords);
    ++burst_;
    if (burst_ > longest_burst) longest_burst = burst_;
    fifo_.push_back(word);
  }

  // The card's clock runs: up to a FIFO's worth moves.
  void move() {
    if (!enabled_ || left_ == 0) return;
    while (from_card() && sends() && left_ != 0 && fifo_.size() < R::kFifoWords) {
      std::uint32_t word = 0;
      if (!read_word(word)) return fail(B::DataCrcFail::kMask);
      fifo_.push_back(word);
      moved();
    }
    while (!from_card() && receives() && left_ != 0 && !fifo_.empty()) {
      if (!write_word(fifo_.front())) return fail(B::DataCrcFail::kMask);
      fifo_.erase(fifo_.begin());
      moved();
    }
  }
  void moved() {
    left_ -= 4;
    if (left_ == 0 && !due(faults.interrupt)) status_ |= B::DataEnd::kMask;
  }
  void fail(std::uint32_t bit) {
    status_ |= bit;
    enabled_ = false;
  }

  void execute(std::uint32_t value) {
    const unsigned index = R::Command::Index::get(value);
    if (index == drivers::sd::kGoIdle) clock_when_idle = words[R::Clock::kOffset / 4];
    std::uint32_t answer[4] = {};
    const bool answered = command(index, words[R::Argument::kOffset / 4], answer);
    if (!R::Command::Response::in(value)) {
      status_ |= B::CmdSent::kMask;
    } else if (!answered) {
      status_ |= B::CmdTimeOut::kMask;
    } else {
      // An answer without a check sum looks like one with a wrong one.
      status_ |= index == drivers::sd::kAppOpCond ? B::CmdCrcFail::kMask : B::CmdRespEnd::kMask;
      std::memcpy(&words[R::Response<0>::kOffset / 4], answer, sizeof answer);
    }
  }

  std::uint32_t status_ = 0;
  std::vector<std::uint32_t> fifo_;
  bool enabled_ = false;
  std::uint32_t left_ = 0;
  unsigned burst_ = 0;
};

}  // namespace mink::fakes
