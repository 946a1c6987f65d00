// SPDX-License-Identifier: MIT
// RCU's callbacks run in a softirq.
#pragma once

namespace mink::kernel {

void rcu_init();

// The tick, with the preempt_count of what it interrupted: zero means that no reader was at work.
void rcu_tick(unsigned interrupted_preempt_count);

}  // namespace mink::kernel
