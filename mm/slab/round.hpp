// SPDX-License-Identifier: MIT
// Once through all slabs of a cache that have free objects, with interrupts on between them. Their order stays what it was.
#pragma once
#include <mm/kmem_cache.hpp>

namespace mink::mm {

// Preemption off, so that there is one round at a time. What interrupts put on the list meanwhile may be passed over.
class SlabRound {
 public:
  explicit SlabRound(kmem_cache& cache) : cache_{cache}, left_{cache.slab_count} {}
  // The next slab, on no list now; nullptr: that was all. Irqs off until it is put back, or struck.
  page* take() {
    if (left_ == 0 || cache_.partial.front() == nullptr || cache_.partial.front() == first_) return nullptr;
    --left_;
    return &cache_.partial.take_first();
  }
  void put_back(page& slab) {
    cache_.partial.push_back(slab);
    if (first_ == nullptr) first_ = &slab;
  }

 private:
  kmem_cache& cache_;
  unsigned left_;                // an end, whatever interrupts take away
  const page* first_ = nullptr;  // put back; where the round ends
};

}  // namespace mink::mm
