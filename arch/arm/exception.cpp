// SPDX-License-Identifier: MIT
// Where every fault arrives from vectors.S, on the stack of its own mode with everything masked.
#include "exception.hpp"

#include <base/log.h>
#include <arch/cpu.hpp>
#include <array>

namespace mink::arch::arm {
namespace {

constinit std::array<ExceptionHook, 5> hooks{};
// Faults whose report is not finished. A fault in the report itself must end, not recurse.
constinit unsigned depth = 0;

const char* kind_name(ExceptionKind kind) {
  switch (kind) {
    case ExceptionKind::Undefined:
      return "undefined instruction";
    case ExceptionKind::SupervisorCall:
      return "unexpected supervisor call";
    case ExceptionKind::PrefetchAbort:
      return "prefetch abort";
    case ExceptionKind::DataAbort:
      return "data abort";
    case ExceptionKind::Fiq:
      return "unexpected FIQ";
  }
  return "exception";
}

}  // namespace

ExceptionHook set_exception_hook(ExceptionKind kind, ExceptionHook hook) {
  ExceptionHook& slot = hooks[static_cast<std::size_t>(kind)];
  const ExceptionHook old = slot;
  slot = hook;
  return old;
}

extern "C" [[noreturn]] void mink_abandon_exception(void (*next)(void*), void* context);

void abandon_exception(void (*next)(void*), void* context) {
  depth = 0;
  mink_abandon_exception(next, context);
}

void enable_asynchronous_aborts() { asm volatile("cpsie a" ::: "memory"); }

extern "C" void mink_exception(ExceptionFrame& frame) {
  // LR is two bytes behind an undefined Thumb instruction, and the entry took four off. In the other exceptions it does not
  // depend on the state (ARM DDI 0100I, A2.6).
  if (frame.kind == ExceptionKind::Undefined && frame.thumb()) frame.pc += 2;
  const ExceptionHook hook = hooks[static_cast<std::size_t>(frame.kind)];
  if (hook != nullptr && hook(frame)) return;

  const Fault fault = read_fault(frame);
  ++depth;
  if (depth > 3) halt();
  if (depth > 1) {  // the third time, in that panic's own report: the panic in panic, which needs no log
    panic("%s in a fault report: pc %08x sp %08x status %08x address %08x\n", kind_name(frame.kind),
          static_cast<unsigned>(frame.pc), static_cast<unsigned>(frame.sp), static_cast<unsigned>(fault.raw),
          static_cast<unsigned>(fault.address));
  }
  report_fault(fault);
  --depth;
  if (!recover_to_guard(frame))
    panic("%s at %pS\n", kind_name(frame.kind), reinterpret_cast<void*>(frame.pc));
}

extern "C" [[noreturn]] void mink_exception_overflow() {
  ++depth;
  if (depth > 2) halt();
  panic("exception stack overflow\n");
}

}  // namespace mink::arch::arm
