// SPDX-License-Identifier: MIT
// What may be mapped for a device and what is refused, by the Linux-named functions.
#include <CppUTest/TestHarness.h>

#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <mm/dma.hpp>
#include <mm/kernel_memory.hpp>

#include "fakes/kernel_memory.hpp"
#include "fakes/log.hpp"
#include "unit/linux/dma_api.h"

using namespace mink;

TEST_GROUP(DmaMappings) {
  char* object = nullptr;

  void setup() override {
    fakes::use_kernel_memory();
    object = static_cast<char*>(kmalloc(192, GFP_KERNEL | GFP_DMA));
    fakes::take_log();
  }
  void teardown() override {
    kfree(object);
    CHECK_EQUAL(0u, mm::dma_mappings().mapped());
  }
  // Refused, for that reason, and counted.
  void refused(dma_addr_t at, const char* why) {
    CHECK_TRUE(dma_mapping_error(nullptr, at) != 0);
    said(why);
  }
  void said(const char* why) {
    if (!fakes::logged(why)) STRCMP_EQUAL(why, fakes::take_log());
    fakes::take_log();
  }
  static dma_addr_t map(void* p, std::size_t size, dma_data_direction d = DMA_TO_DEVICE) {
    return dma_map_single(nullptr, p, size, d);
  }
};

TEST(DmaMappings, a_kmalloced_buffer_has_its_physical_address) {
  const dma_addr_t at = map(object + 3, 189);
  CHECK_EQUAL(virt_to_phys(object + 3), at);
  CHECK_EQUAL(0, dma_mapping_error(nullptr, at));
  CHECK_EQUAL(1u, mm::dma_mappings().mapped());
  dma_sync_single_for_cpu(nullptr, at + 64, 32, DMA_TO_DEVICE);
  dma_sync_single_for_device(nullptr, at, 189, DMA_TO_DEVICE);
  dma_unmap_single(nullptr, at, 189, DMA_TO_DEVICE);
  STRCMP_EQUAL("", fakes::take_log());
}

TEST(DmaMappings, what_kmalloc_gives_shares_no_line_of_the_cache) {
  const auto line = static_cast<std::uintptr_t>(dma_get_cache_alignment());
  for (std::size_t size = 1; size <= 8192; size += size < 300 ? 1 : 500) {
    void* const objects[] = {kmalloc(size, GFP_KERNEL), kmalloc(size, GFP_KERNEL)};
    for (void* const p : objects) CHECK_EQUAL(0u, virt_of(p).raw() % line);
    const std::uintptr_t a = virt_of(objects[0]).raw(), b = virt_of(objects[1]).raw();
    CHECK_TRUE((a < b ? b - a : a - b) >= align_up(size, line));
    for (void* const p : objects) kfree(p);
  }
}

TEST(DmaMappings, nonsense_is_refused) {
  refused(map(object, 0), "nothing to hand over; refused");
  refused(map(object, SIZE_MAX), "ends beyond all addresses; refused");
  refused(map(object, 8, DMA_NONE), "no direction; refused");
  refused(map(nullptr, 8), "no memory that has a linear address; refused");
  refused(dma_map_page(nullptr, nullptr, 0, 8, DMA_TO_DEVICE), "no page of memory; refused");
}

TEST(DmaMappings, no_more_than_one_object) {
  refused(map(object, 193), "beyond the end of its slab object");
  refused(map(object + 190, 3), "beyond the end of its slab object");
  char* const gone = static_cast<char*>(kmalloc(192, GFP_KERNEL));
  kfree(gone);
  refused(map(gone, 192), "a slab object that is free");
}

TEST(DmaMappings, the_stack_is_refused) {
  char variable[64];
  refused(map(variable, 64), "on the stack, which no device may write to: use kmalloc(); refused");
}

TEST(DmaMappings, whole_blocks_and_no_more) {
  page* const block = alloc_pages(GFP_KERNEL, 2);
  auto* const base = static_cast<char*>(page_address(block));
  const dma_addr_t whole = map(base, 4 * kPageSize, DMA_BIDIRECTIONAL);
  CHECK_EQUAL(page_to_phys(block), whole);
  dma_unmap_single(nullptr, whole, 4 * kPageSize, DMA_BIDIRECTIONAL);
  const dma_addr_t part = dma_map_page(nullptr, block + 1, 100, 5000, DMA_FROM_DEVICE);
  CHECK_EQUAL(page_to_phys(block) + kPageSize + 100, part);
  dma_unmap_page(nullptr, part, 5000, DMA_FROM_DEVICE);
  STRCMP_EQUAL("", fakes::take_log());
  __free_pages(block, 2);
  refused(map(base, 8), "a free page, or beyond the end of an allocated block");
}

TEST(DmaMappings, coherent_memory_has_its_handle_already) {
  dma_addr_t handle = 0;
  void* const p = dma_alloc_coherent(nullptr, 100, &handle, GFP_KERNEL);
  CHECK_TRUE(p != nullptr);
  CHECK_EQUAL(virt_to_phys(p), handle);
  refused(map(p, 100), "coherent memory is mapped already, by its handle");
  dma_free_coherent(nullptr, 2 * kPageSize, p, handle);
  said("of another size; refused");
  dma_free_coherent(nullptr, 100, p, handle + 4);
  said("that is not its handle; refused");
  dma_free_coherent(nullptr, 100, p, handle);
  dma_free_coherent(nullptr, 100, nullptr, 0);
  STRCMP_EQUAL("", fakes::take_log());
  dma_free_coherent(nullptr, 100, p, handle);
  said("free already; refused");
  POINTERS_EQUAL(nullptr, dma_alloc_coherent(nullptr, 64 << 20, &handle, GFP_KERNEL | __GFP_NOWARN));
  STRCMP_EQUAL("", fakes::take_log());
  POINTERS_EQUAL(nullptr, dma_alloc_coherent(nullptr, 64 << 20, &handle, GFP_KERNEL));
  said("coherent=SIZE on the command line makes more");
}

TEST(DmaMappings, an_unmap_fits_its_map) {
  device other{"other", nullptr, 0};
  const dma_addr_t at = map(object, 64);
  dma_unmap_single(nullptr, at + 32, 64, DMA_TO_DEVICE);
  said("nothing is mapped there, or not any more; refused");
  dma_unmap_single(nullptr, at, 32, DMA_TO_DEVICE);
  said("mapped with another size; refused");
  dma_unmap_single(nullptr, at, 64, DMA_FROM_DEVICE);
  said("mapped with another direction; refused");
  dma_unmap_single(&other, at, 64, DMA_TO_DEVICE);
  said("mapped for another device; refused");
  dma_unmap_page(nullptr, at, 64, DMA_TO_DEVICE);
  said("mapped by the other of dma_map_single and dma_map_page; refused");
  CHECK_EQUAL(1u, mm::dma_mappings().mapped());
  dma_unmap_single(nullptr, at, 64, DMA_TO_DEVICE);
  STRCMP_EQUAL("", fakes::take_log());
  dma_unmap_single(nullptr, at, 64, DMA_TO_DEVICE);
  said("nothing is mapped there, or not any more; refused");
}

TEST(DmaMappings, a_sync_is_inside_its_mapping) {
  const dma_addr_t at = map(object, 64);
  dma_sync_single_for_cpu(nullptr, at + 32, 33, DMA_TO_DEVICE);
  said("nothing is mapped there, or less; refused");
  dma_sync_single_for_device(nullptr, at, 64, DMA_FROM_DEVICE);
  said("mapped with another direction; refused");
  dma_sync_single_for_device(nullptr, at, 0, DMA_TO_DEVICE);
  said("nothing to hand over; refused");
  dma_unmap_single(nullptr, at, 64, DMA_TO_DEVICE);
}

TEST(DmaMappings, a_device_that_does_not_reach_all_memory) {
  u64 mask = virt_to_phys(object) + 63;
  device narrow{"narrow", &mask, mask};
  const dma_addr_t at = dma_map_single(&narrow, object, 64, DMA_TO_DEVICE);
  CHECK_EQUAL(0, dma_mapping_error(&narrow, at));
  dma_unmap_single(&narrow, at, 64, DMA_TO_DEVICE);
  refused(dma_map_single(&narrow, object, 65, DMA_TO_DEVICE), "the device does not reach it; refused");
  CHECK_EQUAL(0, dma_set_mask_and_coherent(&narrow, DMA_BIT_MASK(32)));
  CHECK_EQUAL(0xffffffffull, mask);
  CHECK_EQUAL(DMA_BIT_MASK(32), narrow.coherent_dma_mask);
  narrow.coherent_dma_mask = 1;
  const std::size_t used = mm::coherent_memory().used_pages();
  dma_addr_t handle = 0;
  POINTERS_EQUAL(nullptr, dma_alloc_coherent(&narrow, 64, &handle, GFP_KERNEL));
  said("dma_alloc_coherent: narrow: ");
  CHECK_EQUAL(used, mm::coherent_memory().used_pages());
}

TEST(DmaMappings, more_than_can_be_noted_still_work) {
  constexpr std::size_t kMany = mm::DmaMappings::kMost + 3;
  for (std::size_t i = 0; i < kMany; ++i) CHECK_EQUAL(virt_to_phys(object), map(object, 1 + i));
  CHECK_EQUAL(kMany, mm::dma_mappings().mapped());
  for (std::size_t i = 0; i < kMany; ++i)
    dma_unmap_single(nullptr, virt_to_phys(object), 1 + i, DMA_TO_DEVICE);
  STRCMP_EQUAL("", fakes::take_log());
}

TEST(DmaMappings, a_driver_in_c) {
  LONGS_EQUAL(1, c_dma_driver());
  STRCMP_EQUAL("", fakes::take_log());
}
