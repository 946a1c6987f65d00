// SPDX-License-Identifier: MIT
// Would an allocation succeed now; and if not: why not, and what would help. The judgement is a pure function of a few
// figures; the sentence is what the failure report, `gfp` in the shell and the tests share. Nothing here allocates or
// sleeps. Any context.
#pragma once
#include <cstddef>
#include <cstdint>
#include <inspect/owner.hpp>
#include <lib/text_sink.hpp>
#include <mm/zone.hpp>

#include <linux/gfp_types.h>

namespace mink::inspect {

// What the allocator decides by, of one moment.
struct ZoneView {
  bool populated = false;
  std::size_t free = 0;                      // pages in the free lists
  bool lists_open = true;                    // its lists give pages without a look at the marks
  std::size_t listed[mm::kListTypes] = {};   // pages on the lists of single pages
  std::uint32_t ready[mm::kListTypes] = {};  // bit n: a block of 2^n pages is not merged
  std::size_t blocks = 0;                    // in the free lists
  std::uint32_t orders = 0;                  // bit n: there are blocks of order n
  mm::Watermarks mark;                       // pages
  std::size_t reserve[mm::kZones + 1] = {};  // lowmem_reserve, pages

  // Pages that are not merged.
  [[nodiscard]] std::size_t all_listed() const {
    return listed[0] + listed[1] + listed[2] + ready[0] + ready[1] + ready[2];
  }
};
struct MemoryView {
  ZoneView zone[mm::kZones];
};
// Interrupts are off for one zone at a time.
[[nodiscard]] MemoryView look_at(const mm::PageAllocator& pages);

enum class Outcome : unsigned {
  Listed,      // from a list of single pages, or the ready block of the order, at once
  AboveLow,    // a zone is above its low mark
  AboveMin,    // below low, but above what the mask must leave of min; wakes kswapd
  AfterDrain,  // as one of these, when what its lists hold has been given back
  Refused,     // not without reclaim, and not at all for a mask that may not
  TooLarge,    // no block is so large
};
struct Verdict {
  Outcome outcome;
  mm::ZoneType zone;       // that serves it; Refused: the one that would first
  std::size_t must_leave;  // pages, of that zone: the mark as it stands for this mask, and lowmem_reserve
  [[nodiscard]] bool granted() const { return outcome < Outcome::Refused; }
};
// As the allocator decides it for an asker without privileges, before any reclaim. Exact, but for a block that only
// appears when listed pages merge: such a one is Refused here, or expected of another zone.
[[nodiscard]] Verdict judge(const MemoryView& view, gfp_t gfp, unsigned order);

// A place where a block could come to be, by freeing what is in use there.
struct Opening {
  Pfn start{};
  std::size_t pages = 0;        // in use there, all of which somebody could free
  std::size_t blocks = 0;       // that they are in
  std::size_t span = 0;         // pages of the place
  const page* first = nullptr;  // head of the first block in use; nullptr: there is no such place
};
// The place for a block of `order` in `zone` with the fewest pages in use. O(blocks of the zone), interrupts as they are:
// what changes meanwhile may make the answer old.
[[nodiscard]] Opening cheapest_opening(const Memory& memory, mm::ZoneType zone, unsigned order);

// One sentence, no newline: "order 2 granted: Normal has 28 000 free pages, ..." or "order 4 in Normal refused: ...".
void explain(TextSink& out, const Memory& memory, gfp_t gfp, unsigned order);

// All flags of a mask, its zones, marks and whether it may sleep; many lines.
void explain_gfp(TextSink& out, gfp_t mask);

}  // namespace mink::inspect
