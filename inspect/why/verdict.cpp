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
    for (unsigned t = 0; t < mm::kListTypes; ++t) {
      const mm::PageList& list = pages.list(type, static_cast<mm::MigrateType>(t));
      v.listed[t] = list.count();
      for (unsigned order = 0; order < mm::kOrders; ++order)
        v.blocks += list.free[order].blocks + (list.ready >> order & 1);
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
  if (order == 0 && (gfp & __GFP_COLD) == 0 &&
      view.zone[best].listed[static_cast<unsigned>(mm::migrate_type_of(gfp))] != 0)
    return {Outcome::Listed, static_cast<ZoneType>(best), 0};

  struct Pass {
    Outcome outcome;
    std::size_t mm::Watermarks::*mark;
    unsigned depth;
    bool drained;
  };
  const unsigned depth = mm::alloc_depth(gfp);
  const Pass passes[] = {{Outcome::AboveLow, &mm::Watermarks::low, 0, false},
                         {Outcome::AboveMin, &mm::Watermarks::min, depth, false},
                         {Outcome::AfterDrain, &mm::Watermarks::min, depth, true}};
  for (const Pass& pass : passes) {
    for (unsigned z = best + 1; z-- > 0;) {
      const ZoneView& zone = view.zone[z];
      const std::size_t listed = pass.drained ? zone.all_listed() : 0;
      const std::uint32_t orders = zone.orders | (listed != 0 ? 1u : 0u);
      const std::size_t mark = zone.mark.*pass.mark;
      if (mm::watermark_ok(zone.free + listed, orders, order, mark, zone.reserve[column], pass.depth))
        return {pass.outcome, static_cast<ZoneType>(z),
                mm::effective_mark(mark, pass.depth) + zone.reserve[column]};
    }
  }
  unsigned first = best;  // whose refusal is the one to explain
  while (first > 0 && !view.zone[first].populated) --first;
  return {Outcome::Refused, static_cast<ZoneType>(first),
          mm::effective_mark(view.zone[first].mark.min, depth) + view.zone[first].reserve[column]};
}

}  // namespace mink::inspect
