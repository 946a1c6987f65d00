// SPDX-License-Identifier: MIT
// What mm leaves to threads: waiting for an element of a pool, unmapping what an interrupt freed, freeing pages when
// their readers have finished, giving back slabs that have become empty.
#include <arch/irq.hpp>
#include <mm/kernel_memory.hpp>
#include <mm/mempool.hpp>
#include <sync/preempt.hpp>

#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "reclaim/parts.hpp"

namespace mink::kernel {
namespace {

// One queue for all pools: waiters are few, and each looks at its own pool. A pool's allocator may have memory again
// without anybody giving an element back: hence the limit (Linux's).
constexpr long kPoolLook = 5 * HZ;
DECLARE_WAIT_QUEUE_HEAD(pool_wait);

bool wait_for_element(mempool_t& pool) {
  if (sync::in_atomic() || arch::irqs_disabled()) return false;
  DEFINE_WAIT(wait);
  prepare_to_wait(&pool_wait, &wait, TASK_UNINTERRUPTIBLE);
  if (*const_cast<volatile int*>(&pool.curr_nr) == 0) schedule_timeout(kPoolLook);
  finish_wait(&pool_wait, &wait);
  return true;
}

void element_is_back(mempool_t&) {
  if (waitqueue_active(&pool_wait) != 0) wake_up_all(&pool_wait);
}

DECLARE_WORK(unmap_work, [](work_struct*) { mm::kernel_memory().vmalloc.free_deferred(); });

// As Linux's SLAB: an idle machine gets its memory back without anybody asking for it.
constexpr unsigned long kReapTicks = 2 * HZ;
void reap(work_struct* work) {
  mm::kernel_memory().slab.reap();
  schedule_delayed_work(to_delayed_work(work), kReapTicks);
}
DECLARE_DELAYED_WORK(reap_work, reap);

}  // namespace

void start_deferred_work() {
  mm::set_mempool_sleep({wait_for_element, element_is_back});
  mm::kernel_memory().vmalloc.set_deferral([] { schedule_work(&unmap_work); });
  mm::kernel_memory().slab.set_grace_period(call_rcu);
  schedule_delayed_work(&reap_work, kReapTicks);
}

}  // namespace mink::kernel
