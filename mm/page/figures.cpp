// SPDX-License-Identifier: MIT
// What the page allocator knows of itself, for /proc, reports and the shell. Pages on the hot/cold lists are
// free pages of order 0 in every figure, so that they add up.
#include <mm/page_allocator.hpp>

namespace mink::mm {

std::size_t PageAllocator::listed_pages(ZoneType zone) const {
  std::size_t pages = 0;
  for (unsigned t = 0; t < kListTypes; ++t) pages += list(zone, static_cast<MigrateType>(t)).count();
  return pages;
}

std::size_t PageAllocator::ready_pages(ZoneType zone) const {
  std::size_t pages = 0;  // a bit is its block's size
  for (unsigned t = 0; t < kListTypes; ++t) pages += list(zone, static_cast<MigrateType>(t)).ready;
  return pages;
}

std::size_t PageAllocator::free_pages(ZoneType type) const {
  const arch::IrqGuard guard;
  return zone(type).free_pages + listed_pages(type) + ready_pages(type);
}

std::size_t PageAllocator::free_pages() const {
  std::size_t pages = 0;
  for (unsigned z = 0; z < kZones; ++z) pages += free_pages(static_cast<ZoneType>(z));
  return pages;
}

std::size_t PageAllocator::free_blocks(ZoneType zone_type, unsigned order, MigrateType type) const {
  if (type == MigrateType::HighAtomic) return 0;
  const arch::IrqGuard guard;
  const PageList& of_type = list(zone_type, type);
  return of_type.free[order].blocks + (of_type.ready >> order & 1) + (order == 0 ? of_type.count() : 0);
}

std::size_t PageAllocator::free_blocks(ZoneType zone_type, unsigned order) const {
  const arch::IrqGuard guard;
  std::size_t blocks = 0;
  for (unsigned t = 0; t < kListTypes; ++t)
    blocks += free_blocks(zone_type, order, static_cast<MigrateType>(t));
  return blocks;
}

// A page block that two zones share counts for the one that its first page is in.
std::size_t PageAllocator::page_blocks(ZoneType zone_type, MigrateType type) const {
  const Zone& z = zone(zone_type);
  if (!z.populated()) return 0;
  constexpr std::size_t kPages = std::size_t{1} << kMaxOrder;
  std::size_t blocks = 0;
  for (std::size_t i = align_down(z.start.raw() - first_pfn_, kPages); i < z.end.raw() - first_pfn_;
       i += kPages) {
    if (i + first_pfn_ < z.start.raw() && zone(zone_at(i)).populated() && zone_at(i) != zone_type) continue;
    if (block_types_[i >> kMaxOrder] == static_cast<std::uint8_t>(type)) ++blocks;
  }
  return blocks;
}

unsigned PageAllocator::allocated(ZoneType type) const {
  const arch::IrqGuard guard;
  unsigned pages = zone(type).allocated;
  for (unsigned t = 0; t < kListTypes; ++t) pages += list(type, static_cast<MigrateType>(t)).taken;
  return pages;
}

unsigned PageAllocator::released(ZoneType type) const {
  const arch::IrqGuard guard;
  return allocated(type) - static_cast<unsigned>(zone(type).managed - free_pages(type));
}

unsigned PageAllocator::released() const {
  unsigned pages = 0;
  for (unsigned z = 0; z < kZones; ++z) pages += released(static_cast<ZoneType>(z));
  return pages;
}

void PageAllocator::print_free(TextSink& out) const {
  for (unsigned z = 0; z < kZones; ++z) {
    const Zone& zone = zones_[z];
    if (!zone.populated()) continue;
    const auto type = static_cast<ZoneType>(z);
    constexpr std::size_t kKb = kPageSize / 1024;
    print(out,
          "%s free:%zukB min:%zukB low:%zukB high:%zukB managed:%zukB lowmem_reserve[]:", zone_name(type),
          free_pages(type) * kKb, zone.mark.min * kKb, zone.mark.low * kKb, zone.mark.high * kKb,
          zone.managed * kKb);
    for (const std::size_t reserve : zone.lowmem_reserve) print(out, " %zu", reserve);
    print(out, "\n");
  }
  for (unsigned z = 0; z < kZones; ++z) {
    const auto type = static_cast<ZoneType>(z);
    if (!zones_[z].populated()) continue;
    print(out, "%s:", zone_name(type));
    for (unsigned order = 0; order <= kMaxOrder; ++order) {
      print(out, " %zu*%zukB", free_blocks(type, order), (kPageSize / 1024) << order);
    }
    print(out, " = %zukB\n", free_pages(type) * (kPageSize / 1024));
  }
}

}  // namespace mink::mm
