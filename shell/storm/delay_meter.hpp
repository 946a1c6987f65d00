// SPDX-License-Identifier: MIT
// How late a periodic interrupt is: what delays it, its own entry apart, is code that has interrupts off.
#pragma once
#include <cstdint>

namespace mink::shell {

// In steps of any clock that the caller keeps to. No memory, no context: called from the handler.
class DelayMeter {
 public:
  struct Worst {
    std::uint64_t delay = 0;
    const void* at = nullptr;  // where interrupts were on again
  };

  // The first deadline is a period from `start`. period > 0.
  constexpr DelayMeter(std::uint64_t start, std::uint64_t period) : start_{start}, period_{period} {}

  // An interrupt is handled `now`. interrupted: the instruction that it interrupted; behind_others: the handler of
  // another interrupt ran just before, and part of the delay is its.
  constexpr void note(std::uint64_t now, const void* interrupted, bool behind_others) {
    const std::uint64_t periods = now > start_ ? (now - start_) / period_ : 0;
    const std::uint64_t first = start_ + (met_ + 1) * period_;  // the deadline not yet met
    ++interrupts_;
    if (periods <= met_) {  // early by the clock's rounding
      ++met_;
      return;
    }
    missed_ += periods - met_ - 1;
    met_ = periods;
    const std::uint64_t delay = now - first;
    if (delay < least_) least_ = delay;
    Worst& worst = behind_others ? behind_ : alone_;
    if (delay >= worst.delay) worst = {delay, interrupted};
  }

  [[nodiscard]] std::uint64_t interrupts() const { return interrupts_; }
  [[nodiscard]] std::uint64_t missed() const {
    return missed_;
  }  // deadlines without an interrupt of their own
  // The cost of the interrupt itself: the least delay seen.
  [[nodiscard]] std::uint64_t least() const { return least_ == UINT64_MAX ? 0 : least_; }
  [[nodiscard]] const Worst& alone() const { return alone_; }
  [[nodiscard]] const Worst& behind_others() const { return behind_; }

 private:
  std::uint64_t start_, period_;
  std::uint64_t met_ = 0;
  std::uint64_t interrupts_ = 0, missed_ = 0;
  std::uint64_t least_ = UINT64_MAX;
  Worst alone_{}, behind_{};
};

}  // namespace mink::shell
