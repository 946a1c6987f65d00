// SPDX-License-Identifier: MIT
// Where the borders of memory are: low and high, DMA, vmalloc. Arithmetic of the banks and the command line alone.
#pragma once
#include <base/addr.hpp>
#include <cstddef>
#include <cstdint>
#include <kernel/atags.hpp>
#include <lib/cmdline.hpp>
#include <lib/text_sink.hpp>
#include <optional>

namespace mink::kernel {

// What a board's address space looks like before anybody is asked.
struct AddressSpace {
  PhysAddr ram_base;      // what page_offset maps
  VirtAddr page_offset;   // the linear map begins
  VirtAddr vmalloc_end;   // what is above is the CPU's
  std::size_t block;      // bytes of the page allocator's largest block: borders of zones are multiples of it
  std::size_t dma_bytes;  // memory from ram_base on that every DMA engine reaches; 0: all of it
};

// Sizes from the command line, in bytes; absent ones were not given, or made no sense.
struct MemoryOptions {
  std::optional<std::uint64_t> mem;          // mem=: use no more memory than that
  std::optional<std::uint64_t> highmem;      // highmem=: so much of it gets no linear address
  std::optional<std::uint64_t> vmalloc;      // vmalloc=: at least that much address space for vmalloc and ioremap
  std::optional<std::uint64_t> dma;          // dma=: zone DMA's size; 0: no such zone
  std::optional<std::uint64_t> kmalloc_max;  // kmalloc_max=: the largest kmalloc
};

inline constexpr std::size_t kVmallocGap = std::size_t{8} << 20;       // after the linear map: an overrun faults
inline constexpr std::size_t kVmallocDefault = std::size_t{240} << 20;  // Linux's on ARM
inline constexpr std::size_t kVmallocMin = std::size_t{16} << 20;
inline constexpr std::size_t kLowMemoryMin = std::size_t{16} << 20;  // with less mink does not start

struct MemoryPlan {
  PhysAddr low_end;   // memory below has a linear address
  PhysAddr ram_end;   // of the last bank
  PhysAddr dma_end;   // zone DMA is the memory below; ram_base: there is none
  VirtAddr high_memory;
  VirtAddr vmalloc_start;
  VirtAddr vmalloc_end;
  [[nodiscard]] bool has_highmem() const { return low_end < ram_end; }
};

// Reads the options that concern memory. One that is no size is named to `report` and ignored.
MemoryOptions read_memory_options(const CommandLine& line, TextSink& report);

// Cuts `banks` by options.mem, then draws the borders. An option that cannot be met is named to `report` and ignored.
MemoryPlan plan_memory(MemoryBanks& banks, const AddressSpace& space, const MemoryOptions& options, TextSink& report);

}  // namespace mink::kernel
