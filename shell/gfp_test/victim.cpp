// SPDX-License-Identifier: MIT
// A driver that takes all memory: the one that is killed, and the machine stays up.
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <kernel/reclaim.hpp>
#include <mm/kernel_memory.hpp>

#include "gfp_test/rows.hpp"
#include "pressure/held_pages.hpp"

namespace mink::shell {
namespace {

constexpr unsigned long kPatience = 30 * HZ;

struct Eater {
  Scene* scene;
  HeldPages held;
  volatile bool gone;
};

void give_back(task_struct*, void* context) {
  auto& eater = *static_cast<Eater*>(context);
  eater.scene->note("it ends: its %zu pages come back", eater.held.count());
  eater.held.release_all();
  eater.gone = true;
}

int eat(void* context) {
  auto& eater = *static_cast<Eater*>(context);
  if (!ok(kernel::set_oom_killable(current, give_back, context))) {
    eater.gone = true;
    return 0;
  }
  while (!kthread_should_stop()) {
    page* const p = alloc_page(GFP_KERNEL | __GFP_NOWARN);
    if (p == nullptr) break;
    eater.held.add(p);
  }
  eater.scene->note("the thread has %zu pages, and is %s", eater.held.count(),
                    kthread_should_stop() ? "told to end" : "refused one more");
  return 0;
}

}  // namespace

void show_oom(Scene& scene) {
  const auto& events = mm::kernel_memory().pages.events();
  const unsigned kills = events.oom_kills;
  Eater eater{&scene, {}, false};
  task_struct* const thread = kthread_create(eat, &eater, "eater");
  if (!scene.expect(!IS_ERR(thread), "a thread that opts in takes every page with GFP_KERNEL")) return;
  get_task_struct(thread);
  wake_up_process(thread);
  const unsigned long end = jiffies + kPatience;
  while (!eater.gone && time_before(jiffies, end)) schedule_timeout_uninterruptible(1);
  if (!scene.expect(eater.gone, "the thread is gone")) {
    kthread_stop(thread);
  }
  put_task_struct(thread);
  scene.expect(events.oom_kills == kills + 1,
               "it was killed for want of memory, and nobody else: oom_kill %u", events.oom_kills - kills);
  page* const p = alloc_page(GFP_KERNEL);
  scene.expect(p != nullptr, "others have memory again");
  if (p != nullptr) __free_page(p);
}

}  // namespace mink::shell
