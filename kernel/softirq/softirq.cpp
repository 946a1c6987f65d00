// SPDX-License-Identifier: MIT
// Softirqs: raised bits, served when the outermost interrupt returns or bottom halves are enabled again; what keeps coming
// back is left to ksoftirqd, so that threads go on.
#include <linux/sched.h>
#include <linux/softirq.h>
#include <arch/irq.hpp>
#include <array>
#include <base/assert.hpp>
#include <kernel/softirq.hpp>
#include <sync/preempt.hpp>

namespace mink::kernel {

namespace {

constexpr unsigned kMaxRestarts = 10;

struct Softirqs {
  std::uint32_t pending = 0;
  std::array<void (*)(), NR_SOFTIRQS> action{};
  task_struct* ksoftirqd = nullptr;
  std::array<unsigned long, NR_SOFTIRQS> served{};
};
constinit Softirqs softirqs{};

// Interrupts off on entry and return, on between.
void serve() {
  sync::mink_preempt_count += sync::kSoftirqOffset;
  for (unsigned restarts = 0; softirqs.pending != 0 && restarts < kMaxRestarts; ++restarts) {
    std::uint32_t pending = softirqs.pending;
    softirqs.pending = 0;
    arch::irq_enable();
    while (pending != 0) {
      const auto nr = static_cast<unsigned>(__builtin_ctz(pending));
      pending &= pending - 1;
      ++softirqs.served[nr];
      const unsigned before = sync::preempt_count();
      softirqs.action[nr]();
      if (sync::preempt_count() != before) {
        printk(KERN_ERR "BUG: softirq %u left with preempt_count 0x%08x, entered with 0x%08x\n", nr,
               sync::preempt_count(), before);
        sync::mink_preempt_count = before;
      }
    }
    arch::irq_disable();
  }
  sync::mink_preempt_count -= sync::kSoftirqOffset;
  if (softirqs.pending != 0 && softirqs.ksoftirqd != nullptr) wake_up_process(softirqs.ksoftirqd);
}

}  // namespace

void serve_softirqs() {
  if (softirqs.pending != 0 && !sync::in_interrupt()) serve();
}

unsigned long softirqs_served(unsigned nr) { return softirqs.served[nr]; }

bool softirqs_pending() { return softirqs.pending != 0; }

void set_ksoftirqd(task_struct& thread) { softirqs.ksoftirqd = &thread; }

}  // namespace mink::kernel

using namespace mink;
using kernel::softirqs;

extern "C" {

void open_softirq(int nr, void (*action)(void)) { softirqs.action[static_cast<std::size_t>(nr)] = action; }

void raise_softirq(unsigned int nr) {
  const arch::IrqGuard irqs_off;
  MINK_ASSERT(nr < NR_SOFTIRQS && softirqs.action[nr] != nullptr);
  softirqs.pending |= 1u << nr;
  // From a thread nothing is about to return from an interrupt: ksoftirqd serves it.
  if (!sync::in_interrupt() && softirqs.ksoftirqd != nullptr) wake_up_process(softirqs.ksoftirqd);
}

void local_bh_disable(void) {
  sync::mink_preempt_count += 2 * sync::kSoftirqOffset;
  asm volatile("" ::: "memory");
}

void local_bh_enable(void) {
  MINK_ASSERT(!sync::in_irq());
  asm volatile("" ::: "memory");
  // The preempt field keeps this thread here until the softirqs are served.
  sync::mink_preempt_count -= 2 * sync::kSoftirqOffset - sync::kPreemptOffset;
  if (softirqs.pending != 0 && !sync::in_interrupt() && !arch::irqs_disabled()) {
    const arch::IrqGuard irqs_off;
    kernel::serve_softirqs();
  }
  sync::preempt_enable();
}

}  // extern "C"
