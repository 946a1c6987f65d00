// SPDX-License-Identifier: MIT
// Operations of a thread, and interrupts wherever one can come: at each point where interrupts go on or are about to go
// off, and, in a build whose mm/ says where it is (-fsanitize-coverage=trace-pc), between any two of its basic blocks.
#include <arch_impl/fake_irq.hpp>
#include <sync/preempt.hpp>

#include "fakes/log.hpp"
#include "stress/model/op.hpp"

namespace mink::stress {
namespace {

constexpr std::size_t kCheckEvery = 2048;

struct Pending {
  World* world;
  std::span<const Op> ops;  // of interrupts, by window
  std::uint32_t window;     // so far
  bool disturbed;
  bool in_midst;  // an interrupt runs inside an operation
};
constinit Pending pending{};

void run_in_interrupt(const Op& op) {
  sync::mink_preempt_count += sync::kHardirqOffset;
  op.kind->run(*pending.world, op.args);
  sync::mink_preempt_count -= sync::kHardirqOffset;
  ++tally().in_interrupts;
}

void window(void*) {
  ++pending.window;
  while (!pending.ops.empty() && pending.ops.front().window <= pending.window) {
    const Op& op = pending.ops.front();
    pending.ops = pending.ops.subspan(1);
    pending.in_midst = pending.disturbed = true;
    run_in_interrupt(op);
    pending.in_midst = false;
    ++tally().in_midst;
  }
}

}  // namespace

bool undisturbed() { return !pending.disturbed && !pending.in_midst; }

Tally& tally() {
  static Tally instance{};
  return instance;
}

void execute(const Replay& replay, std::size_t& at) {
  auto& irq = fakes::fake_irq;
  fakes::reset_fake_irq();
  fakes::allow_reports(false);
  std::unique_ptr<World> world = replay.subject->make(replay.variant);
  const std::span<const Op> ops{replay.ops};
  std::size_t checked = 0;
  for (std::size_t i = 0; i < ops.size();) {
    std::size_t end = i + 1;
    while (end < ops.size() && ops[end].window != 0) ++end;
    const bool thread = ops[i].window == 0;
    pending = {world.get(), ops.subspan(thread ? i + 1 : i, end - i - (thread ? 1 : 0)), 0, false, false};
    at = end - 1;
    if (thread) {
      irq.on_enable = window;
      irq.anywhere = true;
      ops[i].kind->run(*world, ops[i].args);
      irq.anywhere = false;
      irq.on_enable = nullptr;
      ++tally().by_thread;
    }
    pending.disturbed = false;
    while (!pending.ops.empty()) {  // between two operations
      irq.in_hook = irq.disabled = true;
      const Op& op = pending.ops.front();
      pending.ops = pending.ops.subspan(1);
      run_in_interrupt(op);
      irq.in_hook = irq.disabled = false;
    }
    MINK_EXPECT(irq.depth == 0 && !irq.disabled, "interrupts are off behind the operation, or %u guards open",
                irq.depth);
    MINK_EXPECT(sync::mink_preempt_count == 0, "preempt_count is %#x behind the operation",
                sync::mink_preempt_count);
    world->settled();
    if (++checked % kCheckEvery == 0) world->check(), ++tally().checks;
    i = end;
  }
  world->check();
  world->finish();
}

}  // namespace mink::stress
