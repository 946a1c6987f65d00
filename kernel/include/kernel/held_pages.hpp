// SPDX-License-Identifier: MIT
// Memory held down to a mark of the page allocator: for tests, and for people who want to see what happens then.
#pragma once
#include <base/gfp.h>
#include <cstddef>

namespace mink::kernel {

// Single pages, linked through themselves: their number is bounded by memory alone. Not for two threads at once.
class HeldPages {
 public:
  constexpr HeldPages() = default;
  HeldPages(const HeldPages&) = delete;
  HeldPages& operator=(const HeldPages&) = delete;
  ~HeldPages() { release(~std::size_t{0}); }

  // Takes pages while `gfp` gives any and more than `keep` are free, without a report. The mask decides how deep it goes:
  // 0 ends where GFP_NOWAIT ends, kToNothing at the last page. Context as the mask's. O(pages).
  static const gfp_t kToNothing;
  void take(gfp_t gfp, std::size_t keep = 0);
  // Gives up to `most` back. Any context. Returns how many.
  std::size_t release(std::size_t most);
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  void** first_ = nullptr;
  std::size_t count_ = 0;
};

}  // namespace mink::kernel
