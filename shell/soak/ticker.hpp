// SPDX-License-Identifier: MIT
// The timer beside a soak: each tick it allocates with GFP_ATOMIC in interrupt context, and frees what it
// took ten ticks ago.
#pragma once
#include <linux/timer.h>

#include "soak/churn.hpp"

namespace mink::shell {

class Ticker {
 public:
  void start(std::uint32_t seed);
  // Stops it and frees what it holds.
  void stop();

  [[nodiscard]] unsigned long allocations() const { return churn_.successes(); }
  [[nodiscard]] unsigned long failures() const { return churn_.failures(); }
  [[nodiscard]] unsigned long faults() const { return churn_.faults(); }

 private:
  static void fire(timer_list* timer);

  timer_list timer_{};
  Churn churn_{1};
};
static_assert(Churn::kHeld == 10, "ticks that an allocation lives");

}  // namespace mink::shell
