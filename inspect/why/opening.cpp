// SPDX-License-Identifier: MIT
// Where the least would have to be freed for a block to come to be.
#include <inspect/why.hpp>

namespace mink::inspect {
namespace {

// A place of the order's size and alignment, as far as it has been walked through.
struct Place {
  std::size_t at = 0;  // index of its first page
  bool possible = true;
  Opening use;
};

}  // namespace

Opening cheapest_opening(const Memory& memory, mm::ZoneType type, unsigned order) {
  const mm::PageAllocator& pages = memory.pages;
  const mm::Zone& zone = pages.zone(type);
  const page* const map = pages.mem_map();
  const std::size_t span = std::size_t{1} << order;
  const std::size_t start = zone.start.raw() - pages.first_pfn().raw();
  const std::size_t end = zone.end.raw() - pages.first_pfn().raw();

  Opening best;
  Place place;
  const auto close = [&] {
    const bool whole = place.at >= start && place.at + place.use.span <= end;
    if (!whole || !place.possible || place.use.first == nullptr) return;
    if (best.first != nullptr && place.use.pages >= best.pages) return;
    best = place.use;
    best.start = pages.first_pfn() + place.at;
  };
  place.at = align_down(start, span);
  place.possible = place.at == start;
  place.use.span = span;
  for (std::size_t i = start; i < end;) {
    const page& head = map[i];
    const Owner owner = owner_of(memory, head);
    const std::size_t size = owner == Owner::Hole ? 1 : std::size_t{1} << mm::order_of(head);
    if (i - place.at >= span) {
      close();
      place = {.at = align_down(i, span), .possible = true, .use = {.span = span}};
    }
    if (can_be_freed(owner)) {
      if (place.use.first == nullptr) place.use.first = &head;
      place.use.pages += size;
      ++place.use.blocks;
      if (size > span) place.use.span = size;
    } else if (owner != Owner::Free) {
      place.possible = false;
    }
    i += size;
  }
  close();
  return best;
}

}  // namespace mink::inspect
