// SPDX-License-Identifier: MIT
// Stands in, weakly, for what the arch and the shell are about to bring. Goes away with that.
#include <arch/cpu.hpp>
#include <kernel/console.hpp>
#include <kernel/main.hpp>

namespace mink {

namespace arch {
[[gnu::weak]] void wait_for_interrupt() {
  asm volatile("mcr p15, 0, %0, c7, c10, 4\n\tmcr p15, 0, %0, c7, c0, 4" ::"r"(0) : "memory");
}
[[gnu::weak]] void halt() {
  for (;;) wait_for_interrupt();
}
[[gnu::weak]] void backtrace(FrameVisitor, void*, unsigned) {}
}  // namespace arch

namespace kernel {
[[gnu::weak]] int image_main() {
  for (;;) {
    const int byte = console_getc();
    if (byte == 'q') return 0;
    const char c = static_cast<char>(byte);
    console_write(&c, 1);
  }
}
}  // namespace kernel

}  // namespace mink
