// SPDX-License-Identifier: MIT
// Workqueues as the boot sequence sees them; users: <linux/workqueue.h>.
#pragma once

namespace mink::kernel {
// Starts the system's own queue. Needs threads, timers and kmalloc.
void workqueue_init();
}  // namespace mink::kernel
