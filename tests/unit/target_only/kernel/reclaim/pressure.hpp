// SPDX-License-Identifier: MIT
// Memory held down to a mark of the page allocator, on the live machine, and a thread that shows that others run.
#pragma once
#include <CppUTest/TestHarness.h>

#include <kernel/held_pages.hpp>
#include <kernel/reclaim.hpp>
#include <mm/kernel_memory.hpp>

#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>

#include "fakes/log.hpp"

namespace mink::pressure {

inline mm::PageAllocator& pages() { return mm::kernel_memory().pages; }

using Held = kernel::HeldPages;
// Ticks, for what comes soon on any host that runs us at all. Who waits for so long has found a bug.
constexpr int kPatience = 60 * HZ;
constexpr gfp_t kToMin = 0;
constexpr gfp_t kToNothing = __GFP_MEMALLOC;

// Counts for as long as it lives, at the test's own priority.
class Bystander {
 public:
  Bystander() { task_ = kthread_run(run, this, "bystander"); }
  ~Bystander() { kthread_stop(task_); }
  [[nodiscard]] unsigned ran() const { return count_; }

 private:
  static int run(void* self) {
    auto& me = *static_cast<Bystander*>(self);
    while (!kthread_should_stop()) {
      me.count_ = me.count_ + 1;
      yield();
    }
    return 0;
  }
  task_struct* task_;
  volatile unsigned count_ = 0;
};

// Nothing in caches that could be reclaimed; what is free now is free at the end.
inline std::size_t settle() {
  schedule_timeout_uninterruptible(2);  // ended threads are freed by kthreadd
  mm::kernel_memory().vmalloc.purge();
  kernel::drop_slab();
  pages().drain_lists();
  return pages().free_pages();
}

}  // namespace mink::pressure

#define PRESSURE_TEST_GROUP(name)                                     \
  TEST_GROUP(name) {                                                  \
    std::size_t free_before = 0;                                      \
    void setup() override { free_before = mink::pressure::settle(); } \
    void teardown() override {                                        \
      UNSIGNED_LONGS_EQUAL(free_before, mink::pressure::settle());    \
      mink::fakes::take_log();                                        \
    }                                                                 \
  }
