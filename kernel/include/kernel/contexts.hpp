// SPDX-License-Identifier: MIT
// Boot steps: softirqs, threads, and the threads that serve others.
#pragma once

namespace mink::kernel {

// Softirqs run at the end of interrupts, timers in one of them. Interrupts off.
void init_softirqs();

// The boot code becomes thread 0, "init". Needs slab, vmalloc, the tick. Interrupts off.
void init_threads();

// ksoftirqd and the system workqueue. Thread context, interrupts on.
void start_service_threads();

}  // namespace mink::kernel
