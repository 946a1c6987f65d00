// SPDX-License-Identifier: MIT
// Which zone a mask is served from; high memory and its windows.
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <mm/kernel_memory.hpp>

#include "gfp_test/rows.hpp"
#include "pressure/held_pages.hpp"

namespace mink::shell {
namespace {

using mm::ZoneType;

mm::PageAllocator& pages() { return mm::kernel_memory().pages; }

// The zone that the mask is served from now.
ZoneType zone_of_next(gfp_t gfp, bool& any) {
  page* const p = alloc_page(gfp | __GFP_NOWARN);
  any = p != nullptr;
  if (p == nullptr) return ZoneType::Dma;
  const ZoneType zone = mm::zone_of(*p);
  __free_page(p);
  return zone;
}

// Takes pages until the mask is served from another zone than `zone`.
void use_up(ZoneType zone, gfp_t gfp, HeldPages& held) {
  for (;;) {
    page* const p = alloc_page(gfp | __GFP_NOWARN);
    if (p == nullptr) return;
    held.add(p);
    if (mm::zone_of(*p) != zone) return;
  }
}

struct Waiter {
  page* p;
  volatile bool mapped;
};
int map_and_release(void* context) {
  auto& waiter = *static_cast<Waiter*>(context);
  if (kmap(waiter.p) != nullptr) {
    waiter.mapped = true;
    kunmap(waiter.p);
  }
  while (!kthread_should_stop()) schedule_timeout_uninterruptible(1);
  return 0;
}

void show_windows(Scene& scene) {
  constexpr unsigned kMany = mm::KmapPool::kMost + 1;
  page* high[kMany] = {};
  unsigned count = 0;
  for (; count < kMany; ++count) {
    high[count] = alloc_page(__GFP_HIGHMEM | __GFP_NOWARN);
    if (high[count] == nullptr || mm::zone_of(*high[count]) != ZoneType::HighMem) break;
  }
  if (count == kMany) {
    scene.expect(page_address(high[0]) == nullptr, "a HighMem page has no linear address");
    auto* const shared = static_cast<char*>(kmap(high[0]));
    shared[17] = 'm';
    auto* const own = static_cast<char*>(kmap_atomic(high[0]));
    const bool same = own[17] == 'm' && own != shared;
    kunmap_atomic(own);
    scene.expect(same, "what kmap's window wrote, kmap_atomic's shows");
    scene.expect(page_address(high[0]) == shared, "while it has a window, page_address is that");
    for (unsigned i = 1; i < kMany - 1; ++i) {
      if (kmap(high[i]) == nullptr) scene.expect(false, "kmap gives a window while there is one");
    }
    Waiter waiter{high[kMany - 1], false};
    task_struct* const thread = kthread_run(map_and_release, &waiter, "kmapper");
    schedule_timeout_uninterruptible(5);
    scene.expect(!waiter.mapped, "all %u windows in use: a thread that maps one more page waits", kMany - 1);
    kunmap(high[1]);
    schedule_timeout_uninterruptible(5);
    scene.expect(waiter.mapped, "one is released: the thread has it");
    kthread_stop(thread);
    for (unsigned i = 0; i < kMany - 1; ++i) {
      if (i != 1) kunmap(high[i]);
    }
    kmap_flush_unused();
  } else {
    scene.note("only %u HighMem pages are free: too few for all windows", count);
  }
  for (page* p : high) {
    if (p != nullptr) __free_page(p);
  }
}

}  // namespace

void show_dma(Scene& scene) {
  if (!pages().zone(ZoneType::Dma).populated()) {
    scene.note("this machine has no DMA zone (dma=0)");
    return;
  }
  bool any = false;
  scene.expect(zone_of_next(GFP_DMA, any) == ZoneType::Dma && any, "GFP_DMA is served from zone DMA");
  HeldPages held;
  held.take(GFP_DMA);
  scene.note("zone DMA is taken down to its reserve: %zu pages", held.count());
  scene.expect(!(zone_of_next(GFP_DMA, any), any), "GFP_DMA: NULL, with %zu pages free in others",
               pages().free_pages() - pages().free_pages(ZoneType::Dma));
  if (!pages().zone(ZoneType::Normal).populated()) return;
  scene.expect(zone_of_next(GFP_KERNEL, any) == ZoneType::Normal && any, "GFP_KERNEL goes on from Normal");
}

void show_highmem(Scene& scene) {
  const bool has_high = pages().zone(ZoneType::HighMem).populated();
  const bool has_normal = pages().zone(ZoneType::Normal).populated();
  const ZoneType low = has_normal ? ZoneType::Normal : ZoneType::Dma;
  bool any = false;
  const ZoneType user = zone_of_next(GFP_USER, any);
  scene.expect(any && user == low, "GFP_USER is served from %s", mm::zone_name(user));
  const ZoneType high_user = zone_of_next(GFP_HIGHUSER, any);
  scene.expect(any && high_user == (has_high ? ZoneType::HighMem : low), "GFP_HIGHUSER is served from %s",
               mm::zone_name(high_user));
  if (!has_high) {
    scene.note("no HighMem here: boot with highmem=SIZE for the rest");
    return;
  }
  {
    HeldPages held;
    use_up(ZoneType::HighMem, __GFP_HIGHMEM, held);
    const ZoneType next = zone_of_next(__GFP_HIGHMEM, any);
    scene.expect(any && next == low, "HighMem is used up (%zu pages): %s is next", held.count(),
                 mm::zone_name(next));
    if (has_normal) {
      use_up(ZoneType::Normal, __GFP_HIGHMEM, held);
      const ZoneType last = zone_of_next(__GFP_HIGHMEM, any);
      if (any) scene.expect(last == ZoneType::Dma, "and when Normal is, too: %s", mm::zone_name(last));
    }
  }
  show_windows(scene);
}

}  // namespace mink::shell
