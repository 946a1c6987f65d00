// SPDX-License-Identifier: MIT
// Ranges taken as they were given back, and given back: what each vmalloc and vfree runs.
#include <algorithm>
#include <base/assert.hpp>
#include <mm/vm_region.hpp>

namespace mink::mm {

[[gnu::always_inline]] inline VmRegion* RegionMap::take_purged(std::size_t size, std::size_t align) {
  VmRegion** at = &lazy_.head();
  for (unsigned looks = kPurgedLooks; looks != 0; --looks) {
    VmRegion* const r = *at;
    if (r == nullptr || r->epoch == epoch_) return nullptr;
    if (r->size == size && is_aligned(r->start, align)) {
      lazy_.remove(*at);
      --purged_count_;
      return r;
    }
    at = &r->link;
  }
  return nullptr;
}

VmRegion* RegionMap::take(std::size_t size, std::size_t align) {
  VmRegion* taken = take_purged(size, align);
  if (taken == nullptr && (taken = carve(size, align)) == nullptr) return nullptr;
  taken->state = VmRegion::State::Busy;
  ++busy_count_;
  return taken;
}

void RegionMap::make_lazy(VmRegion& r) {
  MINK_ASSERT(r.state == VmRegion::State::Freeing);
  if (lazy_count_++ == 0) {
    lazy_span_ = {r.start, r.end()};
  } else {
    lazy_span_ = {std::min(lazy_span_.start, r.start), std::max(lazy_span_.end, r.end())};
  }
  r.state = VmRegion::State::Lazy;
  r.epoch = epoch_;
  lazy_.push(r);
}

void RegionMap::purged() {
  ++epoch_;
  purged_count_ += lazy_count_;
  lazy_count_ = 0;
  lazy_span_ = {};
}

}  // namespace mink::mm
