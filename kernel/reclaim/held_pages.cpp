// SPDX-License-Identifier: MIT
#include <kernel/held_pages.hpp>

#include <mm/kernel_memory.hpp>

#include <linux/gfp.h>

namespace mink::kernel {

constinit const gfp_t HeldPages::kToNothing = __GFP_MEMALLOC;

void HeldPages::take(gfp_t gfp, std::size_t keep) {
  while (mm::kernel_memory().pages.free_pages() > keep) {
    auto* const page = reinterpret_cast<void**>(__get_free_page(gfp | __GFP_NOWARN));
    if (page == nullptr) return;
    *page = first_;
    first_ = page;
    ++count_;
  }
}

std::size_t HeldPages::release(std::size_t most) {
  std::size_t given = 0;
  for (; given < most && first_ != nullptr; ++given, --count_) {
    void** const page = first_;
    first_ = static_cast<void**>(*page);
    free_page(reinterpret_cast<unsigned long>(page));
  }
  return given;
}

}  // namespace mink::kernel
