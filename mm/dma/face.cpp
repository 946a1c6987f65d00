// SPDX-License-Identifier: MIT
// The DMA API by Linux's names, over the kernel's instances.
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <base/assert.hpp>
#include <mm/dma.hpp>
#include <mm/kernel_memory.hpp>

namespace mink::mm {
namespace {

constinit CoherentMemory coherent;
constinit DmaMappings mappings{kernel_memory_instance};

}  // namespace

CoherentMemory& coherent_memory() { return coherent; }
DmaMappings& dma_mappings() { return mappings; }

Err init_coherent_memory(std::size_t bytes, arch::PageMapper& mapper) {
  const std::size_t pages = bytes / kPageSize;
  const auto order = static_cast<unsigned>(get_order(bytes));
  auto* const records =
      static_cast<CoherentMemory::Record*>(kcalloc(pages, sizeof(CoherentMemory::Record), GFP_KERNEL));
  page* const block = records != nullptr ? alloc_pages(GFP_KERNEL | GFP_DMA | __GFP_NOWARN, order) : nullptr;
  if (block == nullptr) {
    kfree(records);
    return Err::NoMem;
  }
  void* const base = page_address(block);
  // Nobody uses the block, so what it holds may be lost: its lines are dropped before it loses its cacheable mapping, for a
  // dirty one would be written back over somebody's data later; and what speculation filled meanwhile is dropped after.
  arch::dma_to_device(virt_of(base), bytes, arch::DmaFlow::FromDevice);
  if (const Err e = mapper.protect_run(virt_of(base), pages, arch::kWriteCombined); !ok(e)) {
    __free_pages(block, order);
    kfree(records);
    return e;
  }
  arch::dma_to_cpu(virt_of(base), bytes, arch::DmaFlow::Both);
  coherent.init(base, PhysAddr{page_to_phys(block)}, pages, records);
  return Err::Ok;
}

}  // namespace mink::mm

using namespace mink;
using namespace mink::mm;

extern "C" {

void* dma_alloc_coherent(struct device* dev, size_t size, dma_addr_t* handle, gfp_t gfp) {
  void* const address = coherent.alloc(size);
  const char* wrong = nullptr;
  if (address == nullptr) {
    if ((gfp & __GFP_NOWARN) == 0) wrong = "no run of pages; coherent=SIZE on the command line makes more";
  } else {
    *handle = coherent.phys(address).raw();
    if (dev == nullptr || dev->coherent_dma_mask == 0 || u64{*handle} + (size - 1) <= dev->coherent_dma_mask)
      return address;
    wrong = "the device does not reach it";
    (void)coherent.free(address, size);
  }
  if (wrong != nullptr) {
    refuse_dma({dev, virt_of(address).raw(), size, DMA_NONE, false, "dma_alloc_coherent", MINK_CALLER()},
               dev_name(dev), wrong);
  }
  return nullptr;
}

void dma_free_coherent(struct device* dev, size_t size, void* address, dma_addr_t handle) {
  if (address == nullptr) return;
  const char* wrong = !coherent.contains(address)              ? "no coherent memory"
                      : coherent.phys(address).raw() != handle ? "that is not its handle"
                      : coherent.owner(address) != nullptr     ? "a page of a dma_pool"
                                                               : coherent.free(address, size);
  if (wrong == nullptr) return;
  refuse_dma({dev, virt_of(address).raw(), size, DMA_NONE, false, "dma_free_coherent", MINK_CALLER()},
             dev_name(dev), wrong);
}

dma_addr_t dma_map_single(struct device* dev, void* address, size_t size, enum dma_data_direction direction) {
  return mappings.map({dev, virt_of(address).raw(), size, direction, false, "dma_map_single", MINK_CALLER()});
}

dma_addr_t dma_map_page(struct device* dev, struct page* page, size_t offset, size_t size,
                        enum dma_data_direction direction) {
  return mappings.map_page({dev, virt_of(page).raw(), size, direction, true, "dma_map_page", MINK_CALLER()},
                           offset);
}

void dma_unmap_single(struct device* dev, dma_addr_t address, size_t size,
                      enum dma_data_direction direction) {
  mappings.unmap({dev, address, size, direction, false, "dma_unmap_single", MINK_CALLER()});
}

void dma_unmap_page(struct device* dev, dma_addr_t address, size_t size, enum dma_data_direction direction) {
  mappings.unmap({dev, address, size, direction, true, "dma_unmap_page", MINK_CALLER()});
}

void dma_sync_single_for_cpu(struct device* dev, dma_addr_t address, size_t size,
                             enum dma_data_direction direction) {
  mappings.sync({dev, address, size, direction, false, "dma_sync_single_for_cpu", MINK_CALLER()}, true);
}

void dma_sync_single_for_device(struct device* dev, dma_addr_t address, size_t size,
                                enum dma_data_direction direction) {
  mappings.sync({dev, address, size, direction, false, "dma_sync_single_for_device", MINK_CALLER()}, false);
}

int dma_get_cache_alignment(void) { return static_cast<int>(arch::kDmaLine); }

}  // extern "C"
