// SPDX-License-Identifier: MIT
// Threads as the CPU sees them: a saved stack pointer.
#pragma once
#include <base/addr.hpp>
#include <cstddef>

namespace mink::arch {

// The state of a thread that does not run: everything else is on its stack.
using ThreadContext = void*;

// Lays out [stack, stack + size) so that the first switch to it calls entry(argument) on that stack, with interrupts
// off as context_switch has them. entry must not return. stack: 8-byte aligned, mapped Normal.
ThreadContext context_prepare(void* stack, std::size_t size, void (*entry)(void*), void* argument);

// Saves the running thread's state into `from` and goes on as `to`; returns when somebody switches back. Interrupts
// off. Clears the exclusive monitor: a STREX of one thread must not succeed on the LDREX of another.
// Cost: about 20 instructions.
void context_switch(ThreadContext& from, ThreadContext to);

// Whose stack is in use from the next switch on, for fault reports; its guard is the page below. size 0: the boot's own.
// The name must live as long as the thread.
void set_running_stack(const char* name, const void* stack, std::size_t size);

}  // namespace mink::arch
