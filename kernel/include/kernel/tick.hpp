// SPDX-License-Identifier: MIT
// The periodic interrupt: jiffies, and what runs at each of them.
#pragma once
#include <kernel/clock_source.hpp>

namespace mink::kernel {

// Starts the clock from `source` and HZ interrupts a second from `device` on `irq`. Once, with the interrupt
// controller there; interrupts may be off still. Panics if the line is taken.
void time_init(const ClockSource& source);
void tick_init(TickDevice& device, unsigned irq);

// What a tick does about timers: run_timers() itself, in the interrupt, unless another trigger is set (a
// softirq's).
void set_timer_trigger(void (*trigger)());
// Fires the timers that are due. From one context only.
void run_timers();

// Called at each tick, in the interrupt, after jiffies moved (a scheduler's time slice). One; nullptr for
// none. Returns the one that was there before.
using TickHook = void (*)();
TickHook set_tick_hook(TickHook hook);

}  // namespace mink::kernel
