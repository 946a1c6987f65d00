// SPDX-License-Identifier: MIT
// kswapd, and what the page allocator gets by having threads: somebody to wake, and a way to wait.
#include <kernel/reclaim.hpp>

#include <base/log.h>
#include <arch/irq.hpp>
#include <inspect/why.hpp>
#include <mm/gfp_policy.hpp>
#include <mm/kernel_memory.hpp>
#include <sync/preempt.hpp>

#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/wait.h>

#include "reclaim/parts.hpp"
#include "sched/scheduler.hpp"

namespace mink::kernel {
namespace {

constexpr long kWaitTicks = 1;             // a waiter looks again after so long, whatever happens
constexpr long kNapTicks = HZ / 10;        // kswapd before it sleeps for good (Linux: 100 ms)
constexpr unsigned long kPause = HZ / 10;  // ... and after it found nothing
constexpr unsigned kStuckBatches = 8;
constexpr std::size_t kBatch = 32;  // pages it asks for at a time

mm::PageAllocator& pages() { return mm::kernel_memory().pages; }

struct Kswapd {
  task_struct* task = nullptr;
  bool wanted = false;
  gfp_t gfp = 0;       // the widest choice of zones asked for since it last ran
  unsigned order = 0;  // the largest
  unsigned long not_before = 0;
  bool pausing = false;
};
constinit Kswapd kswapd{};
DECLARE_WAIT_QUEUE_HEAD(kswapd_wait);
DECLARE_WAIT_QUEUE_HEAD(free_wait);

bool is_balanced() { return pages().balanced(kswapd.gfp, kswapd.order); }

void balance() {
  ++pages().events().background_runs;
  unsigned stuck = 0;  // batches that others used up at once
  while (!is_balanced()) {
    const std::size_t missing = pages().missing_to_high(kswapd.gfp);
    const std::size_t batch = missing < kBatch ? missing : kBatch;
    const std::size_t given = pages().reclaim(GFP_KERNEL, batch != 0 ? batch : 1, mm::Reclaimer::Background);
    stuck = pages().missing_to_high(kswapd.gfp) < missing ? 0 : stuck + 1;
    if (given == 0 || stuck == kStuckBatches) {
      kswapd.not_before = jiffies + kPause;
      kswapd.pausing = true;
      return;
    }
    cond_resched();
  }
}

// As in Linux: a nap first; who is woken from it was done too early.
void sleep_until_wanted() {
  if (is_balanced() && !kswapd.wanted) {
    const long left = wait_event_timeout(kswapd_wait, kswapd.wanted, kNapTicks);
    if (left != 0) {
      ++pages().events().low_hit_quickly;
    } else if (!is_balanced()) {
      ++pages().events().high_hit_quickly;
      return;
    }
  }
  wait_event(kswapd_wait, kswapd.wanted);
}

int kswapd_main(void*) {
  current->flags |= PF_MEMALLOC;
  for (;;) {
    sleep_until_wanted();
    kswapd.wanted = false;
    balance();
    const arch::IrqGuard irqs_off;
    if (!kswapd.wanted) kswapd.order = 0;  // blocks are asked for once
  }
}

class ThreadReclaimOps final : public mm::ReclaimOps {
 public:
  void wake_reclaimer(gfp_t gfp, unsigned order) override {
    const arch::IrqGuard irqs_off;
    if (current == kswapd.task && !sync::in_interrupt()) return;
    if (kswapd.pausing && time_before(jiffies, kswapd.not_before)) return;
    kswapd.pausing = false;
    if (!kswapd.wanted || mm::zone_of_gfp(gfp) > mm::zone_of_gfp(kswapd.gfp)) kswapd.gfp = gfp;
    if (order > kswapd.order) kswapd.order = order;
    if (kswapd.wanted) return;
    kswapd.wanted = true;
    wake_up(&kswapd_wait);
  }

  bool wait_for_free(gfp_t, unsigned) override {
    if (sync::in_atomic() || arch::irqs_disabled()) return false;
    DEFINE_WAIT(wait);
    pages().add_waiter();
    prepare_to_wait(&free_wait, &wait, TASK_UNINTERRUPTIBLE);
    schedule_timeout(kWaitTicks);
    finish_wait(&free_wait, &wait);
    pages().remove_waiter();
    return true;
  }

  void memory_freed() override { wake_up_all(&free_wait); }

  mm::AskerState asker() override {
    if (sync::in_interrupt()) return {false, false};
    const Thread& self = scheduler.running();
    return {(self.flags & PF_MEMALLOC) != 0, self.oom_victim};
  }

  bool enter_reclaim() override {
    Thread& self = scheduler.running();
    if (self.reclaims) return false;
    self.reclaims = true;
    self.memalloc_before = (self.flags & PF_MEMALLOC) != 0;
    self.flags |= PF_MEMALLOC;
    return true;
  }
  void leave_reclaim() override {
    Thread& self = scheduler.running();
    self.reclaims = false;
    if (!self.memalloc_before) self.flags &= ~PF_MEMALLOC;
  }

  mm::OomOutcome out_of_memory(gfp_t gfp, unsigned order, const void* caller) override {
    return kernel::out_of_memory(gfp, order, caller);
  }
  void explain_failure(TextSink& out, gfp_t gfp, unsigned order) override {
    inspect::explain(out, inspect::Memory::of_kernel(), gfp, order);
    print(out, "\n");
    show_memory_users(out);
  }
};
constinit ThreadReclaimOps operations;

}  // namespace

task_struct* kswapd_task() { return kswapd.task; }

void init_reclaim() {
  start_registered_shrinkers();
  start_deferred_work();
  kswapd.task = kthread_run(kswapd_main, nullptr, "kswapd0");
  if (IS_ERR(kswapd.task)) panic("no memory for kswapd");
  pages().set_reclaim_ops(&operations);
}

std::size_t drop_slab() {
  std::size_t all = 0;
  ++pages().events().slab_drops;
  // What others free meanwhile counts too: hence an end.
  for (unsigned round = 0; round < mm::kRetryRounds; ++round) {
    const std::size_t given = pages().reclaim(GFP_KERNEL, pages().managed_pages(), mm::Reclaimer::Drop);
    if (given == 0) break;
    all += given;
  }
  return all;
}

}  // namespace mink::kernel
