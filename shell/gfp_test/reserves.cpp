// SPDX-License-Identifier: MIT
// How deep a mask may go, and what one that may sleep does where nobody may.
#include <linux/gfp.h>
#include <linux/mm.h>
#include <mm/kernel_memory.hpp>

#include "gfp_test/rows.hpp"
#include "pressure/held_pages.hpp"

namespace mink::shell {
namespace {

mm::PageAllocator& pages() { return mm::kernel_memory().pages; }

bool gives(gfp_t gfp) {
  page* const p = alloc_page((gfp & ~__GFP_KSWAPD_RECLAIM) | __GFP_NOWARN);
  if (p == nullptr) return false;
  __free_page(p);
  return true;
}

struct Attempt {
  bool nowait, atomic;
};
void attempt(void* to) {
  auto& result = *static_cast<Attempt*>(to);
  result.nowait = gives(GFP_NOWAIT);
  result.atomic = gives(GFP_ATOMIC);
}

struct Wrong {
  bool served;
  bool served_short;
};
void allocate_as_if_in_a_thread(void* to) {
  page* const p = alloc_page(GFP_KERNEL | __GFP_NOWARN);
  *static_cast<bool*>(to) = p != nullptr;
  if (p != nullptr) __free_page(p);
}

std::size_t lowest(Scene& scene, const char* mask, gfp_t gfp) {
  HeldPages all;
  all.take(gfp);
  scene.note("%-34s goes down to %zu free pages", mask, pages().free_pages());
  return pages().free_pages();
}

}  // namespace

void show_atomic(Scene& scene) {
  for (const AtomicContext& context : kAtomicContextTable) {
    HeldPages all;
    all.take(kDownToMin);
    Attempt at_min{}, at_end{};
    const unsigned long slept = current->nvcsw;
    if (!context.run(attempt, &at_min)) {
      scene.note("%s: not on this machine", context.name);
      continue;
    }
    const unsigned long ran = current->nvcsw;
    scene.note("%s: %zu pages free, below min", context.name, pages().free_pages());
    scene.expect(!at_min.nowait, "  GFP_NOWAIT fails");
    scene.expect(at_min.atomic, "  GFP_ATOMIC succeeds");
    all.take(down_past_atomic());
    context.run(attempt, &at_end);
    scene.expect(!at_end.nowait && !at_end.atomic, "  %zu pages free: NULL at once for both",
                 pages().free_pages());
    if (&context == &kAtomicContextTable[kAtomicContexts - 1])
      scene.expect(ran == slept, "  nobody slept: no context switch");
  }
}

void show_depths(Scene& scene) {
  const std::size_t plain = lowest(scene, "no flag", 0);
  const std::size_t high = lowest(scene, "__GFP_HIGH", __GFP_HIGH);
  const std::size_t atomic = lowest(scene, "GFP_ATOMIC", GFP_ATOMIC & ~__GFP_KSWAPD_RECLAIM);
  const std::size_t all = lowest(scene, "__GFP_MEMALLOC", __GFP_MEMALLOC);
  const std::size_t none =
      lowest(scene, "__GFP_MEMALLOC|__GFP_NOMEMALLOC", __GFP_MEMALLOC | __GFP_NOMEMALLOC);
  scene.expect(high < plain, "__GFP_HIGH dips below min");
  scene.expect(atomic < high && atomic > 0, "__GFP_ATOMIC deeper, and leaves a rest");
  scene.expect(none == plain, "__GFP_NOMEMALLOC keeps out of it");
  current->flags |= PF_MEMALLOC;
  const std::size_t reclaimer = lowest(scene, "no flag, of a thread that reclaims", 0);
  current->flags &= ~PF_MEMALLOC;
  scene.expect(all == reclaimer, "who frees memory may have as much as __GFP_MEMALLOC");
  // The last pages of HighMem are nobody's who did not ask for it.
  const std::size_t highmem = pages().free_pages(mm::ZoneType::HighMem);
  scene.expect(all == highmem, "__GFP_MEMALLOC: everything");
}

void show_wrong_context(Scene& scene) {
  for (const AtomicContext& context : kAtomicContextTable) {
    const unsigned before = pages().events().wrong_contexts;
    bool served = false, served_short = true;
    if (!context.run(allocate_as_if_in_a_thread, &served)) {
      scene.note("%s: not on this machine", context.name);
      continue;
    }
    {
      HeldPages all;
      all.take(kDownToMin);
      context.run(allocate_as_if_in_a_thread, &served_short);
    }
    scene.expect(pages().events().wrong_contexts >= before + 1, "%s: GFP_KERNEL is found wrong",
                 context.name);
    scene.expect(served, "  and served while there is memory above min");
    scene.expect(!served_short, "  and not from the reserve, as GFP_NOWAIT");
  }
  scene.note("said once for each call site, with a backtrace: dmesg");
}

}  // namespace mink::shell
