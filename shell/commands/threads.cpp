// SPDX-License-Identifier: MIT
// Threads: ps, locks.
#include <kernel/clock.hpp>
#include <kernel/sched.hpp>
#include <lib/vsnprintf.hpp>
#include <sync/lock_stat.hpp>

#include "commands/families.hpp"

namespace mink::shell {
namespace {

int run_ps(Args& args, TextSink& out) {
  if (!args.expect(0, 0)) return kUsage;
  kernel::show_threads(out);
  return kOk;
}

void show_locks(TextSink& out) {
  print(out, "%4s %-12s %10s %14s  %s\n", "RANK", "LOCK", "RELEASED", "LONGEST ns", "TAKEN AT");
  for (unsigned rank = 0; rank < sync::kLockRanks; ++rank) {
    const sync::LockStat stat = sync::lock_stat(static_cast<sync::LockRank>(rank));
    if (stat.name == nullptr) continue;
    print(out, "%4u %-12s %10lu %14llu  %pS\n", rank, rank == sync::kRankNone ? "(others)" : stat.name,
          stat.released, static_cast<unsigned long long>(kernel::cycles_to_ns(stat.longest)), stat.taken_by);
  }
}

int run_locks(Args& args, TextSink& out) {
  if (!args.expect(0, 1)) return kUsage;
  if (args.size() == 0) {
    show_locks(out);
  } else if (args[0] == "on") {
    sync::measure_locks(kernel::cycles_now);
  } else if (args[0] == "off") {
    sync::measure_locks(nullptr);
  } else {
    return args.usage("on or off");
  }
  return kOk;
}

constexpr Command kCommands[] = {
    {.name = "ps",
     .usage = "",
     .summary = "threads: priority, state, how often they slept or were preempted, ticks",
     .example = "ps",
     .run = run_ps},
    {.name = "locks",
     .usage = "[on | off]",
     .summary = "how often each spinlock was released since `locks on`, and its longest hold",
     .example = "locks on",
     .run = run_locks,
     .completions = "on off"},
};

}  // namespace

constinit const Family kThreadFamily{"Threads", kCommands};

}  // namespace mink::shell
