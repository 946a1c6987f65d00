// SPDX-License-Identifier: MIT
// The texts of /proc about memory, in Linux 6.1's exact formats. A free page on a hot/cold list counts as free, in block
// order 0: so buddyinfo, zoneinfo and meminfo add up to the same figure, and it is the same before and after.
#pragma once
#include <cstddef>
#include <cstdint>
#include <lib/text_sink.hpp>
#include <mm/page_allocator.hpp>

namespace mink::mm {

// What caches of devices hold, in pages, and their events, ever (wrap).
struct FileFigures {
  std::size_t pages = 0, dirty = 0, writeback = 0;
  std::uint32_t dirtied = 0, written = 0, written_by_reclaim = 0;
  std::uint32_t kb_read = 0, kb_written = 0;  // to and from the devices
  struct Zone {
    std::size_t pages = 0, pending = 0;  // pending: dirty or under writeback
  } zone[kZones] = {};
};

// What the other allocators have to say.
struct MemoryFigures {
  std::size_t slab_reclaimable = 0;    // pages
  std::size_t slab_unreclaimable = 0;  // pages, large kmalloc included
  std::size_t table_pages = 0;         // second-level page tables
  std::size_t stack_kb = 0;            // threads' stacks
  std::size_t vmalloc_total = 0;       // bytes
  std::size_t vmalloc_used = 0;        // bytes
  FileFigures file{};
};

void show_buddyinfo(TextSink& out, const PageAllocator& pages);
void show_pagetypeinfo(TextSink& out, const PageAllocator& pages);
void show_zoneinfo(TextSink& out, const PageAllocator& pages, const MemoryFigures& figures);
void show_vmstat(TextSink& out, const PageAllocator& pages, const MemoryFigures& figures);
void show_meminfo(TextSink& out, const PageAllocator& pages, const MemoryFigures& figures);

// Pages that could be had without reclaiming anything that hurts (MemAvailable).
std::size_t available_pages(const PageAllocator& pages, const MemoryFigures& figures);

// Of the kernel's instance: to be registered as the files of /proc.
void proc_buddyinfo(TextSink& out);
void proc_pagetypeinfo(TextSink& out);
void proc_zoneinfo(TextSink& out);
void proc_vmstat(TextSink& out);
void proc_meminfo(TextSink& out);
void proc_slabinfo(TextSink& out);
void proc_vmallocinfo(TextSink& out);

// The threads' stacks in kilobytes, from whoever makes threads.
void set_stack_figure(std::size_t (*kilobytes)());
// The page cache's, from whoever has one.
void set_file_figures(FileFigures (*figures)());

}  // namespace mink::mm
