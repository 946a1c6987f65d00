// SPDX-License-Identifier: MIT
// Threads as the rest of the kernel starts and lists them; drivers use <linux/kthread.h>.
#pragma once
#include <linux/sched.h>
#include <lib/text_sink.hpp>

namespace mink::kernel {

inline constexpr int kPriorityDefault = 16;
inline constexpr int kPriorityIdle = 31;
inline constexpr std::size_t kThreadStackSize = 8192;

// Makes the calling code the first thread, and starts the idle thread and kthreadd, which frees threads that ended.
// Needs slab, vmalloc and timers. Once.
void sched_init();

// The scheduler's part of the periodic tick. Interrupt context.
void sched_tick();

// Ends the running thread: its function's result is `result`. Thread context, no lock held.
[[noreturn]] void thread_exit(int result);

// From now on might_sleep() looks.
void begin_sleep_checks();

// `ps`: a line a thread. Any context.
void show_threads(TextSink& out);

}  // namespace mink::kernel
