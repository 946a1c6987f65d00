// SPDX-License-Identifier: MIT
// What the page allocator is given at its start, and what it tells of itself.
#pragma once
#include <base/addr.hpp>
#include <cstddef>
#include <optional>
#include <span>

struct page;

namespace mink::mm {

struct PageRange {  // [start, end)
  Pfn start;
  Pfn end;
};

// Reaches a page without a linear address for a moment, to zero it. Any context; an interrupt may open one while
// another is open, and closes it before that.
class PageWindow {
 public:
  virtual void* open(PhysAddr pa) = 0;  // nullptr: no second-level table to be had
  virtual void close() = 0;

 protected:
  ~PageWindow() = default;
};

struct PageAllocatorConfig {
  std::span<const PageRange> memory;    // what exists: sorted, apart from each other
  std::span<const PageRange> reserved;  // what of it is not to be given out; sorted
  // storage_bytes(), zeroed, aligned to 32: the mem_map and the types of the page blocks. If it lies in
  // `memory` it must be in `reserved` too.
  void* storage = nullptr;
  VirtAddr linear_base;  // of linear_start
  Pfn linear_start;      // virtual = physical + a constant for all memory below highmem_start
  Pfn dma_end;           // zone DMA is the memory below; 0: none
  Pfn highmem_start;     // zone HighMem is the memory from there; at or beyond the end: none
  std::optional<std::size_t> min_free_kbytes;  // empty: as Linux computes it from the size of memory
  std::optional<unsigned> list_limit;          // pages on a zone's hot/cold lists; empty: by its low mark
};

// Single pages linked through page->next; the last one's is nullptr.
struct PageChain {
  page* first = nullptr;
  page* last = nullptr;
  std::size_t count = 0;
};

struct Given;

// Why a free was refused.
enum class FreeFault : unsigned {
  None,
  OutsideMemory,  // no page of this allocator, or an address that is not linear mapped
  Unaligned,      // not the start of a page
  InnerPage,      // inside a block, not its start
  AlreadyFree,
  Reserved,
  SlabPage,
  TablePage,
  LargeBlock,  // kmalloc's
  AreaPage,    // vmalloc's
  WrongOrder,
  NotReferenced,
  Shared,  // somebody else has a reference, too
};
const char* fault_name(FreeFault fault);

struct VmEvents {  // of the slow paths, since init
  unsigned direct_reclaims;
  unsigned failures;            // allocations that ended with nothing
  unsigned slabs_scanned;       // objects that shrinkers looked at
  unsigned pages_wanted[2];     // of shrinkers, by Reclaimer
  unsigned pages_reclaimed[2];  // ... and what came back
  unsigned low_hit_quickly;     // the background reclaimer was done, and soon had to begin again
  unsigned high_hit_quickly;
  unsigned background_runs;
  unsigned oom_kills;
  unsigned slab_drops;
  unsigned wrong_contexts;
  unsigned fallbacks;     // blocks taken from another migrate type
  unsigned block_steals;  // ... with the whole page block
};

// Who reclaims: an allocation for itself, kswapd for all, or somebody who wants to see what can be had (not counted).
enum class Reclaimer : unsigned { Direct, Background, Drop };

}  // namespace mink::mm
