// SPDX-License-Identifier: MIT
// preempt_count with Linux's fields: who may sleep here (include/linux/preempt.h names them; DESIGN.md, Contexts).
#pragma once

namespace mink::sync {

// bits 0-7 preemption, 8-15 softirq (bit 8 set while serving, counted in 2s while disabled), 16-19 hard interrupt
inline constexpr unsigned kPreemptOffset = 1u << 0;
inline constexpr unsigned kSoftirqOffset = 1u << 8;
inline constexpr unsigned kHardirqOffset = 1u << 16;
inline constexpr unsigned kPreemptMask = 0xffu;
inline constexpr unsigned kSoftirqMask = 0xff00u;
inline constexpr unsigned kHardirqMask = 0xf0000u;

// Of the running thread (there is one CPU). Changed by kernel/irq, the locks and preempt_disable alone.
extern "C" unsigned mink_preempt_count;

inline unsigned preempt_count() { return mink_preempt_count; }
inline bool in_irq() { return (mink_preempt_count & kHardirqMask) != 0; }
inline bool in_softirq() { return (mink_preempt_count & kSoftirqMask) != 0; }
inline bool in_interrupt() { return (mink_preempt_count & (kHardirqMask | kSoftirqMask)) != 0; }
inline bool in_atomic() { return mink_preempt_count != 0; }

inline void preempt_disable() {
  mink_preempt_count += kPreemptOffset;
  asm volatile("" ::: "memory");
}
// Threads and rescheduling come with the scheduler; until then the count alone changes.
inline void preempt_enable() {
  asm volatile("" ::: "memory");
  mink_preempt_count -= kPreemptOffset;
}

}  // namespace mink::sync
