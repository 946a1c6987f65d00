// SPDX-License-Identifier: MIT
// Memory and other bus masters: coherent memory, and the table of what is mapped for a device now. The functions of
// <linux/dma-mapping.h> and <linux/dmapool.h> are their face.
#pragma once
#include <arch/dma_cache.hpp>
#include <arch/page_mapper.hpp>
#include <base/addr.hpp>
#include <base/err.hpp>
#include <cstddef>
#include <cstdint>
#include <lib/text_sink.hpp>

#include <linux/dma-mapping.h>

namespace mink::mm {

struct KernelMemory;

// A call of <linux/dma-mapping.h> or <linux/dmapool.h>, as its reports name it.
struct DmaCall {
  const device* dev;
  std::uintptr_t at;  // as it was given: an address, of the CPU or of the bus, or of a struct page
  std::size_t size;
  dma_data_direction direction;
  bool by_page;
  const char* name;
  const void* caller;
};
// whose: the name of the device or the pool.
void refuse_dma(const DmaCall& call, const char* whose, const char* why);

// Pages of memory that is not cached, given out in runs. First fit, by words of 32 pages: O(pages / 32).
class CoherentMemory {
 public:
  static constexpr std::size_t kMostPages = 1024;
  struct Record {
    std::uint16_t pages;  // of the run that begins here; 0: none does
    void* owner;          // of that run: its user's own
  };

  constexpr CoherentMemory() = default;
  CoherentMemory(const CoherentMemory&) = delete;
  CoherentMemory& operator=(const CoherentMemory&) = delete;

  // Once. `records`: one for each page, zeroed. pages: a multiple of 32, at most kMostPages.
  void init(void* base, PhysAddr phys, std::size_t pages, Record* records);

  // A run of whole pages, aligned to the power of two at or above its size, zeroed; nullptr: no room, size 0. Any context.
  [[nodiscard]] void* alloc(std::size_t size, void* owner = nullptr);
  // Why `address` and `size` are none that alloc() gave: nullptr: they were, and it is free now. Any context.
  [[nodiscard]] const char* free(void* address, std::size_t size);

  [[nodiscard]] bool contains(const void* address) const { return virt_of(address) - base_ < bytes(); }
  [[nodiscard]] PhysAddr phys(const void* address) const { return phys_ + (virt_of(address) - base_); }
  // Of the run that this page is the first of.
  [[nodiscard]] void* owner(const void* address) const;
  [[nodiscard]] std::size_t bytes() const { return pages_ * kPageSize; }
  [[nodiscard]] PhysAddr start() const { return phys_; }
  [[nodiscard]] std::size_t used_pages() const;
  // Runs and used pages agree, and no two runs overlap.
  bool check(TextSink& why) const;

 private:
  static constexpr std::size_t kWord = 32;
  [[nodiscard]] std::size_t find(std::size_t pages) const;
  void flip(std::size_t first, std::size_t pages);

  VirtAddr base_{};
  PhysAddr phys_{};
  std::size_t pages_ = 0;
  Record* records_ = nullptr;
  std::uint32_t used_[kMostPages / kWord] = {};
};

// What is mapped for devices. A mapping is noted until it is unmapped, so that a wrong unmap or sync can be named.
class DmaMappings {
 public:
  static constexpr std::size_t kMost = 128;  // noted; what is mapped beyond that is not checked

  constexpr explicit DmaMappings(KernelMemory& memory) : memory_{memory} {}
  DmaMappings(const DmaMappings&) = delete;
  DmaMappings& operator=(const DmaMappings&) = delete;

  dma_addr_t map(const DmaCall& call);
  dma_addr_t map_page(const DmaCall& call, std::size_t offset);
  void unmap(const DmaCall& call);
  void sync(const DmaCall& call, bool for_cpu);

  [[nodiscard]] std::size_t mapped() const { return count_ + unnoted_; }
  [[nodiscard]] unsigned refused() const { return refused_; }
  // Those that are noted, one a line.
  void print(TextSink& out) const;

 private:
  [[nodiscard]] const char* unusable(const void* address, std::size_t size) const;
  [[nodiscard]] const char* unusable_pages(PhysAddr at, std::size_t size) const;
  dma_addr_t note(const DmaCall& call, PhysAddr at, const char* wrong);
  void refuse(const DmaCall& call, const char* why);
  void hand_over(PhysAddr at, const DmaCall& call, bool to_cpu);

  KernelMemory& memory_;
  DmaCall table_[kMost] = {};  // by bus address
  std::size_t count_ = 0;
  std::size_t unnoted_ = 0;
  unsigned refused_ = 0;
};

CoherentMemory& coherent_memory();
DmaMappings& dma_mappings();

// Takes `bytes` (1, 2 or 4 MB) from zone DMA as one block and takes the cache away from its linear mapping. Once, after
// slab. NoMem: no such block. Inval: it is mapped by larger granules, which cannot be changed.
Err init_coherent_memory(std::size_t bytes, arch::PageMapper& mapper);

// One line for each pool, as Linux's `pools` of a device in sysfs.
void print_dma_pools(TextSink& out);

}  // namespace mink::mm
