// SPDX-License-Identifier: MIT
// What the page allocator would do, from figures alone.
#include <arch/irq.hpp>
#include <inspect/why.hpp>
#include <mm/gfp_policy.hpp>

namespace mink::inspect {

using mm::ZoneType;

MemoryView look_at(const mm::PageAllocator& pages) {
  MemoryView view;
  for (unsigned z = 0; z < mm::kZones; ++z) {
    const arch::IrqGuard guard;
    const auto type = static_cast<ZoneType>(z);
    const mm::Zone& zone = pages.zone(type);
    ZoneView& v = view.zone[z];
    v.populated = zone.populated();
    v.free = zone.free_pages;
    v.mark = zone.mark;
    v.orders = pages.orders(type);
    v.lists_open = !zone.is_short;
    for (unsigned t = 0; t < mm::kListTypes; ++t) {
      const mm::PageList& list = pages.list(type, static_cast<mm::MigrateType>(t));
      v.listed[t] = list.count();
      v.ready[t] = list.ready;
      for (const mm::FreeList& free : list.free) v.blocks += free.blocks;
    }
    for (unsigned column = 0; column <= mm::kZones; ++column) v.reserve[column] = zone.lowmem_reserve[column];
  }
  return view;
}

Verdict judge(const MemoryView& view, gfp_t asked, unsigned order) {
  gfp_t gfp = mm::modern_gfp(asked);
  if (!view.zone[0].populated) gfp = mm::without_dma_zone(gfp);
  const unsigned best = static_cast<unsigned>(mm::zone_of_gfp(gfp));
  const unsigned column = mm::reserve_class(gfp);
  if (order > mm::kMaxOrder) return {Outcome::TooLarge, static_cast<ZoneType>(best), 0};
  const ZoneView& first_choice = view.zone[best];
  const auto type = static_cast<unsigned>(mm::migrate_type_of(gfp));
  const bool listed =
      order == 0 ? first_choice.listed[type] != 0 : (first_choice.ready[type] >> order & 1) != 0;
  if (listed && first_choice.lists_open && (gfp & __GFP_COLD) == 0)
    return {Outcome::Listed, static_cast<ZoneType>(best), 0};

  struct Pass {
    Outcome outcome;
    std::size_t mm::Watermarks::*mark;
    unsigned depth;
  };
  const unsigned depth = mm::alloc_depth(gfp);
  const Pass passes[] = {{Outcome::AboveLow, &mm::Watermarks::low, 0},
                         {Outcome::AboveMin, &mm::Watermarks::min, depth}};
  for (const Pass& pass : passes) {
    for (unsigned z = best + 1; z-- > 0;) {
      const ZoneView& zone = view.zone[z];
      const std::size_t mark = zone.mark.*pass.mark;
      const auto enough = [&](std::size_t free, std::uint32_t orders) {
        return mm::watermark_ok(free, orders, order, mark, zone.reserve[column], pass.depth);
      };
      const std::size_t not_merged = zone.all_listed();
      const bool at_once = enough(zone.free, zone.orders);
      if (at_once || enough(zone.free + not_merged, zone.orders | (not_merged != 0 ? 1u : 0u)))
        return {at_once ? pass.outcome : Outcome::AfterDrain, static_cast<ZoneType>(z),
                mm::effective_mark(mark, pass.depth) + zone.reserve[column]};
    }
  }
  unsigned first = best;  // whose refusal is the one to explain
  while (first > 0 && !view.zone[first].populated) --first;
  return {Outcome::Refused, static_cast<ZoneType>(first),
          mm::effective_mark(view.zone[first].mark.min, depth) + view.zone[first].reserve[column]};
}

}  // namespace mink::inspect
