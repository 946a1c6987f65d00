// SPDX-License-Identifier: MIT
// The tick's interrupt handler, jiffies, and the Linux face of the kernel's timers.
#include <linux/interrupt.h>
#include <linux/timer.h>

#include <base/log.h>
#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <kernel/clock.hpp>
#include <kernel/tick.hpp>
#include <kernel/timer_wheel.hpp>
#include <utility>

extern "C" {
constinit volatile unsigned long jiffies = INITIAL_JIFFIES;
}

namespace mink::kernel {

namespace {

constinit TimerWheel wheel{INITIAL_JIFFIES};
constinit unsigned long long jiffies_64 = INITIAL_JIFFIES;
constinit std::uint64_t cycles_per_tick = 0;
constinit std::uint64_t last_tick = 0;  // in the clock's steps: where the last jiffy began
using Trigger = void (*)();
constinit Trigger timer_trigger = run_timers;
constinit TickHook tick_hook = nullptr;

// How many jiffies have passed: one, unless interrupts were off for longer than that. By the clock, so that
// ticks that could not be delivered are not lost; to the nearest, because the two counters need not be in
// step.
unsigned long elapsed_jiffies() {
  std::uint64_t passed = monotonic_clock().cycles() - last_tick + cycles_per_tick / 2;
  unsigned long elapsed = 0;
  for (; passed >= cycles_per_tick && elapsed < 8; ++elapsed) passed -= cycles_per_tick;
  if (passed >= cycles_per_tick)
    elapsed += static_cast<unsigned long>(passed / cycles_per_tick);  // seldom: it costs
  return elapsed;
}

irqreturn_t on_tick(int, void* device) {
  if (!static_cast<TickDevice*>(device)->acknowledge()) return IRQ_NONE;
  const unsigned long elapsed = elapsed_jiffies();
  last_tick += elapsed * cycles_per_tick;
  jiffies_64 += elapsed;
  jiffies = static_cast<unsigned long>(jiffies_64);
  timer_trigger();
  if (tick_hook != nullptr) tick_hook();
  return IRQ_HANDLED;
}

}  // namespace

TimerWheel& timer_wheel() { return wheel; }

void time_init(const ClockSource& source) {
  monotonic_clock().start(source);
  cycles_per_tick = source.frequency_hz() / HZ;
}

void tick_init(TickDevice& device, unsigned irq) {
  const int error = request_irq(irq, on_tick, IRQF_TIMER, "timer", &device);
  if (error != 0) panic("the tick's irq %u: error %d\n", irq, error);
  const arch::IrqGuard guard;
  last_tick = monotonic_clock().cycles();
  device.start(HZ);
}

void set_timer_trigger(void (*trigger)()) { timer_trigger = trigger; }
TickHook set_tick_hook(TickHook hook) { return std::exchange(tick_hook, hook); }
void run_timers() { wheel.run(jiffies); }

}  // namespace mink::kernel

using mink::kernel::wheel;

extern "C" {

unsigned long long get_jiffies_64(void) {
  const mink::arch::IrqGuard guard;
  return mink::kernel::jiffies_64;
}

int mod_timer(struct timer_list* timer, unsigned long expires) { return wheel.mod(*timer, expires); }

int mod_timer_pending(struct timer_list* timer, unsigned long expires) {
  const mink::arch::IrqGuard guard;
  return timer_pending(timer) != 0 ? wheel.mod(*timer, expires) : 0;
}

void add_timer(struct timer_list* timer) {
  const mink::arch::IrqGuard guard;
  if (timer_pending(timer) != 0) {
    printk(KERN_WARNING "add_timer: the timer of %pS is pending\n", reinterpret_cast<void*>(timer->function));
    dump_stack();
    return;
  }
  wheel.mod(*timer, timer->expires);
}

int del_timer(struct timer_list* timer) { return wheel.del(*timer); }
int try_to_del_timer_sync(struct timer_list* timer) { return wheel.try_to_del_sync(*timer); }

int del_timer_sync(struct timer_list* timer) {
  const int result = wheel.try_to_del_sync(*timer);
  if (result >= 0) return result;
  // One CPU: a function that runs now runs below us on this stack, and would never end.
  printk(KERN_WARNING "del_timer_sync: inside the function of the timer, %pS\n",
         reinterpret_cast<void*>(timer->function));
  dump_stack();
  return wheel.del(*timer);
}

}  // extern "C"
