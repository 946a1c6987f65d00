// SPDX-License-Identifier: MIT
// The rest of what neutral code asks of a CPU.
#pragma once
#include <base/addr.hpp>

namespace mink::arch {

// Waits for an interrupt (CP15 WFI after a DSB on ARMv6). Interrupts may be masked: it wakes, the handler
// runs on unmask.
void wait_for_interrupt();

// Stops for ever with interrupts off.
[[noreturn]] void halt();

// Calls `visit(address, stack_pointer, context)` for each return address from the caller of backtrace upward,
// innermost first, at most `limit`. No allocation, no locks. Unwind tables, so it works in any context.
using FrameVisitor = void (*)(VirtAddr pc, VirtAddr sp, void* context);
void backtrace(FrameVisitor visit, void* context, unsigned limit);

// preempt_count of the running thread, defined by kernel/sync (sync/preempt.hpp explains it): whether a fault
// may be survived depends on it.
extern "C" unsigned mink_preempt_count;

// Runs `body(context)`; if it causes a fault that a report was printed for, control returns here: true. No
// fault: false. The fault handler does so only outside interrupts and with preempt_count and the interrupt
// mask as they were at the call. Nests. Nothing of `body` is undone; it must not hold what another needs
// where it can fault.
bool run_guarded(void (*body)(void*), void* context);

}  // namespace mink::arch
