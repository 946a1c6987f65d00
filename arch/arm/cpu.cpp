// SPDX-License-Identifier: MIT
#include <arch/barrier.hpp>
#include <arch/cpu.hpp>
#include <arch/irq.hpp>

namespace mink::arch {

// ARM DDI 0301H, 3.2.22: WFI is a CP15 operation; the DSB before it empties the write buffer.
void wait_for_interrupt() {
  dsb();
  asm volatile("mcr p15, 0, %0, c7, c0, 4" ::"r"(0) : "memory");
}

void halt() {
  irq_disable();
  for (;;) wait_for_interrupt();
}

}  // namespace mink::arch
