// SPDX-License-Identifier: MIT
// The timer beside a soak: each tick it allocates with GFP_ATOMIC in interrupt context, and frees what it
// took ten ticks ago.
#pragma once
#include <linux/timer.h>

#include "soak/exercise.hpp"

namespace mink::shell {

class Ticker {
 public:
  static constexpr unsigned kHeld = 10;  // ticks

  void start(std::uint32_t seed);
  // Stops it and frees what it holds.
  void stop();

  [[nodiscard]] unsigned long allocations() const { return allocations_; }
  [[nodiscard]] unsigned long failures() const { return failures_; }
  [[nodiscard]] unsigned long faults() const { return faults_; }

 private:
  static void fire(timer_list* timer);
  void tick();
  void give_back(Slot& slot);

  timer_list timer_{};
  Random random_{1};
  Slot held_[kHeld];
  unsigned at_ = 0;
  unsigned long allocations_ = 0;
  unsigned long failures_ = 0;
  unsigned long faults_ = 0;
};

}  // namespace mink::shell
