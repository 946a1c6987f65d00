// SPDX-License-Identifier: MIT
// Counting what is live.
#include <inspect/census.hpp>

#include <arch/irq.hpp>
#include <mm/mempool.hpp>
#include <mm/slab.hpp>
#include <mm/vmalloc.hpp>
#include <sync/preempt.hpp>

namespace mink::inspect {
namespace {

constexpr std::size_t kMostRows = Census::kRoom - Census::kRoom / 8;  // an open table must not be full

void count_slabs(Census& census, const mm::SlabAllocator& slab) {
  sync::preempt_disable();  // no cache can be destroyed
  for (const kmem_cache& cache : slab.caches()) {
    if (cache.tracks != 0) continue;
    census.add({LiveKind::Slab, &cache, nullptr, cache.object_size, slab.live_objects(cache)});
  }
  sync::preempt_enable();
  slab.visit_users(
      [](const kmem_cache& cache, const void* caller, void* context) {
        static_cast<Census*>(context)->add({LiveKind::Slab, &cache, caller, cache.object_size, 1});
      },
      &census);
}

void count_blocks(Census& census, const Memory& memory) {
  const page* const map = memory.pages.mem_map();
  for (std::size_t i = 0; i < memory.pages.map_count();) {
    const arch::IrqGuard guard;
    const page& head = map[i];
    const Owner owner = owner_of(memory, head);
    const std::size_t pages = owner == Owner::Hole ? 1 : std::size_t{1} << mm::order_of(head);
    if (owner == Owner::Large || owner == Owner::Pages) {
      census.add({owner == Owner::Large ? LiveKind::Large : LiveKind::Pages, nullptr, head.caller,
                  pages << kPageShift, 1});
    }
    i += pages;
  }
}

void count_areas(Census& census, const mm::VmallocSpace& vmalloc) {
  mm::VmRegion area;
  for (std::uintptr_t at = 0; vmalloc.next_area(at, area); at = area.end()) {
    if (area.use != mm::VmUse::Vmalloc) continue;
    census.add({LiveKind::Vmalloc, nullptr, area.caller, std::size_t{area.page_count} << kPageShift, 1});
  }
}

void count_pools(Census& census) {
  mm::visit_mempools(
      [](const mempool_t& pool, void* context) {
        static_cast<Census*>(context)->add(
            {LiveKind::Pool, &pool, reinterpret_cast<const void*>(pool.alloc), 0, mink_mempool_out(&pool)});
      },
      &census);
}

}  // namespace

void Census::take(const Memory& memory) {
  *this = Census{};
  if (memory.slab != nullptr) count_slabs(*this, *memory.slab);
  count_blocks(*this, memory);
  if (memory.vmalloc != nullptr) count_areas(*this, *memory.vmalloc);
  count_pools(*this);
}

// The row that it is in, or the empty one where it would be.
std::size_t Census::slot_of(const Live& live) const {
  const auto mix = (reinterpret_cast<std::uintptr_t>(live.of) >> 5) * 31 +
                   (reinterpret_cast<std::uintptr_t>(live.caller) >> 2) * 17 + live.size +
                   static_cast<unsigned>(live.kind);
  std::size_t slot = (mix ^ mix >> 9) % kRoom;
  while (rows_[slot].count != 0 && !rows_[slot].same(live)) slot = (slot + 1) % kRoom;
  return slot;
}

void Census::add(const Live& live) {
  if (live.count == 0) return;
  Live& row = rows_[slot_of(live)];
  if (row.count == 0) {
    if (used_ == kMostRows) {
      untold_ += live.count;
      return;
    }
    ++used_;
    row = live;
    return;
  }
  row.count += live.count;
}

std::size_t Census::count_of(const Live& live) const { return rows_[slot_of(live)].count; }

}  // namespace mink::inspect
