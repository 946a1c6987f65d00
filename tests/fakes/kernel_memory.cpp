// SPDX-License-Identifier: MIT
#include "fakes/kernel_memory.hpp"

#include <base/assert.hpp>
#include <cstdlib>
#include <cstring>
#include <mm/dma.hpp>
#include <mm/kernel_memory.hpp>
#include <mm/vmalloc_init.hpp>

#include "fakes/host_mmu.hpp"

namespace mink::fakes {
namespace {

constexpr std::size_t kPages = 4096;
constexpr std::size_t kLargestBlock = kPageSize << mm::kMaxOrder;
constinit const mm::PageRange memory{Pfn{0}, Pfn{kPages}};
constinit const mm::PageRange reserved{Pfn{1}, Pfn{2}};  // never given out, as the kernel's image
constinit bool up = false;

}  // namespace

void use_kernel_memory() {
  if (up) return;
  up = true;
  const std::size_t storage_bytes = mm::PageAllocator::storage_bytes(memory.start, memory.end);
  void* const bytes = std::aligned_alloc(kLargestBlock, kPages * kPageSize);
  void* const storage = std::aligned_alloc(32, align_up(storage_bytes, 32));
  MINK_ASSERT(bytes != nullptr && storage != nullptr);
  std::memset(storage, 0, storage_bytes);
  mm::PageAllocatorConfig config;
  config.memory = {&memory, 1};
  config.reserved = {&reserved, 1};
  config.storage = storage;
  config.linear_base = virt_of(bytes);
  config.linear_start = memory.start;
  config.dma_end = Pfn{kPages / 4};
  config.highmem_start = memory.end;
  MINK_ASSERT(ok(mm::kernel_memory().pages.init(config)));
  MINK_ASSERT(ok(mm::init_kernel_slab({})));
  static constinit mm::CoherentMemory::Record records[64] = {};
  // The upper half of a block: physical address 0 is nobody's, as on the boards.
  page* const block = mm::kernel_memory().pages.alloc(GFP_KERNEL | GFP_DMA, 7, nullptr);
  MINK_ASSERT(block != nullptr);
  page* const coherent = block + 64;
  mm::coherent_memory().init(mm::kernel_memory().pages.address(coherent),
                             mm::kernel_memory().pages.phys(coherent), 64, records);
}

void use_kernel_vmalloc() {
  use_kernel_memory();
  constexpr std::size_t kSpacePages = 4096;
  static Arena elsewhere{16};
  static HostMmu mmu{elsewhere, kSpacePages};
  static bool made = false;
  if (!made) MINK_ASSERT(ok(mm::init_kernel_vmalloc(mmu.start, mmu.end, mmu)));
  made = true;
}

}  // namespace mink::fakes
