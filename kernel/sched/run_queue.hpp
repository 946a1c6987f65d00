// SPDX-License-Identifier: MIT
// The ready threads by priority: O(1) in, O(1) out, whatever their number.
#pragma once
#include <array>
#include <bit>
#include <cstdint>
#include "sched/thread.hpp"

namespace mink::kernel {

class RunQueue {
 public:
  static constexpr int kPriorities = 32;  // 0 most urgent
  static constexpr int kNone = kPriorities;

  // Interrupts off for all of them. `thread` must not be in a queue (asserted by the list).
  void push_back(Thread& thread) {
    lists_[index(thread)].push_back(thread);
    ready_ |= bit(thread.prio);
  }
  // A thread that was preempted before its turn was over keeps its place.
  void push_front(Thread& thread) {
    lists_[index(thread)].push_front(thread);
    ready_ |= bit(thread.prio);
  }
  void erase(Thread& thread) {
    lists_[index(thread)].erase(thread);
    if (lists_[index(thread)].empty()) ready_ &= ~bit(thread.prio);
  }

  // The priority of the most urgent ready thread, kNone if there is none.
  [[nodiscard]] int best() const { return std::countl_zero(ready_); }

  // Takes the most urgent one, first come first served among equals; nullptr if there is none.
  Thread* pop() {
    if (ready_ == 0) return nullptr;
    Thread* const thread = lists_[static_cast<std::size_t>(best())].front();
    erase(*thread);
    return thread;
  }

 private:
  static constexpr std::uint32_t bit(int prio) { return 0x80000000u >> prio; }
  static std::size_t index(const Thread& thread) { return static_cast<std::size_t>(thread.prio); }

  std::uint32_t ready_ = 0;  // bit 31 = priority 0, so that CLZ finds the most urgent
  std::array<List<Thread, &Thread::run_node>, kPriorities> lists_{};
};

}  // namespace mink::kernel
