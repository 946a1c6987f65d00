// SPDX-License-Identifier: MIT
// Timers by the jiffy at which they fire: start and stop in O(1), a tick with nothing to do in a few
// instructions.
#pragma once
#include <linux/timer.h>

#include <cstddef>

namespace mink::kernel {

// Level 0 has a slot for each of the next 256 jiffies. A slot of level 1 holds 256 jiffies, of level 2 64
// times as many, and so on; when level 0 comes round, the slot that has become near is dealt out to the level
// below. So a timer moves at most four times, and always fires at its very jiffy; those of one jiffy fire in
// the order of their start.
class TimerWheel {
 public:
  static constexpr unsigned kLevels = 5;
  static constexpr unsigned kNearBits = 8, kFarBits = 6;
  static_assert(kNearBits + (kLevels - 1) * kFarBits == 32, "the levels cover 32 bits of jiffies");

  // now: the jiffy that has passed; timers can fire from the next one on.
  constexpr explicit TimerWheel(unsigned long now) : next_{now + 1} {}
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  // As the Linux functions of the same names; any context.
  int mod(timer_list& timer, unsigned long expires);
  int del(timer_list& timer);
  int try_to_del_sync(timer_list& timer);

  // Fires all that are due up to and with `now`. From one context only, never inside itself; interrupts as
  // the caller has them, off for moments.
  void run(unsigned long now);

  // The timer whose function runs.
  [[nodiscard]] const timer_list* running() const { return running_; }
  [[nodiscard]] std::size_t pending() const { return pending_; }
  // Every link has its counterpart, every timer lies where its time belongs, the count is right. O(slots +
  // timers).
  [[nodiscard]] bool check() const;

 private:
  using Link = mink_timer_link;
  static constexpr unsigned kNear = 1u << kNearBits, kFar = 1u << kFarBits;

  [[nodiscard]] static unsigned shift_of(unsigned level) {
    return level == 0 ? 0 : kNearBits + (level - 1) * kFarBits;
  }
  [[nodiscard]] Link& slot(unsigned level, unsigned long jiffy);
  [[nodiscard]] Link& slot_for(unsigned long expires);
  void insert(timer_list& timer);
  void deal_out(unsigned level);
  void deal_out_near();
  timer_list* take_due();
  [[nodiscard]] bool check_slot(const Link& head, unsigned level, unsigned index, std::size_t& count) const;

  Link slots_[kNear + (kLevels - 1) * kFar] = {};  // heads of rings; all zero is empty too
  Link due_ = {};
  unsigned long next_;  // the first jiffy that was not yet run
  std::size_t pending_ = 0;
  timer_list* running_ = nullptr;
};

// The kernel's, which the Linux functions use.
TimerWheel& timer_wheel();

}  // namespace mink::kernel
