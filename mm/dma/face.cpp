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
  PageAllocator& allocator = kernel_memory().pages;
  auto* const records =
      static_cast<CoherentMemory::Record*>(kcalloc(pages, sizeof(CoherentMemory::Record), GFP_KERNEL));
  page* const block = records != nullptr
                          ? allocator.alloc(GFP_KERNEL | GFP_DMA | __GFP_NOWARN, order, MINK_CALLER())
                          : nullptr;
  if (block == nullptr) {
    kfree(records);
    return Err::NoMem;
  }
  void* const base = allocator.address(block);
  // Nobody uses the block, so what it holds may be lost: its lines are dropped before it loses its cacheable mapping, for a
  // dirty one would be written back over somebody's data later; and what speculation filled meanwhile is dropped after.
  arch::dma_to_device(virt_of(base), bytes, arch::DmaFlow::FromDevice);
  if (const Err e = mapper.protect_run(virt_of(base), pages, arch::kWriteCombined); !ok(e)) {
    allocator.free(block, order, MINK_CALLER());
    kfree(records);
    return e;
  }
  arch::dma_to_cpu(virt_of(base), bytes, arch::DmaFlow::Both);
  coherent.init(base, allocator.phys(block), pages, records);
  return Err::Ok;
}

}  // namespace mink::mm

using namespace mink;
using namespace mink::mm;

extern "C" {

void* dma_alloc_coherent(struct device* dev, size_t size, dma_addr_t* handle, gfp_t gfp) {
  void* const address = coherent.alloc(size);
  if (address == nullptr) {
    if ((gfp & __GFP_NOWARN) == 0) {
      printk(KERN_ERR
             "dma_alloc_coherent: %s: no run of %zu bytes: %zu of %zu kB are in use, coherent=SIZE on the "
             "command line makes more (caller %pS)\n",
             dev_name(dev), size, coherent.used_pages() * (kPageSize / 1024), coherent.bytes() / 1024,
             MINK_CALLER());
    }
    return nullptr;
  }
  *handle = coherent.phys(address).raw();
  if (dev == nullptr || dev->coherent_dma_mask == 0 || u64{*handle} + (size - 1) <= dev->coherent_dma_mask)
    return address;
  printk(KERN_ERR "dma_alloc_coherent: %s does not reach 0x%08lx (caller %pS)\n", dev_name(dev),
         static_cast<unsigned long>(*handle), MINK_CALLER());
  (void)coherent.free(address, size);
  return nullptr;
}

void dma_free_coherent(struct device* dev, size_t size, void* address, dma_addr_t handle) {
  if (address == nullptr) return;
  const char* wrong = !coherent.contains(address)              ? "no coherent memory"
                      : coherent.phys(address).raw() != handle ? "that is not its handle"
                      : coherent.owner(address) != nullptr     ? "a page of a dma_pool"
                                                               : coherent.free(address, size);
  if (wrong == nullptr) return;
  printk(KERN_ERR "dma_free_coherent: %s: %px, handle 0x%08lx, %zu bytes: %s; refused (caller %pS)\n",
         dev_name(dev), address, static_cast<unsigned long>(handle), size, wrong, MINK_CALLER());
}

dma_addr_t dma_map_single(struct device* dev, void* address, size_t size, enum dma_data_direction direction) {
  return mappings.map(dev, address, size, direction, {"dma_map_single", MINK_CALLER()});
}

dma_addr_t dma_map_page(struct device* dev, struct page* page, size_t offset, size_t size,
                        enum dma_data_direction direction) {
  return mappings.map_page(dev, page, offset, size, direction, {"dma_map_page", MINK_CALLER()});
}

void dma_unmap_single(struct device* dev, dma_addr_t address, size_t size,
                      enum dma_data_direction direction) {
  mappings.unmap(dev, address, size, direction, false, {"dma_unmap_single", MINK_CALLER()});
}

void dma_unmap_page(struct device* dev, dma_addr_t address, size_t size, enum dma_data_direction direction) {
  mappings.unmap(dev, address, size, direction, true, {"dma_unmap_page", MINK_CALLER()});
}

void dma_sync_single_for_cpu(struct device*, dma_addr_t address, size_t size,
                             enum dma_data_direction direction) {
  mappings.sync(address, size, direction, true, {"dma_sync_single_for_cpu", MINK_CALLER()});
}

void dma_sync_single_for_device(struct device*, dma_addr_t address, size_t size,
                                enum dma_data_direction direction) {
  mappings.sync(address, size, direction, false, {"dma_sync_single_for_device", MINK_CALLER()});
}

int dma_get_cache_alignment(void) { return static_cast<int>(arch::kDmaLine); }

}  // extern "C"
