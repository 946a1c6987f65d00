// SPDX-License-Identifier: MIT
// Functions that may sleep where nobody may: reported once for each place, then served without sleeping. And what is
// left to threads instead.
#include <cstring>
#include <iterator>

#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mempool.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "reclaim/parts.hpp"
#include "unit/target_only/kernel/reclaim/contexts.hpp"
#include "unit/target_only/kernel/reclaim/pressure.hpp"

using namespace mink;
using namespace mink::contexts;
using namespace mink::pressure;

namespace {

volatile bool got;
unsigned wrong() { return pages().events().wrong_contexts; }

// Each body is a place of its own: the reports are once for each.
noinline void slab_body() {
  void* const p = kmalloc(100, GFP_KERNEL);
  got = p != nullptr;
  kfree(p);
}
noinline void pages_body() {
  page* const p = alloc_pages(GFP_KERNEL, 1);
  got = p != nullptr;
  __free_pages(p, 1);
}
noinline void atomic_body() {
  void* const p = kmalloc(100, GFP_ATOMIC);
  got = p != nullptr;
  kfree(p);
}

unsigned times_logged(const char* text) {
  unsigned n = 0;
  for (const char* at = fakes::take_log(); (at = std::strstr(at, text)) != nullptr; at += std::strlen(text))
    ++n;
  return n;
}

}  // namespace

PRESSURE_TEST_GROUP(Contexts);

TEST(Contexts, AMaskThatMaySleepIsReportedOnceForEachPlaceAndServed) {
  constexpr const char* kSentence = "BUG: sleeping function called from invalid context";
  kfree(kmalloc(100, GFP_KERNEL));  // the object that follows comes off the fast path
  for (void (*const body)() : {slab_body, pages_body}) {
    fakes::take_log();
    const unsigned before = wrong();
    for (auto* const context : contexts::kAll) {
      got = false;
      context(body);
      CHECK(got);
    }
    UNSIGNED_LONGS_EQUAL(before + std::size(contexts::kAll), wrong());
    CHECK(fakes::logged("use GFP_ATOMIC here"));
    CHECK(fakes::logged("in_atomic(): 1, irqs_disabled(): 0"));
    CHECK(fakes::logged(body == slab_body ? "slab_body" : "pages_body"));
    UNSIGNED_LONGS_EQUAL(1, times_logged(kSentence));
  }
}

TEST(Contexts, GfpAtomicIsFineEverywhere) {
  const unsigned before = wrong();
  fakes::take_log();
  for (auto* const context : contexts::kAll) {
    context(atomic_body);
    CHECK(got);
  }
  UNSIGNED_LONGS_EQUAL(before, wrong());
  CHECK_FALSE(fakes::logged("BUG"));
}

TEST(Contexts, AMutexUnderASpinlockIsReported) {
  static DEFINE_MUTEX(mutex);
  fakes::take_log();
  under_spinlock([] {
    mutex_lock(&mutex);
    mutex_unlock(&mutex);
  });
  CHECK(fakes::logged("BUG: sleeping function called from invalid context at "));
  CHECK(fakes::logged("sleeping_locks.cpp"));
  CHECK(fakes::logged("preempt_count: 1, expected: 0"));
}

TEST(Contexts, VmallocIsRefusedByNameInAnInterrupt) {
  fakes::take_log();
  in_tasklet([] { got = vmalloc(100) != nullptr; });
  CHECK_FALSE(got);
  CHECK(fakes::logged("vmalloc: called in atomic context"));
}

TEST(Contexts, VfreeFromAnInterruptIsDoneByAWorkqueue) {
  static void* area;
  kernel::start_deferred_work();
  const std::size_t free = pages().free_pages();
  area = vmalloc(10 * 4096);
  const std::size_t owned = mm::kernel_memory().vmalloc.figures().owned_pages;
  bool freed_at_once = true;
  static std::size_t free_inside;
  in_timer([] {
    vfree(area);
    free_inside = pages().free_pages();
  });
  freed_at_once = free_inside >= free;
  CHECK_FALSE(freed_at_once);
  UNSIGNED_LONGS_EQUAL(owned - 10, mm::kernel_memory().vmalloc.figures().owned_pages);
  schedule_timeout_uninterruptible(3);
  CHECK(pages().free_pages() + 4 >= free);  // without a call of ours; tables and books may stay
}

TEST(Contexts, AnEmptyPoolIsWaitedForOnlyWhereSleepingIsAllowed) {
  kernel::start_deferred_work();
  // An allocator that has nothing once the pool is made.
  static bool dry;
  dry = false;
  mempool_t* const pool = mempool_create(
      1, [](gfp_t gfp, void*) { return dry ? nullptr : kmalloc(64, gfp); }, [](void* p, void*) { kfree(p); },
      nullptr);
  CHECK(pool != nullptr);
  dry = true;
  void* const first = mempool_alloc(pool, GFP_KERNEL);
  CHECK(first != nullptr);
  const unsigned long slept = current->nvcsw;
  POINTERS_EQUAL(nullptr, mempool_alloc(pool, GFP_ATOMIC));
  POINTERS_EQUAL(nullptr, mempool_alloc(pool, GFP_NOWAIT));
  UNSIGNED_LONGS_EQUAL(slept, current->nvcsw);
  struct Job {
    mempool_t* pool;
    void* element;
    task_struct* waiter;
    volatile bool woke_it;
  } job{pool, first, current, false};
  task_struct* const other = kthread_run(
      [](void* data) {
        auto& j = *static_cast<Job*>(data);
        schedule_timeout_uninterruptible(4);
        mempool_free(j.element, j.pool);
        j.woke_it = j.waiter->__state == TASK_RUNNING;
        while (!kthread_should_stop()) schedule_timeout_uninterruptible(1);
        return 0;
      },
      &job, "returner");
  void* const second = mempool_alloc(pool, __GFP_WAIT);
  kthread_stop(other);
  POINTERS_EQUAL(first, second);
  CHECK(current->nvcsw > slept);
  CHECK_TRUE(job.woke_it);  // it did not just look again by itself
  mempool_free(second, pool);
  mempool_destroy(pool);
}

TEST(Contexts, PagesOfATypesafeCacheWaitForItsReaders) {
  kernel::start_deferred_work();
  kmem_cache* const cache = kmem_cache_create("typesafe", 512, 0, SLAB_TYPESAFE_BY_RCU, nullptr);
  auto* const object = static_cast<volatile unsigned*>(kmem_cache_alloc(cache, GFP_KERNEL));
  const std::size_t free = pages().free_pages();
  rcu_read_lock();
  *object = 0x1234;
  kmem_cache_free(cache, const_cast<unsigned*>(object));
  kmem_cache_shrink(cache);
  const std::size_t inside = pages().free_pages();
  const unsigned seen = *object;  // still its memory
  rcu_read_unlock();
  UNSIGNED_LONGS_EQUAL(free, inside);
  UNSIGNED_LONGS_EQUAL(0x1234, seen);
  synchronize_rcu();
  CHECK(pages().free_pages() > free);
  LONGS_EQUAL(0, kmem_cache_destroy(cache));
}
