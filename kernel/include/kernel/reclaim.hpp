// SPDX-License-Identifier: MIT
// Memory under pressure: kswapd, waiting for memory, and the killer of last resort (docs/decisions/reclaim.md).
#pragma once
#include <base/err.hpp>
#include <cstddef>
#include <lib/text_sink.hpp>

struct task_struct;

namespace mink::kernel {

// Boot step: from here on the page allocator can wake kswapd, wait, and kill; mempools wait for their elements. Thread
// context, after the service threads. Panics without memory.
void init_reclaim();

// kswapd, for tests and figures; nullptr before init_reclaim().
[[nodiscard]] task_struct* kswapd_task();

// Gives back what slab and every shrinker have to give, until a round gives nothing. Returns the number of pages.
// May sleep. (Linux: echo 2 > /proc/sys/vm/drop_caches.)
std::size_t drop_slab();

// The task may be killed when nothing else can give memory: from now on the pages it takes are counted for it. Being
// killed means: kthread_should_stop() becomes true, its sleep ends, its allocations fail fast; when it returns from its
// function (or already when it ends by a fault) `release`, if not null, is called by it to free what it holds. `release`
// is called at every end, killed or not, and may sleep. Thread context.
// NoMem: kMaxKillable threads are killable already; Exist: this one is.
inline constexpr unsigned kMaxKillable = 31;
Err set_oom_killable(task_struct* task, void (*release)(task_struct* task, void* data) = nullptr,
                     void* data = nullptr);

// Pages that a killable thread took and that are not free yet. O(pages of the machine).
[[nodiscard]] std::size_t pages_held(task_struct* task);

// The largest caches, every killable thread with what they hold, and the largest callers: of pages always, of slab objects
// with track=on. Thread context. O(pages of the machine).
void show_memory_users(TextSink& out);

// For kernel/sched: the thread leaves; calls its release hook, ends its account. Thread context, may sleep.
void leave_oom(task_struct& task);

}  // namespace mink::kernel
