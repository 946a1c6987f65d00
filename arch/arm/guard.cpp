// SPDX-License-Identifier: MIT
// run_guarded: a place to return to from a fault. The assembler half is guard.S.
#include "exception.hpp"

#include <arch/cpu.hpp>
#include <arch/irq.hpp>
#include <utility>

namespace mink::arch {
namespace {

struct Guard {
  Guard* outer;
  std::uint32_t sp;  // of mink_call_guarded's frame
  unsigned preempt_count;
  bool irqs_off;
};

// Of the running thread: context.cpp saves it at a switch.
constinit Guard* innermost = nullptr;

extern "C" bool mink_call_guarded(void (*body)(void*), void* context, std::uint32_t* sp);
extern "C" char mink_guard_recover[];

}  // namespace

bool run_guarded(void (*body)(void*), void* context) {
  Guard guard{innermost, 0, mink_preempt_count, irqs_disabled()};
  innermost = &guard;
  const bool faulted = mink_call_guarded(body, context, &guard.sp);
  innermost = guard.outer;
  return faulted;
}

namespace arm {

bool guarded() { return innermost != nullptr; }

void drop_guards(const void* below) {
  while (innermost != nullptr && virt_of(innermost) < virt_of(below)) innermost = innermost->outer;
}

void* exchange_guards(void* guards) { return std::exchange(innermost, static_cast<Guard*>(guards)); }

bool recover_to_guard(ExceptionFrame& frame) {
  if (innermost == nullptr || frame.kind == ExceptionKind::Fiq) return false;
  // Interrupts and locks count in preempt_count; who only masked interrupts was in the middle of something,
  // too.
  const bool irqs_off = (frame.cpsr & kCpsrIrqOff) != 0;
  if (mink_preempt_count != innermost->preempt_count || irqs_off != innermost->irqs_off) return false;
  if (frame.mode() != kModeSvc || frame.sp > innermost->sp) return false;
  frame.r[0] = innermost->sp;
  frame.sp = innermost->sp;  // at once: an interrupt may come first, and the stack may be what overflowed
  frame.return_to(reinterpret_cast<std::uint32_t>(mink_guard_recover));
  return true;
}

}  // namespace arm
}  // namespace mink::arch
