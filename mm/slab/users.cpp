// SPDX-License-Identifier: MIT
// Who holds objects of the caches that store their users.
#include <mm/page_state.hpp>

#include "slab/debug.hpp"
#include "slab/free_map.hpp"

namespace mink::mm {

void SlabAllocator::visit_users(UserVisitor visit, void* context) const {
  for (std::size_t i = 0; i < linear_.count; ++i) {
    const arch::IrqGuard guard;
    const page& slab = linear_.map[i];
    if (kind_of(slab) != PageKind::Slab || slab.slab_cache == nullptr || slab.slab_cache->tracks == 0)
      continue;
    const kmem_cache& cache = *slab.slab_cache;
    for (unsigned object = 0; object < cache.objects; ++object) {
      if ((slab.slab_map[object / kWordObjects] & (kFirstBit >> (object % kWordObjects))) != 0) continue;
      const std::uintptr_t slot = address_of(slab) + std::uintptr_t{object} * cache.size;
      const Track* const tracks =
          SlabDebug::tracks(cache, reinterpret_cast<const void*>(slot + cache.left_pad));
      visit(cache, tracks[0].caller, context);
    }
  }
}

}  // namespace mink::mm
