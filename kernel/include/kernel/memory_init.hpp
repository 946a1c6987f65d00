// SPDX-License-Identifier: MIT
// The steps that bring memory up, for a board's boot order. Each in the linear map, on the main stack, interrupts off.
#pragma once
#include <arch/boot_info.hpp>
#include <base/addr.hpp>
#include <kernel/atags.hpp>
#include <kernel/memory_options.hpp>
#include <kernel/memory_plan.hpp>

namespace mink::kernel {

struct BoardMemoryMap {
  BoardMemory memory;    // where it can be, and what is there if nobody says
  PhysAddr usual_atags;  // read when r2 leads nowhere
  VirtAddr page_offset;
  VirtAddr vmalloc_end;
  VirtAddr kmap;  // mm::kKmapSpace bytes of address space above vmalloc_end, to reach HighMem pages
};

// 1 ATAGs, or what stands in for them; the command line; what it says of memory. Needs the console alone.
void read_boot_data(const arch::BootInfo& info, const BoardMemoryMap& map);
// 2 Banks and what in them is taken. Panics if there is too little to start with.
void init_early_memory();
// 3 The final tables, built and switched to. The first ones' memory is free afterwards.
void init_kernel_map();
// 4 The mem_map, zones, free lists. From here on pages come from the page allocator, and tables too.
void init_page_allocator();
// 5 kmalloc and the object caches. 6 vmalloc and ioremap.
void init_slab();
void init_vmalloc();
// 7 Every file below /proc. Thread context from here on.
void init_proc();
// For a board with a DMA controller, before its driver: coherent= megabytes for dma_alloc_coherent(). Without them the
// kernel goes on, and the driver does what it can.
void init_coherent_memory();
// failslab= and fail_page_alloc= of the command line. Thread context.
void init_failures();
// 8 From now on an allocation that may sleep is checked against its context.
void begin_context_checks();
// Where everything is, as Linux says it at boot.
void report_memory();

// What 1 and 2 found, for the steps after them.
const MemoryOptions& memory_options();
const MemoryPlan& memory_plan();
// Bytes, before mem= took some away.
std::uint64_t memory_in_boot_data();
// The initrd, or size 0.
const MemoryBank& initrd();

}  // namespace mink::kernel
