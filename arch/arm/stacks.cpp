// SPDX-License-Identifier: MIT
#include <arch_arm/stack_layout.h>
#include <arch/context.hpp>
#include <arch_arm/stacks.hpp>

extern "C" {
alignas(MINK_ABORT_TOP) [[gnu::section(".bss.stacks")]] constinit char mink_stacks[MINK_MAIN_TOP] = {};
}

namespace mink::arch::arm {
namespace {

constexpr bool power_of_two(unsigned n) { return (n & (n - 1)) == 0; }
static_assert(power_of_two(MINK_ABORT_STACK) && power_of_two(MINK_UNDEF_STACK) &&
              power_of_two(MINK_FIQ_STACK));
static_assert(MINK_UNDEF_TOP % (2 * MINK_UNDEF_STACK) == 0 && MINK_FIQ_TOP % (2 * MINK_FIQ_STACK) == 0);

VirtAddr at(unsigned offset) { return virt_of(mink_stacks) + offset; }

Stack stack(const char* name, unsigned guard_size, unsigned size, unsigned top) {
  return {name, at(top - size - guard_size), at(top - size), at(top)};
}

}  // namespace

FixedStacks fixed_stacks() {
  return {
      stack("abort", MINK_ABORT_STACK, MINK_ABORT_STACK, MINK_ABORT_TOP),
      stack("undefined", MINK_UNDEF_STACK, MINK_UNDEF_STACK, MINK_UNDEF_TOP),
      stack("FIQ", MINK_FIQ_STACK, MINK_FIQ_STACK, MINK_FIQ_TOP),
      stack("IRQ", kPageSize, MINK_IRQ_STACK, MINK_IRQ_TOP),
      stack("main", kPageSize, MINK_MAIN_STACK, MINK_MAIN_TOP),
  };
}

constinit Stack running{};

Stack running_stack() { return running; }

}  // namespace mink::arch::arm

void mink::arch::set_running_stack(const char* name, const void* stack, std::size_t size) {
  const VirtAddr low = virt_of(stack);
  arm::running = size == 0 ? arm::Stack{} : arm::Stack{name, low - kPageSize, low, low + size};
}
