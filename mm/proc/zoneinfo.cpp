// SPDX-License-Identifier: MIT
// /proc/zoneinfo and /proc/vmstat.
#include <mm/proc.hpp>

#include "proc/items.hpp"

namespace mink::mm {
namespace {

constexpr unsigned kMovableZone = kZones;  // Linux's fourth zone: always empty here

// What an item of a zone, or of all zones together, is told from.
struct ZoneItems {
  std::size_t free = 0;
  FileFigures::Zone file{};
};

std::size_t value_of(Item item, const ZoneItems& zone, const MemoryFigures& figures) {
  switch (item) {
    case Item::Zero:
      return 0;
    case Item::FreePages:
      return zone.free;
    case Item::SlabReclaimable:
      return figures.slab_reclaimable;
    case Item::SlabUnreclaimable:
      return figures.slab_unreclaimable;
    case Item::StackKb:
      return figures.stack_kb;
    case Item::TablePages:
      return figures.table_pages;
    case Item::ZoneFilePages:
      return zone.file.pages;
    case Item::ZonePending:
      return zone.file.pending;
    case Item::FilePages:
      return figures.file.pages;
    case Item::Dirty:
      return figures.file.dirty;
    case Item::Writeback:
      return figures.file.writeback;
    case Item::Dirtied:
      return figures.file.dirtied;
    case Item::Written:
      return figures.file.written;
    case Item::ReclaimWritten:
      return figures.file.written_by_reclaim;
  }
  return 0;
}

struct ZoneFigures {
  const char* name;
  std::size_t free, present, spanned, managed;
  Watermarks mark;
  std::size_t protection[kZones + 1];
};

ZoneFigures figures_of(const PageAllocator& pages, unsigned z) {
  ZoneFigures f{};
  f.name = "Movable";
  if (z == kMovableZone) return f;
  const auto type = static_cast<ZoneType>(z);
  const Zone& zone = pages.zone(type);
  f.name = zone_name(type);
  f.free = pages.free_pages(type);
  f.present = zone.present;
  f.spanned = zone.end - zone.start;
  f.managed = zone.managed;
  f.mark = zone.mark;
  for (unsigned wanted = 0; wanted <= kZones; ++wanted) f.protection[wanted] = zone.lowmem_reserve[wanted];
  return f;
}

void show_zone(TextSink& out, const PageAllocator& pages, unsigned z, const MemoryFigures& figures,
               bool node) {
  const ZoneFigures f = figures_of(pages, z);
  print(out, "Node 0, zone %8s\n", f.name);
  if (node) {
    print(out, "  per-node stats\n");
    for (const NamedItem& i : kNodeItems)
      print(out, "      %-12s %zu\n", i.name, value_of(i.item, {}, figures));
  }
  print(out, "  pages free     %zu\n", f.free);
  print(out, "        boost    0\n");
  print(out, "        min      %zu\n", f.mark.min);
  print(out, "        low      %zu\n", f.mark.low);
  print(out, "        high     %zu\n", f.mark.high);
  print(out, "        spanned  %zu\n", f.spanned);
  print(out, "        present  %zu\n", f.present);
  print(out, "        managed  %zu\n", f.managed);
  print(out, "        cma      0\n");
  print(out, "        protection: (%zu", f.protection[0]);
  for (unsigned wanted = 1; wanted <= kZones; ++wanted) print(out, ", %zu", f.protection[wanted]);
  print(out, ")\n");
  if (f.present == 0) return;
  const ZoneItems items{f.free, figures.file.zone[z]};
  for (const NamedItem& i : kZoneItems)
    print(out, "      %-12s %zu\n", i.name, value_of(i.item, items, figures));
  const auto type = static_cast<ZoneType>(z);
  print(out, "  pagesets\n    cpu: 0\n");
  print(out, "              count: %zu\n", pages.listed_pages(type));
  print(out, "              high:  %d\n", pages.zone(type).list_limit);
  print(out, "              batch: %d\n", PageAllocator::kRefillPages);
  print(out, "  node_unreclaimable:  0\n");
  print(out, "  start_pfn:           %lu\n", static_cast<unsigned long>(pages.zone(type).start.raw()));
}

template <class Value>
void show_by_zone(TextSink& out, const char* event, Value value) {
  constexpr const char* kSuffix[] = {"dma", "normal", "high", "movable"};
  for (unsigned z = 0; z <= kZones; ++z) {
    print(out, "%s_%s %u\n", event, kSuffix[z], z == kMovableZone ? 0u : value(static_cast<ZoneType>(z)));
  }
}

}  // namespace

void show_zoneinfo(TextSink& out, const PageAllocator& pages, const MemoryFigures& figures) {
  bool node_shown = false;
  for (unsigned z = 0; z <= kZones; ++z) {
    const bool populated = z != kMovableZone && pages.zone(static_cast<ZoneType>(z)).populated();
    show_zone(out, pages, z, figures, populated && !node_shown);
    node_shown |= populated;
  }
}

void show_vmstat(TextSink& out, const PageAllocator& pages, const MemoryFigures& figures) {
  ZoneItems all{pages.free_pages()};
  for (const FileFigures::Zone& zone : figures.file.zone) {
    all.file.pages += zone.pages;
    all.file.pending += zone.pending;
  }
  for (const NamedItem& i : kZoneItems) print(out, "%s %zu\n", i.name, value_of(i.item, all, figures));
  for (const NamedItem& i : kNodeItems) print(out, "%s %zu\n", i.name, value_of(i.item, all, figures));
  // A fifth and a tenth of what could be dirtied (vm.dirty_ratio, vm.dirty_background_ratio).
  const std::size_t available = available_pages(pages, figures);
  print(out, "nr_dirty_threshold %zu\nnr_dirty_background_threshold %zu\n", available / 5, available / 10);
  print(out, "pgpgin %lu\npgpgout %lu\npswpin 0\npswpout 0\n",
        static_cast<unsigned long>(figures.file.kb_read),
        static_cast<unsigned long>(figures.file.kb_written));
  show_by_zone(out, "pgalloc", [&](ZoneType z) { return pages.allocated(z); });
  show_by_zone(out, "allocstall", [&](ZoneType z) { return pages.zone(z).allocstalls; });
  show_by_zone(out, "pgskip", [](ZoneType) { return 0u; });
  print(out, "pgfree %u\n", pages.released());
  for (const char* const name : kEventsAfterFree) print(out, "%s 0\n", name);
  const VmEvents& events = pages.events();
  print(out, "pgsteal_kswapd %u\npgsteal_direct %u\n", events.pages_reclaimed[1], events.pages_reclaimed[0]);
  for (const NamedEvent& e : kEventsAfterSteal)
    print(out, "%s %u\n", e.name, e.value != nullptr ? e.value(events) : 0);
}

}  // namespace mink::mm
