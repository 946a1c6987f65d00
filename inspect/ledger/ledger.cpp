// SPDX-License-Identifier: MIT
// The ledger is read.
#include <inspect/ledger.hpp>

#include <arch/irq.hpp>
#include <mm/slab.hpp>
#include <mm/vmalloc.hpp>

namespace mink::inspect {

void Ledger::take(const Memory& memory) {
  const arch::IrqGuard guard;
  *this = Ledger{};
  read_map(memory);
  read_zones(memory.pages);
  slab_.seen = slab_by_cache_.seen = pages(Owner::Slab);
  large_.seen = pages(Owner::Large);
  if (memory.slab != nullptr) read_slab(*memory.slab);
  vmalloc_.seen = areas_.seen = mapped_.seen = pages(Owner::Vmalloc);
  tables_.seen = pages(Owner::Tables);
  if (memory.vmalloc != nullptr) {
    read_areas(*memory.vmalloc);
  } else {
    tables_.told = tables_.seen;  // who makes them is not looked at
  }
}

void Ledger::read_map(const Memory& memory) {
  const page* const map = memory.pages.mem_map();
  for (std::size_t i = 0; i < memory.pages.map_count();) {
    const page& head = map[i];
    const Owner owner = owner_of(memory, head);
    if (owner == Owner::Hole) {
      ++i;
      continue;
    }
    const unsigned order = mm::order_of(head);
    const std::size_t count = std::size_t{1} << order;
    Zone& zone = zones_[static_cast<unsigned>(mm::zone_of(head))];
    const bool listed = mm::kind_of(head) == mm::PageKind::Listed && order == 0;
    (listed ? zone.listed : zone.pages[static_cast<unsigned>(owner)]) += count;
    if (owner == Owner::Free) ++zone.blocks[order];
    i += count;
  }
}

void Ledger::read_zones(const mm::PageAllocator& pages) {
  for (unsigned z = 0; z < mm::kZones; ++z) {
    const auto type = static_cast<mm::ZoneType>(z);
    Zone& zone = zones_[z];
    zone.told_listed = pages.listed_pages(type);
    zone.told_free = pages.free_pages(type) - zone.told_listed;
    zone.present = pages.zone(type).present;
    zone.managed = pages.zone(type).managed;
    for (unsigned order = 0; order <= mm::kMaxOrder; ++order)
      zone.told_blocks[order] = pages.free_blocks(type, order);
  }
}

void Ledger::read_slab(const mm::SlabAllocator& slab) {
  const mm::SlabFigures told = slab.figures();
  slab_.told = told.reclaimable_pages + told.unreclaimable_pages;
  large_.told = told.large_pages;
  for (const kmem_cache& cache : slab.caches())
    slab_by_cache_.told += std::size_t{cache.slab_count} << cache.order;
}

void Ledger::read_areas(const mm::VmallocSpace& vmalloc) {
  settled_ = vmalloc.settled();
  const mm::VmallocFigures told = vmalloc.figures();
  vmalloc_.told = told.owned_pages;
  tables_.told = told.table_pages - told.early_tables;
  mm::VmRegion area;
  for (std::uintptr_t at = 0; vmalloc.next_area(at, area); at = area.end()) {
    if (area.use != mm::VmUse::Vmalloc) continue;
    areas_.told += area.page_count;
    for (std::uintptr_t p = area.start; p != area.end(); p += kPageSize)
      mapped_.told += vmalloc.page_of(reinterpret_cast<const void*>(p)) != nullptr ? 1u : 0u;
  }
}

std::size_t Ledger::pages(Owner owner) const {
  std::size_t sum = 0;
  for (const Zone& zone : zones_) sum += zone.pages[static_cast<unsigned>(owner)];
  return sum;
}

}  // namespace mink::inspect
