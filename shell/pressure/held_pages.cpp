// SPDX-License-Identifier: MIT
#include "pressure/held_pages.hpp"

#include <linux/gfp.h>
#include <linux/mm.h>
#include <mm/kernel_memory.hpp>

namespace mink::shell {

gfp_t down_past_atomic() { return GFP_ATOMIC & ~__GFP_KSWAPD_RECLAIM; }
gfp_t down_to_nothing() { return __GFP_MEMALLOC; }

std::size_t HeldPages::take(gfp_t gfp, std::size_t keep) {
  const mm::PageAllocator& pages = mm::kernel_memory().pages;
  const std::size_t before = count_;
  while (pages.free_pages() > keep) {
    page* const p = alloc_page(gfp | __GFP_NOWARN);
    if (p == nullptr) break;
    add(p);
  }
  return count_ - before;
}

void HeldPages::add(page* p) {
  p->next = first_;
  first_ = p;
  ++count_;
}

std::size_t HeldPages::release(std::size_t most) {
  std::size_t given = 0;
  for (; given < most && first_ != nullptr; ++given, --count_) {
    page* const p = first_;
    first_ = p->next;
    __free_page(p);
  }
  return given;
}

}  // namespace mink::shell
