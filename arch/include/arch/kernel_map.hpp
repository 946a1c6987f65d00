// SPDX-License-Identifier: MIT
// The kernel's final translation tables: built aside while the first ones are in force, then switched to,
// once.
#pragma once
#include <arch/page_mapper.hpp>
#include <span>

namespace mink::arch {

// Low memory: what the linear map holds. Page aligned, inside the 3G/1G map's linear part, no two overlap.
struct LowMemory {
  PhysAddr start;
  std::size_t bytes;
  bool changeable = false;  // no granule above 1 MB: protect_run() may change a megabyte of it
};

// Builds the kernel's tables: the linear map of `low` (the kernel image in it by parts: text read-only and
// executable, the rest never executable, the stacks' guards unmapped), the vectors, the boot device. `source`
// gives second-level tables: the kernel image's, the vectors', those of ragged ends of `low` (about five
// pages), from memory that the first tables map. Before the page allocator; the first tables stay in force.
// Ok or NoMem.
Err build_kernel_map(std::span<const LowMemory> low, TableSource& source);

// Puts them in force. The identity map and all else that only the first tables had is gone on return; the
// first L1 table is free memory. Interrupts are off meanwhile.
void switch_to_kernel_map();

// The one that writes these tables. Tables for later mappings come from `source` as set last.
PageMapper& kernel_mapper();
void set_table_source(TableSource& source);

// Is `va` in the first-level table? (Second-level tables are pages of their source.)
[[nodiscard]] bool in_first_level_table(VirtAddr va);

// The kernel's tables against their own rules (repeated words, rights, domain, counts): what is wrong, and
// sets `where`; nullptr if nothing is. Reads all of them.
const char* check_kernel_map(VirtAddr& where);

}  // namespace mink::arch
