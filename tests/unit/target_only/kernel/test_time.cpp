// SPDX-License-Identifier: MIT
// The live tick, clock and timers.
#include <CppUTest/TestHarness.h>

#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/timer.h>

#include <arch/cpu.hpp>
#include <arch/irq.hpp>
#include <initializer_list>
#include <kernel/clock.hpp>
#include <kernel/console.hpp>
#include <kernel/irq_core.hpp>
#include <kernel/timer_wheel.hpp>
#include <sync/preempt.hpp>

using namespace mink;

namespace {

struct Probe {
  timer_list timer;
  volatile unsigned fired;
  unsigned long at;
  int order;
  bool in_interrupt;
  void (*also)(Probe& self);
};
int order = 0;

void fire(timer_list* timer) {
  Probe* probe = from_timer(probe, timer, timer);
  probe->fired = probe->fired + 1;
  probe->at = jiffies;
  probe->order = ++order;
  probe->in_interrupt = ::in_interrupt() != 0;
  if (probe->also != nullptr) probe->also(*probe);
}

// Ticks, for what comes soon on any host that runs us at all.
constexpr unsigned kPatience = 60 * HZ;

void wait_jiffies(unsigned long count) {
  const unsigned long end = jiffies + count;
  while (time_before(jiffies, end)) arch::wait_for_interrupt();
}

}  // namespace

TEST_GROUP(Time) {
  Probe a{}, b{}, c{};

  void setup() override {
    order = 0;
    for (Probe* p : {&a, &b, &c}) timer_setup(&p->timer, fire, 0);
  }
  void teardown() override {
    for (Probe* p : {&a, &b, &c}) del_timer_sync(&p->timer);
    CHECK_TRUE(kernel::timer_wheel().check());
  }
};

TEST(Time, the_tick_counts_jiffies_by_the_clock) {
  // How far the clock is ahead of jiffies, in ns. A host that stops us makes a tick late, so that the least of some is
  // what counts; and the next tick makes up for it, or the second figure would be larger than the first.
  const auto ahead = [first = jiffies] {
    std::int64_t least = INT64_MAX;
    for (const unsigned long end = jiffies + 10; time_before(jiffies, end); arch::wait_for_interrupt()) {
      const arch::IrqGuard guard;
      const auto counted = static_cast<std::int64_t>(jiffies - first) * 10'000'000;
      const std::int64_t now = static_cast<std::int64_t>(kernel::uptime_ns()) - counted;
      if (now < least) least = now;
    }
    return least;
  };
  const std::int64_t before = ahead();
  wait_jiffies(20);
  const std::int64_t after = ahead();
  CHECK_TRUE(after - before < 10'000'000);
  CHECK_TRUE(before - after < 10'000'000);
}

TEST(Time, ticks_that_could_not_be_delivered_are_made_up) {
  unsigned long flags;
  local_irq_save(flags);
  const unsigned long j = jiffies;
  mdelay(55);
  CHECK_EQUAL(j, jiffies);
  local_irq_restore(flags);
  wait_jiffies(1);  // until the tick is delivered
  CHECK_TRUE(jiffies - j >= 5);
}

TEST(Time, the_64_bit_count_agrees) {
  const arch::IrqGuard guard;
  CHECK_EQUAL(static_cast<unsigned long>(get_jiffies_64()), jiffies);
}

TEST(Time, a_delay_lasts) {
  for (const unsigned long us : {1ul, 50ul, 3000ul}) {
    const std::uint64_t start = kernel::uptime_ns();
    udelay(us);
    CHECK_TRUE(kernel::uptime_ns() - start >= us * 1000);
  }
  const ktime_t start = ktime_get();
  mdelay(2);
  CHECK_TRUE(ktime_us_delta(ktime_get(), start) >= 2000);
}

TEST(Time, the_clock_never_goes_back) {
  std::uint64_t last = kernel::uptime_ns();
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t now = kernel::uptime_ns();
    CHECK_TRUE(now >= last);
    last = now;
  }
}

TEST(Time, timers_fire_in_order_at_their_jiffy) {
  arch::IrqState state = arch::irq_save();
  const unsigned long now = jiffies;
  mod_timer(&b.timer, now + 5);
  mod_timer(&a.timer, now + 3);
  mod_timer(&c.timer, now + 5);
  CHECK_TRUE(timer_pending(&a.timer) != 0);
  arch::irq_restore(state);
  // At each jiffy that a thread sees, those have fired that are due, and no other. A host that stops us makes several
  // jiffies pass at once.
  for (unsigned long j = now; time_before(j, now + 5);) {
    arch::wait_for_interrupt();
    const arch::IrqGuard guard;
    j = jiffies;
    CHECK_EQUAL(time_after_eq(j, now + 3) ? 1u : 0u, a.fired);
    CHECK_EQUAL(time_after_eq(j, now + 5) ? 1u : 0u, b.fired);
    CHECK_EQUAL(b.fired, c.fired);
  }
  CHECK_EQUAL(1, a.order);
  CHECK_EQUAL(2, b.order);
  CHECK_EQUAL(3, c.order);
  CHECK_TRUE(a.in_interrupt);
  CHECK_EQUAL(0, timer_pending(&a.timer));
}

TEST(Time, timers_of_a_timer) {
  static Probe* other;
  other = &b;
  a.also = [](Probe& self) {
    if (self.fired < 4) mod_timer(&self.timer, jiffies + 1);
    if (self.fired == 2) del_timer(&other->timer);
  };
  mod_timer(&b.timer, jiffies + kPatience);
  mod_timer(&a.timer, jiffies + 1);
  for (unsigned waited = 0; waited < kPatience && a.fired < 4; ++waited) wait_jiffies(1);
  CHECK_EQUAL(4u, a.fired);
  CHECK_EQUAL(0, timer_pending(&b.timer));
  CHECK_EQUAL(0u, b.fired);
}

TEST(Time, a_stopped_timer_stays_stopped) {
  {
    const arch::IrqGuard guard;
    a.timer.expires = jiffies + 2;
    add_timer(&a.timer);
    CHECK_EQUAL(1, del_timer_sync(&a.timer));
  }
  CHECK_EQUAL(0, del_timer(&a.timer));
  CHECK_EQUAL(0, mod_timer_pending(&a.timer, jiffies + 1));
  wait_jiffies(4);
  CHECK_EQUAL(0u, a.fired);
}

TEST(Time, waiting_for_input_ends) {
  const unsigned long start = jiffies;
  CHECK_EQUAL(kernel::ConsoleInput::kNone, kernel::console_getc_timeout(30));
  CHECK_TRUE(jiffies - start >= 3);
}

TEST(Time, measuring_costs_little) {
  constexpr unsigned kLoops = 1000;
  const std::uint64_t start = kernel::cycles_now();
  for (unsigned i = 0; i < kLoops; ++i) asm volatile("" ::: "memory");
  const std::uint64_t cycles = kernel::cycles_now() - start;
  CHECK_TRUE(kernel::cycles_hz() >= 1'000'000);
  CHECK_TRUE(kernel::cycles_to_ns(cycles) > 0);
}

// What soak does beside its other work: at each tick an allocation, freed ten ticks later.
TEST(Time, a_timer_may_allocate_atomically) {
  static void* held[10];
  static unsigned made, failed;
  made = failed = 0;
  a.also = [](Probe& self) {
    void*& slot = held[made++ % 10];
    kfree(slot);
    slot = kmalloc(128, GFP_ATOMIC);
    if (slot == nullptr) ++failed;
    mod_timer(&self.timer, jiffies + 1);
  };
  mod_timer(&a.timer, jiffies + 1);
  // The host may stop us, and jiffies made up are one call.
  for (unsigned waited = 0; waited < kPatience && *static_cast<volatile unsigned*>(&made) < 25; ++waited)
    wait_jiffies(1);
  del_timer_sync(&a.timer);
  for (void*& slot : held) {
    kfree(slot);
    slot = nullptr;
  }
  CHECK_TRUE(made >= 25);
  CHECK_EQUAL(0u, failed);
}
