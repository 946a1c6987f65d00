// SPDX-License-Identifier: MIT
// Single pages taken out of circulation, so that memory is short: linked through their struct page, in no memory of
// their own.
#pragma once
#include <base/gfp.h>
#include <cstddef>

struct page;

namespace mink::shell {

// Masks that say how deep take() goes. None of them wakes kswapd or reclaims.
inline constexpr gfp_t kDownToMin = 0;
gfp_t down_past_atomic();  // what GFP_ATOMIC may have is gone, too
gfp_t down_to_nothing();

class HeldPages {
 public:
  constexpr HeldPages() = default;
  ~HeldPages() { release_all(); }
  HeldPages(const HeldPages&) = delete;
  HeldPages& operator=(const HeldPages&) = delete;

  // Takes pages while `gfp` gives any and more than `keep` are free. Silent. Returns how many.
  std::size_t take(gfp_t gfp, std::size_t keep = 0);
  void add(page* p);
  std::size_t release(std::size_t most);
  void release_all() { release(~std::size_t{0}); }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  page* first_ = nullptr;
  std::size_t count_ = 0;
};

}  // namespace mink::shell
