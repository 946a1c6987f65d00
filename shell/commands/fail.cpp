// SPDX-License-Identifier: MIT
// Allocations that fail on purpose: fail.
#include <linux/hardirq.h>
#include <linux/sched.h>
#include <linux/vmalloc.h>
#include <algorithm>
#include <inspect/kernel_faults.hpp>
#include <kernel/log.hpp>
#include <mm/kernel_memory.hpp>

#include "commands/families.hpp"
#include "fail/operations.hpp"
#include "memory_state.hpp"

namespace mink::shell {
namespace {

constinit const task_struct* sweeper = nullptr;
bool by_the_sweeper() { return !in_interrupt() && current == sweeper; }

struct Room {
  inspect::Census before, after;
};

// The messages of what fails on purpose stay in the log.
class QuietConsole {
 public:
  QuietConsole() : level_{kernel::console_loglevel()} { kernel::set_console_loglevel(std::min(level_, 2u)); }
  ~QuietConsole() { kernel::set_console_loglevel(level_); }
  QuietConsole(const QuietConsole&) = delete;
  QuietConsole& operator=(const QuietConsole&) = delete;

 private:
  unsigned level_;
};

bool sweep_one(const inspect::SweepOperation& operation, inspect::SweepPlace& place, TextSink& out) {
  const inspect::SweepResult result = inspect::sweep(operation, place, out);
  print(out, "%-24s %3u points of failure, %3u errors, %3u other ways; %s\n", operation.name, result.points,
        result.errors, result.survived, result.wrong != nullptr ? result.wrong : "nothing lost");
  return result.wrong == nullptr;
}

int run_sweep(Args& args, TextSink& out) {
  if (!args.expect(1, 2)) return kUsage;
  const auto known = [&](const FailOperation& row) { return args[1] == row.operation.name; };
  if (args.size() == 2 && std::ranges::none_of(fail_operations(), known)) {
    print(out, "fail: the operations are");
    for (const FailOperation& row : fail_operations()) print(out, " %s", row.operation.name);
    print(out, "\n");
    return kUsage;
  }
  for (inspect::KernelFault& fault : inspect::kernel_faults()) inspect::stop_kernel_fault(fault);
  auto* const room = static_cast<Room*>(vmalloc(sizeof(Room)));
  if (room == nullptr) {
    print(out, "fail: no memory for the list of what is live\n");
    return kFailed;
  }
  mm::KernelMemory& memory = mm::kernel_memory();
  inspect::SweepPlace place{.memory = inspect::Memory::of_kernel(),
                            .pages = memory.pages,
                            .slab = memory.slab,
                            .settle = [](void*) { settle_memory(); },
                            .check = [](TextSink& why, void*) { return check_memory_quietly(why); },
                            .only_where = by_the_sweeper,
                            .before = room->before,
                            .after = room->after};
  sweeper = current;
  bool all = true;
  {
    const QuietConsole quiet;
    for (const FailOperation& row : fail_operations()) {
      if (args.size() == 2 && !known(row)) continue;
      if (row.there != nullptr && !row.there()) {
        print(out, "%-24s is not on this machine\n", row.operation.name);
        continue;
      }
      all = sweep_one(row.operation, place, out) && all;
    }
  }
  vfree(room);
  return all ? kOk : kFailed;
}

void show(TextSink& out) {
  for (const inspect::KernelFault& fault : inspect::kernel_faults()) {
    print(out, "%-15s %-3s ", fault.name, fault.on ? "on" : "off");
    inspect::print_fault(out, fault.attr.settings());
    print(out, "; asked %zu times, failed %zu\n", fault.attr.asked(), fault.attr.failed());
  }
}

int run_fail(Args& args, TextSink& out) {
  if (args.size() == 0) {
    show(out);
    return kOk;
  }
  if (args[0] == "sweep") return run_sweep(args, out);
  const auto faults = inspect::kernel_faults();
  if (args[0] == "off" && args.size() == 1) {
    for (inspect::KernelFault& fault : faults) inspect::stop_kernel_fault(fault);
    return kOk;
  }
  const auto fault =
      std::ranges::find_if(faults, [&](const inspect::KernelFault& f) { return args[0] == f.name; });
  if (fault == faults.end()) return args.usage("failslab, fail_page_alloc, sweep or off");
  if (args.size() == 1) return args.usage("which of its settings?");
  inspect::FaultSettings settings = fault->attr.settings();
  for (const std::string_view word : args.words_from(1)) {
    if (const char* const wanted = inspect::set_fault(word, settings); wanted != nullptr)
      return args.usage("%.*s: wanted is %s", static_cast<int>(word.size()), word.data(), wanted);
  }
  inspect::set_kernel_fault(*fault, settings);
  return kOk;
}

constexpr Command kCommands[] = {
    {.name = "fail",
     .usage = "\nfailslab|fail_page_alloc NAME=VALUE...\nsweep [OPERATION]\noff",
     .summary = "makes allocations fail on purpose, as Linux's fault injection does; or shows what does",
     .example = "fail failslab probability=10 times=-1 ignore-gfp-wait=N size=64-128",
     .run = run_fail,
     .details =
         "Linux's: probability interval times space ignore-gfp-wait ignore-gfp-highmem min-order. Besides:\n"
         "nth (just that one), size and order (N or N-M), gfp (flags that must be there), caller (a "
         "function).\n"
         "`fail sweep` runs operations with their first, second, third ... allocation failing, until all "
         "succeed:\n"
         "the error must be right each time, and nothing lost.",
     .completions = "failslab fail_page_alloc sweep off"},
};

}  // namespace

constinit const Family kFailFamily{"Failures on purpose", kCommands};

}  // namespace mink::shell
