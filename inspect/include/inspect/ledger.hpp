// SPDX-License-Identifier: MIT
// All memory of one moment, page by page and by owner, beside what each allocator says that it has: do the figures add up?
#pragma once
#include <cstddef>
#include <inspect/owner.hpp>
#include <lib/text_sink.hpp>
#include <mm/zone.hpp>

namespace mink::inspect {

class Ledger {
 public:
  // Interrupts are off from the first page to the last figure: O(blocks + areas' pages). Thread context.
  void take(const Memory& memory);

  // Of each zone: its pages have one owner each, and are as many as are present; the free ones are what the allocator
  // counts, block by block. In all: MemTotal is the sum of all uses; slabs' pages are those that caches count;
  // large kmalloc, tables and vmalloc's pages likewise, vmalloc's also those that its areas name and that are
  // mapped. What does not add up is written to `why`. While a thread maps, or an interrupt's vfree waits, vmalloc's pages
  // and the tables are between two books: then they are not compared (settled()).
  bool adds_up(TextSink& why) const;
  [[nodiscard]] bool settled() const { return settled_; }

  // /proc/ledger: pages by zone and owner.
  void print(TextSink& out) const;

  [[nodiscard]] std::size_t pages(Owner owner) const;

 private:
  struct Zone {
    std::size_t pages[kOwners] = {};       // seen in the mem_map; Free: in the free lists
    std::size_t listed = 0;                // ... and on the lists of single pages
    std::size_t blocks[mm::kOrders] = {};  // ... and free, by order, the listed ones at 0
    std::size_t told_blocks[mm::kOrders] = {};
    std::size_t told_free = 0, told_listed = 0, present = 0, managed = 0;

    [[nodiscard]] std::size_t in_use() const;
  };
  struct Figure {
    std::size_t seen = 0, told = 0;
  };

  void read_map(const Memory& memory);
  void read_zones(const mm::PageAllocator& pages);
  void read_slab(const mm::SlabAllocator& slab);
  void read_areas(const mm::VmallocSpace& vmalloc);

  Zone zones_[mm::kZones] = {};
  Figure slab_, slab_by_cache_, large_, vmalloc_, areas_, mapped_, tables_;
  bool settled_ = true;
};

}  // namespace mink::inspect
