// SPDX-License-Identifier: MIT
// Softirqs as kernel/irq and the boot sequence see them; users: <linux/interrupt.h>.
#pragma once

struct task_struct;

namespace mink::kernel {

// Serves what is pending unless an interrupt or softirq is being served below. Interrupts off; they are on while the
// actions run. Called when the outermost interrupt has been handled.
void serve_softirqs();

// Times an action ran since boot.
[[nodiscard]] unsigned long softirqs_served(unsigned nr);

// Opens the softirqs of tasklets and RCU; before the first interrupt.
void softirq_init();

[[nodiscard]] bool softirqs_pending();

// Who is woken when softirqs keep coming back, or are raised by a thread.
void set_ksoftirqd(task_struct& thread);

// Starts that thread. Needs threads.
void start_ksoftirqd();

}  // namespace mink::kernel
