// SPDX-License-Identifier: MIT
// What an exception saves, and who may look at it before it becomes a fault report.
#pragma once
#include <base/addr.hpp>
#include <cstddef>
#include <cstdint>

namespace mink::arch::arm {

enum class ExceptionKind : std::uint32_t { Undefined, SupervisorCall, PrefetchAbort, DataAbort, Fiq };

// Of CPSR (ARM DDI 0301H, 2.10).
inline constexpr std::uint32_t kModeMask = 0x1f;
inline constexpr std::uint32_t kModeUser = 0x10, kModeFiq = 0x11, kModeIrq = 0x12, kModeSvc = 0x13,
                               kModeAbort = 0x17, kModeUndefined = 0x1b, kModeSystem = 0x1f;
inline constexpr std::uint32_t kCpsrThumb = 1u << 5, kCpsrFiqOff = 1u << 6, kCpsrIrqOff = 1u << 7,
                               kCpsrAbortOff = 1u << 8;
// Which instruction set, and how far into it: J, T, and the state of an IT block (ARMv7: DDI 0406C, B1.3.3).
inline constexpr std::uint32_t kCpsrExecution = 1u << 24 | kCpsrThumb | 0x0600fc00u;

// Pushed by vectors.S, which knows the offsets. A handler may change it: the return restores all of it, SP
// and LR into the mode that CPSR names. (Of the mode that the handler itself runs in LR is lost and SP cannot
// be changed.)
struct ExceptionFrame {
  ExceptionKind kind;
  std::uint32_t r[13];
  std::uint32_t sp;
  std::uint32_t lr;
  std::uint32_t pc;    // the instruction that faulted; of a supervisor call the one after it
  std::uint32_t cpsr;  // as it was before

  [[nodiscard]] std::uint32_t mode() const { return cpsr & kModeMask; }
  [[nodiscard]] bool thumb() const { return (cpsr & kCpsrThumb) != 0; }
  // The return goes to a function's first instruction. Its address says in bit 0 whether it is Thumb, as for BX.
  void return_to(std::uint32_t function) {
    pc = function & ~1u;
    cpsr = (cpsr & ~kCpsrExecution) | ((function & 1) != 0 ? kCpsrThumb : 0);
  }
};
static_assert(offsetof(ExceptionFrame, sp) == 56 && offsetof(ExceptionFrame, lr) == 60 &&
              offsetof(ExceptionFrame, cpsr) == 68);
static_assert(sizeof(ExceptionFrame) == 72, "8-byte aligned stacks stay so");

// Sees an exception first; true: dealt with, go on with what the frame says now. Runs on the exception's own
// stack with everything masked.
using ExceptionHook = bool (*)(ExceptionFrame& frame);

// Returns the hook it replaces (null: none). One for each kind. Any context.
ExceptionHook set_exception_hook(ExceptionKind kind, ExceptionHook hook);

// Leaves the exception that is being handled for good: `next(context)` runs in SVC mode, interrupts off, on
// the stack of the code that was interrupted, and the exception's own stack is empty again. Outside
// exceptions: just calls it. For a panic hook that means to go on.
[[noreturn]] void abandon_exception(void (*next)(void*), void* context);

// A call of run_guarded is in progress: a fault may be survived.
[[nodiscard]] bool guarded();

// For a longjmp out of run_guarded to a frame at `below` on the same stack: forgets the calls of run_guarded that it skips.
void drop_guards(const void* below);

// A boot loader may have left an asynchronous abort pending: unmask them when it can be reported.
void enable_asynchronous_aborts();

}  // namespace mink::arch::arm
