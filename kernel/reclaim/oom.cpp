// SPDX-License-Identifier: MIT
// Nothing is left to reclaim: the thread that holds the most, of those that agreed to it, has to go.
#include <kernel/reclaim.hpp>

#include <arch/irq.hpp>
#include <array>
#include <lib/log_sink.hpp>
#include <mm/gfp_names.hpp>
#include <mm/kernel_memory.hpp>

#include <linux/jiffies.h>

#include "reclaim/parts.hpp"
#include "sched/scheduler.hpp"

namespace mink::kernel {
namespace {

// Who does not die in that time is passed over: it hangs, or waits for the very memory.
constexpr unsigned long kVictimPatience = 2 * HZ;

static_assert(kMaxKillable + 1 == mm::page_state::kAccounts);
using Held = std::array<std::size_t, mm::page_state::kAccounts>;

struct Oom {
  std::array<Thread*, mm::page_state::kAccounts> killable{};  // by account; [0] stays empty
  Thread* victim = nullptr;                                   // told to die, not gone yet
  unsigned long victim_since = 0;
};
constinit Oom oom{};

mm::PageAllocator& pages() { return mm::kernel_memory().pages; }

bool victim_may_still_die() {
  const arch::IrqGuard irqs_off;
  return oom.victim != nullptr && time_before(jiffies, oom.victim_since + kVictimPatience);
}

void report(gfp_t gfp, unsigned order, const void* caller) {
  LogSink log{KERN_WARNING};
  print(log, "%s invoked oom-killer: gfp_mask=%#x(", current->comm, gfp);
  mm::format_gfp(log, gfp);
  print(log, "), order=%u, oom_score_adj=0, caller %pS\n", order, caller);
  dump_stack();
  print(log, "Mem-Info:\n");
  pages().print_free(log);
  show_memory_users(log);
}

struct Choice {
  int pid;
  char comm[TASK_COMM_LEN];
  std::size_t held;
};

enum class Kill { Told, SomebodyIsDying, NobodyLeft };

// Tells the largest one to die, unless another thread that found no memory has told somebody meanwhile.
Kill kill_largest(Choice& killed) {
  Held held;
  pages().count_accounts(held);
  const arch::IrqGuard irqs_off;
  if (victim_may_still_die()) return Kill::SomebodyIsDying;
  Thread* worst = nullptr;
  for (unsigned n = 1; n < held.size(); ++n) {
    Thread* const thread = oom.killable[n];
    if (thread == nullptr || thread->oom_victim || held[n] == 0) continue;
    if (worst == nullptr || held[n] > held[worst->account]) worst = thread;
  }
  if (worst == nullptr) return Kill::NobodyLeft;
  killed.pid = worst->pid;
  for (std::size_t i = 0; i < sizeof killed.comm; ++i) killed.comm[i] = worst->comm[i];
  killed.held = held[worst->account];
  worst->oom_victim = true;
  worst->should_stop = true;
  oom.victim = worst;
  oom.victim_since = jiffies;
  ++pages().events().oom_kills;
  scheduler.wake(*worst);
  return Kill::Told;
}

bool anybody_left() {
  const arch::IrqGuard irqs_off;
  for (const Thread* thread : oom.killable) {
    if (thread != nullptr && !thread->oom_victim) return true;
  }
  return false;
}

}  // namespace

mm::OomOutcome out_of_memory(gfp_t gfp, unsigned order, const void* caller) {
  if (victim_may_still_die()) return mm::OomOutcome::Wait;
  // Without __GFP_FS reclaim could not do all it can: no reason to kill yet.
  if ((gfp & __GFP_FS) == 0 || !anybody_left()) return mm::OomOutcome::Nothing;
  report(gfp, order, caller);
  Choice killed{};
  const Kill kill = kill_largest(killed);
  if (kill == Kill::NobodyLeft) return mm::OomOutcome::Nothing;
  if (kill == Kill::SomebodyIsDying) return mm::OomOutcome::Wait;
  printk(KERN_ERR "Out of memory: Killed process %d (%s) total-vm:%zukB, anon-rss:%zukB\n", killed.pid,
         killed.comm, killed.held * (kPageSize / 1024), killed.held * (kPageSize / 1024));
  return mm::OomOutcome::Wait;
}

Err set_oom_killable(task_struct* task, void (*release)(task_struct* task, void* data), void* data) {
  Thread& thread = thread_of(task);
  const arch::IrqGuard irqs_off;
  if (thread.account != 0) return Err::Exist;
  for (unsigned n = 1; n < oom.killable.size(); ++n) {
    if (oom.killable[n] != nullptr) continue;
    oom.killable[n] = &thread;
    thread.account = n;
    thread.oom_release = release;
    thread.oom_data = data;
    if (&thread == &scheduler.running()) pages().set_account(n);
    return Err::Ok;
  }
  return Err::NoMem;
}

void leave_oom(task_struct& task) {
  Thread& thread = thread_of(&task);
  if (thread.oom_release != nullptr) thread.oom_release(&task, thread.oom_data);
  pages().end_account(thread.account);  // what it left behind is not the next one's
  const arch::IrqGuard irqs_off;
  if (oom.victim == &thread) oom.victim = nullptr;
  oom.killable[thread.account] = nullptr;
  thread.account = 0;
  pages().set_account(0);
}

std::size_t pages_held(task_struct* task) {
  const unsigned account = thread_of(task).account;
  if (account == 0) return 0;
  Held held;
  pages().count_accounts(held);
  return held[account];
}

}  // namespace mink::kernel
