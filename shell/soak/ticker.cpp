// SPDX-License-Identifier: MIT
// GFP_ATOMIC at every tick; see ticker.hpp.
#include "soak/ticker.hpp"

#include <linux/gfp.h>
#include <linux/jiffies.h>

namespace mink::shell {

void Ticker::start(std::uint32_t seed) {
  churn_ = Churn{seed};
  timer_setup(&timer_, fire, 0);
  mod_timer(&timer_, jiffies + 1);
}

void Ticker::stop() {
  del_timer_sync(&timer_);
  churn_.release_all();
}

void Ticker::fire(timer_list* timer) {
  auto* ticker = reinterpret_cast<Ticker*>(reinterpret_cast<char*>(timer) - offsetof(Ticker, timer_));
  ticker->churn_.step(GFP_ATOMIC | __GFP_NOWARN);
  mod_timer(timer, jiffies + 1);
}

}  // namespace mink::shell
