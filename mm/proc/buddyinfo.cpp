// SPDX-License-Identifier: MIT
// /proc/buddyinfo and /proc/pagetypeinfo. Their trailing blanks are Linux's.
#include <mm/proc.hpp>

namespace mink::mm {
namespace {

template <class Body>
void for_each_zone(const PageAllocator& pages, Body body) {
  for (unsigned z = 0; z < kZones; ++z) {
    const auto type = static_cast<ZoneType>(z);
    if (pages.zone(type).populated()) body(type);
  }
}

}  // namespace

void show_buddyinfo(TextSink& out, const PageAllocator& pages) {
  for_each_zone(pages, [&](ZoneType zone) {
    print(out, "Node 0, zone %8s ", zone_name(zone));
    for (unsigned order = 0; order <= kMaxOrder; ++order) print(out, "%6zu ", pages.free_blocks(zone, order));
    print(out, "\n");
  });
}

void show_pagetypeinfo(TextSink& out, const PageAllocator& pages) {
  print(out, "Page block order: %u\nPages per block:  %lu\n\n", kMaxOrder, 1ul << kMaxOrder);
  print(out, "%-43s ", "Free pages count per migrate type at order");
  for (unsigned order = 0; order <= kMaxOrder; ++order) print(out, "%6u ", order);
  print(out, "\n");
  for_each_zone(pages, [&](ZoneType zone) {
    for (unsigned t = 0; t < kMigrateTypes; ++t) {
      const auto type = static_cast<MigrateType>(t);
      print(out, "Node %4d, zone %8s, type %12s ", 0, zone_name(zone), migrate_type_name(type));
      for (unsigned order = 0; order <= kMaxOrder; ++order)
        print(out, "%6zu ", pages.free_blocks(zone, order, type));
      print(out, "\n");
    }
  });
  print(out, "\n%-23s", "Number of blocks type ");
  for (unsigned t = 0; t < kMigrateTypes; ++t)
    print(out, "%12s ", migrate_type_name(static_cast<MigrateType>(t)));
  print(out, "\n");
  for_each_zone(pages, [&](ZoneType zone) {
    print(out, "Node %d, zone %8s ", 0, zone_name(zone));
    for (unsigned t = 0; t < kMigrateTypes; ++t) {
      print(out, "%12zu ", pages.page_blocks(zone, static_cast<MigrateType>(t)));
    }
    print(out, "\n");
  });
}

}  // namespace mink::mm
