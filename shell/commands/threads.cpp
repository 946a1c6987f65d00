// SPDX-License-Identifier: MIT
// Threads: ps.
#include <kernel/sched.hpp>

#include "commands/families.hpp"

namespace mink::shell {
namespace {

int run_ps(Args& args, TextSink& out) {
  if (!args.expect(0, 0)) return kUsage;
  kernel::show_threads(out);
  return kOk;
}

constexpr Command kCommands[] = {
    {.name = "ps",
     .usage = "",
     .summary = "threads: priority, state, how often they slept or were preempted, ticks",
     .example = "ps",
     .run = run_ps},
};

}  // namespace

constinit const Family kThreadFamily{"Threads", kCommands};

}  // namespace mink::shell
