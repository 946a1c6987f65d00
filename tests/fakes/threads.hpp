// SPDX-License-Identifier: MIT
// Threads for host tests: the test itself is the first one, and the idle thread is the passage of time.
#pragma once
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <arch/irq.hpp>
#include <kernel/tick.hpp>
#include <memory>
#include <new>
#include <sync/preempt.hpp>
#include <vector>
#include "CppUTest/TestHarness.h"
#include "sched/scheduler.hpp"

namespace mink::fakes {

class FakeThreads {
 public:
  FakeThreads() {
    ::new (&kernel::scheduler) kernel::Scheduler{};
    sync::mink_preempt_count = 0;
    sync::mink_need_resched = false;
    kernel::scheduler.start(boot_, "test", 16);
    kernel::Thread& idle = make(pass_time, this, 31, "idle");
    kernel::scheduler.set_idle(idle);
  }

  // A thread that will run body(data) when woken. When body returns it is dead.
  kernel::Thread& make(void (*body)(void*), void* data, int prio, const char* name) {
    auto slot = std::make_unique<Slot>();
    slot->body = body;
    slot->data = data;
    slot->stack.resize(kStack / sizeof(std::max_align_t));
    slot->thread.context = arch::context_prepare(slot->stack.data(), kStack, run, slot.get());
    kernel::scheduler.add(slot->thread, name, prio);
    slots_.push_back(std::move(slot));
    return slots_.back()->thread;
  }
  kernel::Thread& start(void (*body)(void*), void* data, int prio = 16, const char* name = "worker") {
    kernel::Thread& thread = make(body, data, prio, name);
    kernel::scheduler.wake(thread);
    return thread;
  }

  // One tick, as the interrupt would deliver it; true if it asked for another thread.
  static bool tick() {
    jiffies = jiffies + 1;
    sync::mink_preempt_count += sync::kHardirqOffset;
    kernel::run_timers();
    kernel::scheduler.tick();
    sync::mink_preempt_count -= sync::kHardirqOffset;
    return sync::mink_need_resched;
  }

  unsigned long idle_ticks = 0;

 private:
  static constexpr std::size_t kStack = 128 * 1024;
  struct Slot {
    kernel::Thread thread{};
    void (*body)(void*) = nullptr;
    void* data = nullptr;
    std::vector<std::max_align_t> stack;
  };

  static void run(void* slot_pointer) {
    auto& slot = *static_cast<Slot*>(slot_pointer);
    arch::irq_enable();
    slot.body(slot.data);
    slot.thread.__state = TASK_DEAD;
    kernel::scheduler.schedule();
    FAIL("a dead thread ran");
  }

  static void pass_time(void* self_pointer) {
    auto& self = *static_cast<FakeThreads*>(self_pointer);
    for (;;) {
      if (++self.idle_ticks > 100'000) FAIL("everybody sleeps, for ever");
      tick();
      schedule();
    }
  }

  kernel::Thread boot_{};
  std::vector<std::unique_ptr<Slot>> slots_;
};

}  // namespace mink::fakes
