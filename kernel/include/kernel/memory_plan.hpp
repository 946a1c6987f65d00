// SPDX-License-Identifier: MIT
// Where the borders of memory are: low and high, DMA, vmalloc. Arithmetic of the banks and the options alone.
#pragma once
#include <base/addr.hpp>
#include <cstddef>
#include <kernel/atags.hpp>
#include <kernel/memory_options.hpp>
#include <lib/text_sink.hpp>

namespace mink::kernel {

// What a board's address space looks like before anybody is asked.
struct AddressSpace {
  PhysAddr ram_base;     // what page_offset maps
  VirtAddr page_offset;  // the linear map begins
  VirtAddr vmalloc_end;  // what is above is the CPU's
  std::size_t block;     // bytes of the page allocator's largest block: zones end at multiples of it
};

inline constexpr std::size_t kVmallocGap = std::size_t{8} << 20;   // after the linear map: an overrun faults
inline constexpr std::size_t kLeastMemory = std::size_t{8} << 20;  // with less mink does not start

struct MemoryPlan {
  PhysAddr low_end;  // memory below has a linear address
  PhysAddr ram_end;  // of the last bank
  PhysAddr dma_end;  // zone DMA is the memory below
  VirtAddr high_memory;
  VirtAddr vmalloc_start;
  VirtAddr vmalloc_end;
  [[nodiscard]] bool has_highmem() const { return low_end < ram_end; }
};

// Cuts `banks` by options.mem, then draws the borders. highmem= that would leave less than kLeastMemory of
// low memory is named to `report` and ignored. `banks` has at least kLeastMemory.
MemoryPlan plan_memory(MemoryBanks& banks, const AddressSpace& space, const MemoryOptions& options,
                       TextSink& report);

}  // namespace mink::kernel
