// SPDX-License-Identifier: MIT
// The fixed stacks: the main one (SVC mode, from boot on), the interrupt stack, one for each mode that a
// fault enters. Each lies in the image's bss with a guard below it, which the final tables leave unmapped.
#pragma once
#include <array>
#include <base/addr.hpp>

namespace mink::arch::arm {

struct Stack {
  const char* name;
  VirtAddr guard;  // an overflow touches [guard, low) first
  VirtAddr low;    // the stack is [low, top); sp starts at top
  VirtAddr top;
  [[nodiscard]] constexpr bool holds(VirtAddr sp) const { return sp > low && sp <= top; }
  [[nodiscard]] constexpr bool guards(VirtAddr address) const {
    return address >= guard && address <= low && top > low;
  }
};

// All of them. Their guards are page aligned and are to be left unmapped by whoever maps the image.
using FixedStacks = std::array<Stack, 5>;
FixedStacks fixed_stacks();

// The running thread's; all zero while that is the main stack.
Stack running_stack();

}  // namespace mink::arch::arm
