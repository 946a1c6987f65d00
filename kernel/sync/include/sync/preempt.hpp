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

// The tick or a wake-up wants another thread to run; acted upon as soon as preempt_count is zero.
extern "C" bool mink_need_resched;

// Defined by kernel/sched: lets the more urgent thread run. Thread context, preempt_count 0.
extern "C" void mink_preempt_schedule(void);

inline unsigned preempt_count() { return mink_preempt_count; }
inline bool in_irq() { return (mink_preempt_count & kHardirqMask) != 0; }
inline bool in_softirq() { return (mink_preempt_count & kSoftirqMask) != 0; }
inline bool in_interrupt() { return (mink_preempt_count & (kHardirqMask | kSoftirqMask)) != 0; }
inline bool in_atomic() { return mink_preempt_count != 0; }

inline void preempt_disable() {
  mink_preempt_count += kPreemptOffset;
  asm volatile("" ::: "memory");
}
inline void preempt_enable_no_resched() {
  asm volatile("" ::: "memory");
  mink_preempt_count -= kPreemptOffset;
}
// A wake-up made while preemption was off takes effect here.
inline void preempt_enable() {
  preempt_enable_no_resched();
  if (mink_need_resched && mink_preempt_count == 0) [[unlikely]]
    mink_preempt_schedule();
}

class PreemptGuard {
 public:
  PreemptGuard() { preempt_disable(); }
  ~PreemptGuard() { preempt_enable(); }
  PreemptGuard(const PreemptGuard&) = delete;
  PreemptGuard& operator=(const PreemptGuard&) = delete;
};

}  // namespace mink::sync
