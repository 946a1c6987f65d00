// SPDX-License-Identifier: MIT
// The first frame of a thread, as context.S pops it.
#include "exception.hpp"

#include <arch/context.hpp>
#include <base/assert.hpp>
#include <cstdint>

extern "C" {
void mink_context_switch(void** from, void* to);
void mink_thread_start();
}

namespace mink::arch {

namespace {
struct SwitchFrame {
  std::uint32_t padding;  // r3
  std::uint32_t r4_to_r11[8];
  std::uint32_t pc;
};
static_assert(sizeof(SwitchFrame) % 8 == 0, "sp stays 8-byte aligned");
}  // namespace

ThreadContext context_prepare(void* stack, std::size_t size, void (*entry)(void*), void* argument) {
  const std::uintptr_t top = align_down(virt_of(stack).raw() + size, 8);
  MINK_ASSERT(size > sizeof(SwitchFrame));
  auto* frame = ptr_of<SwitchFrame>(VirtAddr{top - sizeof(SwitchFrame)});
  *frame = SwitchFrame{};
  frame->r4_to_r11[0] = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(entry));
  frame->r4_to_r11[1] = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(argument));
  frame->pc = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(&mink_thread_start));
  return frame;
}

void context_switch(ThreadContext& from, ThreadContext to) {
  void* const guards = arm::exchange_guards(nullptr);  // a new thread has none
  mink_context_switch(&from, to);
  arm::exchange_guards(guards);
}

}  // namespace mink::arch
