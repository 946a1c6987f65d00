// SPDX-License-Identifier: MIT
// Allocators above the pages, in contexts that must not sleep: mempool and vmalloc.
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/vmalloc.h>
#include <mm/kernel_memory.hpp>

#include "gfp_test/rows.hpp"
#include "pressure/held_pages.hpp"

namespace mink::shell {
namespace {

constexpr gfp_t kNoKswapd = ~__GFP_KSWAPD_RECLAIM;

struct Returner {
  Scene* scene;
  mempool_t* pool;
  void* element;
};
int give_back(void* context) {
  auto& me = *static_cast<Returner*>(context);
  schedule_timeout_uninterruptible(5);
  me.scene->note("another thread returns an element");
  mempool_free(me.element, me.pool);
  while (!kthread_should_stop()) schedule_timeout_uninterruptible(1);
  return 0;
}

struct Area {
  void* memory;
  bool put_off;  // its pages were not free yet when vfree returned
};
void free_area(void* context) {
  auto& area = *static_cast<Area*>(context);
  const std::size_t before = mm::kernel_memory().pages.free_pages();
  vfree(area.memory);
  area.put_off = mm::kernel_memory().pages.free_pages() == before;
}

}  // namespace

void show_mempool(Scene& scene) {
  mempool_t* const pool = mempool_create_page_pool(2, 0);
  if (!scene.expect(pool != nullptr, "a pool with a reserve of 2 pages")) return;
  Returner returner{&scene, pool, nullptr};
  task_struct* const thread = kthread_create(give_back, &returner, "returner");
  {
    HeldPages all;
    all.take(kDownToMin);
    void* first = mempool_alloc(pool, GFP_NOWAIT & kNoKswapd);
    void* second = mempool_alloc(pool, GFP_NOWAIT & kNoKswapd);
    scene.expect(first != nullptr && second != nullptr && pool->curr_nr == 0,
                 "memory short: both come from the reserve, %d are left", static_cast<int>(pool->curr_nr));
    void* third = mempool_alloc(pool, GFP_NOWAIT & kNoKswapd);
    scene.expect(third == nullptr, "without __GFP_WAIT the third is NULL");
    mempool_free(third, pool);
    returner.element = first;
    wake_up_process(thread);
    const unsigned long slept = current->nvcsw;
    const unsigned long start = jiffies;
    third = mempool_alloc(pool, __GFP_WAIT & kNoKswapd);
    scene.expect(third != nullptr, "with __GFP_WAIT it comes");
    scene.expect(current->nvcsw > slept && jiffies - start >= 4, "  after %lu ticks asleep", jiffies - start);
    const std::size_t free = mm::kernel_memory().pages.free_pages();
    mempool_free(second, pool);
    mempool_free(third, pool);
    scene.expect(pool->curr_nr == 2 && mm::kernel_memory().pages.free_pages() == free,
                 "what is returned fills the reserve before the allocator sees any");
  }
  kthread_stop(thread);
  mempool_destroy(pool);
}

void show_vmalloc(Scene& scene) {
  const std::size_t refused = mm::kernel_memory().vmalloc.figures().refused;
  preempt_disable();
  void* const p = vmalloc(PAGE_SIZE);
  preempt_enable();
  scene.expect(p == nullptr, "vmalloc with preemption off: NULL");
  scene.expect(mm::kernel_memory().vmalloc.figures().refused == refused + 1,
               "  refused, and the caller named in the log");
  vfree(p);
  for (const AtomicContext& context : kAtomicContextTable) {
    const std::size_t before = mm::kernel_memory().vmalloc.figures().owned_pages;
    Area area{vmalloc(4 * PAGE_SIZE), false};
    if (!scene.expect(area.memory != nullptr, "an area of 4 pages")) return;
    if (!context.run(free_area, &area)) {
      vfree(area.memory);
      continue;
    }
    schedule_timeout_uninterruptible(5);
    const std::size_t after = mm::kernel_memory().vmalloc.figures().owned_pages;
    scene.note("%s: vfree %s", context.name, area.put_off ? "is put off" : "is done at once");
    scene.expect(after == before, "  and the pages are free in the end");
  }
}

}  // namespace mink::shell
