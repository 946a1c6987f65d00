// SPDX-License-Identifier: MIT
// What the command line says about memory: mem= highmem= vmalloc= dma= kmalloc_max= coherent= track= slub_debug=.
#pragma once
#include <base/addr.hpp>
#include <cstddef>
#include <cstdint>
#include <lib/cmdline.hpp>
#include <lib/text_sink.hpp>

namespace mink::kernel {

// All in bytes. The defaults are Linux's on ARM.
struct MemoryOptions {
  static constexpr std::size_t kKiB = 1024;
  static constexpr std::size_t kMiB = 1024 * kKiB;

  std::uint64_t mem = UINT64_MAX;      // memory above is left alone
  std::size_t highmem = 0;             // at the top of memory, outside the linear map; a multiple of 1 MB
  std::size_t vmalloc = 240 * kMiB;    // address space for vmalloc and ioremap; a multiple of 1 MB
  std::size_t dma = 16 * kMiB;         // zone DMA, from the bottom of memory; a multiple of 4 MB
  std::size_t kmalloc_max = 4 * kMiB;  // largest kmalloc; a power of two
  std::size_t coherent =
      1 * kMiB;  // not cached, where a board has a DMA controller; a multiple of 1 MB, at most 4
  std::optional<std::string_view> slub_debug = {};  // as Linux writes it; of the command line's text
  bool track = false;                               // slab objects remember who allocated them
};

// Reads them; sizes take the suffixes K M G. `ram`: bytes that the machine has, from `ram_start` on; Linux's mem=SIZE@START
// must begin there, since the kernel lies there. A value that is no size, or
// that no machine of that much memory can have, is named to `report`, with what would be right, and its
// default stays. Pure.
MemoryOptions parse_memory_options(const CommandLine& line, PhysAddr ram_start, std::uint64_t ram,
                                   TextSink& report);

}  // namespace mink::kernel
