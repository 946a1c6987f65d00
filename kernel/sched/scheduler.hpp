// SPDX-License-Identifier: MIT
// One CPU's scheduler: priorities, round robin among equals, preemption by the tick and by wake-ups.
//
//   running ──schedule(), state RUNNING──> run queue (back of its list)
//   running ──schedule(), state asleep───> nowhere; whoever will wake it holds a pointer to it
//   asleep  ──wake()─────────────────────> run queue; asks for a reschedule if it is more urgent
//   running ──preempted──────────────────> run queue (front of its list, or back when its turn is over), whatever its state
#pragma once
#include <cstdint>
#include <span>
#include "sched/run_queue.hpp"
#include "sched/thread.hpp"

namespace mink::kernel {

class Scheduler {
 public:
  static constexpr unsigned kSliceTicks = 5;
  using ThreadList = List<Thread, &Thread::all_node>;

  constexpr Scheduler() = default;

  // Makes the code that calls it the first thread, `boot`, running on the stack it runs on. Once, before all else.
  void start(Thread& boot, const char* name, int prio);

  // Registers a prepared thread (stack and context set), asleep in TASK_NEW.
  void add(Thread& thread, const char* name, int prio);
  // A thread that exited and has been switched away from for good. Its memory is the caller's again.
  void remove(Thread& thread);

  // What runs when nobody is ready. It never sleeps and is in no queue.
  void set_idle(Thread& idle) { idle_ = &idle; }

  // Gives the CPU away, as <linux/sched.h> says. Asserts thread context.
  void schedule();
  // As schedule(), but the thread stays ready whatever its state says: it was interrupted on its way to sleep.
  void preempt();
  // Any context. True if it was asleep.
  bool wake(Thread& thread);
  // Interrupt context, once a tick.
  void tick();

  void set_priority(Thread& thread, int prio);

  [[nodiscard]] Thread& running() const { return *running_; }
  [[nodiscard]] bool started() const { return running_ != nullptr; }
  [[nodiscard]] ThreadList& all() { return all_; }
  [[nodiscard]] std::uint64_t switches() const { return switches_; }

 private:
  void switch_away(bool preempted);
  void request_reschedule_if_better(const Thread& ready);

  Thread* running_ = nullptr;
  Thread* idle_ = nullptr;
  RunQueue ready_{};
  ThreadList all_{};
  int last_pid_ = 0;
  std::uint64_t switches_ = 0;
};

extern Scheduler scheduler;

}  // namespace mink::kernel
