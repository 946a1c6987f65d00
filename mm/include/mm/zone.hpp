// SPDX-License-Identifier: MIT
// A zone: a stretch of memory with one use (reachable by DMA; linear mapped; not), its free lists and its
// marks.
#pragma once
#include <base/addr.hpp>
#include <cstddef>
#include <cstdint>
#include <mm/page_state.hpp>

namespace mink::mm {

// Free pages a zone should have (Documentation/admin-guide/sysctl/vm): reclaim begins below low, ends at
// high; only the reserves' users go below min.
struct Watermarks {
  std::size_t min = 0;
  std::size_t low = 0;
  std::size_t high = 0;
};

// Free blocks of one order and type: a ring through their heads.
struct FreeList {
  page_link head;
  unsigned blocks;
};

struct Zone;

// Free memory of one zone and migrate type. A page's state has its number in it, so one shift and one addition find it.
// The size is a power of two on the target.
struct alignas(256) PageList {
  // Free single pages that are not merged: used last (warm in the cache) at the front, cold ones at the back. Empty
  // whenever the zone is short of memory, so that nobody gets a page past the marks.
  page_link head;
  int room;   // pages that it may still take; of an open list never negative
  int limit;  // `room` of the empty list: its part of the zone's places, none while the zone is short
  unsigned allocated_state;  // page->state of a page taken from it
  unsigned taken;            // pages given to callers, ever (wraps)
  // The buddy system's.
  Zone* zone;
  unsigned nonempty;  // bit n: there are blocks of order n
  FreeList free[kOrders];
  // One free block of each order that is not merged, for whoever asks next: bit n says whether ready_block[n] is one. As
  // single pages on the list, it is out of free_pages, and counts as free in every book.
  unsigned ready;
  bool keeps_blocks;  // the zone is not short, and nobody waits for memory
  page* ready_block[kOrders];

  [[nodiscard]] unsigned count() const { return static_cast<unsigned>(limit - room); }
};

// Interrupts off guards all of it.
struct Zone {
  std::size_t free_pages;   // beside those on the page lists and in ready blocks
  std::size_t short_below;  // free_pages at which the page lists close
  Watermarks mark;
  // Pages that an allocation which would rather have zone n must leave here (its last column is Movable's).
  std::size_t lowmem_reserve[kZones + 1];

  // While the zone is short, its page lists are closed, so that every allocation passes the marks.
  bool is_short;
  int list_limit;          // places on its page lists while open
  std::size_t open_above;  // free_pages at which they open again

  Pfn start;  // of the first page to the end of the last: holes included
  Pfn end;
  std::size_t present;  // pages of memory
  std::size_t managed;  // pages given to this allocator

  // Events since init, beside those of the page lists.
  unsigned allocated;    // pages given out past the page lists
  unsigned allocstalls;  // allocations that had to reclaim for themselves

  [[nodiscard]] bool populated() const { return present != 0; }
};

const char* zone_name(ZoneType zone);             // "DMA", "Normal", "HighMem"
const char* migrate_type_name(MigrateType type);  // "Unmovable", ...

}  // namespace mink::mm
