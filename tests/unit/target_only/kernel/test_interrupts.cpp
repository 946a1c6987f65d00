// SPDX-License-Identifier: MIT
// Interrupts of the live machine, raised by software.
#include <CppUTest/TestHarness.h>

#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/timer.h>

#include <arch/barrier.hpp>
#include <arch/irq.hpp>
#include <board/devices.hpp>
#include <cstring>
#include <kernel/clock.hpp>
#include <kernel/irq_core.hpp>
#include <sync/preempt.hpp>

#include "fakes/log.hpp"

using namespace mink;

namespace {

// Raises the interrupt. The CPU takes it within a few instructions, if nothing holds it back.
void raise() {
  board::self_interrupt().raise();
  for (int i = 0; i < 1000; ++i) arch::compiler_barrier();
}
void lower() { board::self_interrupt().lower(); }

struct Seen {
  volatile unsigned calls = 0;
  int irq = -1;
  bool in_hardirq = false, in_softirq = true, masked = false, atomic = false;
  irqreturn_t answer = IRQ_HANDLED;
  bool lower = true;
};

irqreturn_t note(int irq, void* dev_id) {
  Seen& seen = *static_cast<Seen*>(dev_id);
  seen.calls = seen.calls + 1;
  seen.irq = irq;
  seen.in_hardirq = ::in_irq() != 0;
  seen.in_softirq = ::in_softirq() != 0;
  seen.atomic = ::in_atomic() != 0;
  seen.masked = arch::irqs_disabled();
  if (seen.lower) lower();
  return seen.answer;
}

// A handler that lets others in: first its own line, raised again, then the tick.
struct Nest {
  volatile unsigned depth = 0, calls = 0, deepest = 0;
  unsigned count[2] = {};        // preempt_count at each depth
  std::uintptr_t frame[2] = {};  // and where its frame is
  bool stack_intact = false;
  bool ticked = false;
  bool timer_waited = false;  // softirqs are for the outermost one's return
  timer_list timer{};
  volatile unsigned fired = 0;

  void enter() {
    const unsigned at = depth;
    count[at] = sync::preempt_count();
    frame[at] = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    calls = calls + 1;
    deepest = at > deepest ? at : deepest;
    if (at == 0) outer();
  }

 private:
  void outer() {
    volatile unsigned char mine[256];  // what a nested entry at the top of the stack would overwrite
    for (volatile unsigned char& byte : mine) byte = 0xa5;
    depth = 1;
    mod_timer(&timer, jiffies + 1);
    const unsigned long j = jiffies;
    arch::irq_enable();
    raise();
    constexpr std::uint64_t kPatience = 60'000'000'000;  // ns
    const std::uint64_t start = kernel::uptime_ns();
    while (jiffies == j && kernel::uptime_ns() - start < kPatience) {
    }
    ticked = jiffies != j;
    timer_waited = fired == 0;
    arch::irq_disable();
    depth = 0;
    stack_intact = true;
    for (const volatile unsigned char& byte : mine) stack_intact = stack_intact && byte == 0xa5;
  }
};

}  // namespace

TEST_GROUP(Interrupts) {
  const unsigned kIrq = board::self_interrupt().irq;
  Seen a, b;
  unsigned before = 0;

  void setup() override { before = sync::preempt_count(); }
  void teardown() override {
    lower();
    CHECK_EQUAL(before, sync::preempt_count());
    CHECK_FALSE(arch::irqs_disabled());
  }
};

TEST(Interrupts, a_raised_line_calls_its_handler_at_once) {
  LONGS_EQUAL(0, request_irq(kIrq, note, 0, "test", &a));
  const unsigned count = kernel::irq_core().count(kIrq);
  raise();
  CHECK_EQUAL(1u, a.calls);
  CHECK_EQUAL(static_cast<int>(kIrq), a.irq);
  CHECK_EQUAL(count + 1, kernel::irq_core().count(kIrq));
  STRCMP_EQUAL("test", static_cast<const char*>(free_irq(kIrq, &a)));
}

TEST(Interrupts, the_handlers_context_is_a_hard_interrupt) {
  request_irq(kIrq, note, 0, "test", &a);
  CHECK_FALSE(::in_interrupt() != 0);
  raise();
  free_irq(kIrq, &a);
  CHECK_TRUE(a.in_hardirq);
  CHECK_TRUE(a.atomic);
  CHECK_TRUE(a.masked);
  CHECK_FALSE(a.in_softirq);
}

TEST(Interrupts, sharers_are_all_called) {
  a.lower = false;
  a.answer = IRQ_NONE;
  LONGS_EQUAL(0, request_irq(kIrq, note, IRQF_SHARED, "a", &a));
  LONGS_EQUAL(0, request_irq(kIrq, note, IRQF_SHARED, "b", &b));
  raise();
  CHECK_EQUAL(1u, a.calls);
  CHECK_EQUAL(1u, b.calls);
  free_irq(kIrq, &a);
  raise();
  free_irq(kIrq, &b);
  CHECK_EQUAL(1u, a.calls);
  CHECK_EQUAL(2u, b.calls);
}

TEST(Interrupts, held_back_by_the_cpu_and_by_the_line) {
  request_irq(kIrq, note, 0, "test", &a);
  unsigned long flags;
  local_irq_save(flags);
  CHECK_TRUE(irqs_disabled() != 0);
  raise();
  CHECK_EQUAL(0u, a.calls);
  local_irq_restore(flags);
  CHECK_EQUAL(1u, a.calls);

  disable_irq(kIrq);
  raise();
  CHECK_EQUAL(1u, a.calls);
  enable_irq(kIrq);
  CHECK_EQUAL(2u, a.calls);
  free_irq(kIrq, &a);
}

TEST(Interrupts, a_freed_line_is_silent) {
  request_irq(kIrq, note, 0, "test", &a);
  free_irq(kIrq, &a);
  raise();
  CHECK_EQUAL(0u, a.calls);
}

TEST(Interrupts, an_entry_with_nothing_pending_is_counted) {
  const unsigned spurious = kernel::irq_core().spurious();
  arch::IrqState state = arch::irq_save();
  // The tick may be waiting: then the first entry has something to do.
  mink_irq_entry(nullptr);
  mink_irq_entry(nullptr);
  arch::irq_restore(state);
  CHECK_TRUE(kernel::irq_core().spurious() > spurious);
}

TEST(Interrupts, nest_in_a_handler_that_enables_them) {
  Nest nest;
  timer_setup(
      &nest.timer,
      [](timer_list* t) {
        Nest* self = from_timer(self, t, timer);
        self->fired = self->fired + 1;
      },
      0);
  const irq_handler_t handler = [](int, void* context) {
    lower();
    static_cast<Nest*>(context)->enter();
    return IRQ_HANDLED;
  };
  LONGS_EQUAL(0, request_irq(kIrq, handler, 0, "nest", &nest));
  raise();
  free_irq(kIrq, &nest);
  del_timer_sync(&nest.timer);
  CHECK_EQUAL(2u, nest.calls);
  CHECK_EQUAL(1u, nest.deepest);
  CHECK_EQUAL(before + sync::kHardirqOffset, nest.count[0]);
  CHECK_EQUAL(before + 2 * sync::kHardirqOffset, nest.count[1]);
  CHECK_TRUE(nest.frame[1] < nest.frame[0]);
  CHECK_TRUE(nest.frame[0] - nest.frame[1] < 2048);  // further down the same stack
  CHECK_TRUE(nest.stack_intact);
  CHECK_TRUE(nest.ticked);
  CHECK_TRUE(nest.timer_waited);
  CHECK_EQUAL(1u, nest.fired);
}

TEST(Interrupts, registers_survive) {
  request_irq(kIrq, note, 0, "test", &a);
  const board::SelfInterrupt self = board::self_interrupt();
  unsigned result = 0;
  // Values in every register that a C compiler may use, an interrupt in their midst, flags included.
  asm volatile(
      "  mov r0, #1\n  mov r1, #2\n  mov r2, #3\n  mov r4, #5\n  mov r5, #6\n  mov r6, #7\n  mov r7, #8\n"
      "  mov r8, #9\n  mov r10, #11\n  mov r12, #13\n  mov lr, #15\n"
      "  cmp r0, r0\n"
      "  str %[value], [%[raise]]\n"
      "  nop\n  nop\n  nop\n  nop\n  nop\n  nop\n  nop\n  nop\n"
      "  addeq %[out], r0, r1\n  add %[out], %[out], r2\n  add %[out], %[out], r4\n  add %[out], %[out], r5\n"
      "  add %[out], %[out], r6\n  add %[out], %[out], r7\n  add %[out], %[out], r8\n  add %[out], %[out], "
      "r10\n"
      "  add %[out], %[out], r12\n  add %[out], %[out], lr\n"
      : [out] "=&r"(result)
      : [raise] "r"(self.raise.at.raw()), [value] "r"(self.raise.value)
      : "r0", "r1", "r2", "r4", "r5", "r6", "r7", "r8", "r10", "r12", "lr", "cc", "memory");
  free_irq(kIrq, &a);
  CHECK_EQUAL(1u, a.calls);
  CHECK_EQUAL(80u, result);
}
