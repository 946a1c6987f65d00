// SPDX-License-Identifier: MIT
#include <arch/barrier.hpp>
#include <arch/cpu.hpp>
#include <arch/irq.hpp>
#include <arch_cpu/cpu.hpp>

namespace mink::arch {

// The DSB empties the write buffer: what the interrupt waits for may be in it.
void wait_for_interrupt() {
  dsb();
  wfi();
}

void halt() {
  irq_disable();
  for (;;) wait_for_interrupt();
}

}  // namespace mink::arch
