// SPDX-License-Identifier: MIT
// The small ones among the Linux-named functions over pages and windows, on low memory.
#include <CppUTest/TestHarness.h>

#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <cstring>
#include <mm/dma.hpp>
#include <mm/gfp_names.hpp>
#include <mm/kernel_memory.hpp>
#include <sync/preempt.hpp>

#include "fakes/kernel_memory.hpp"
#include "fakes/log.hpp"

using namespace mink;

TEST_GROUP(Faces) {
  page* a = nullptr;
  page* b = nullptr;
  void setup() override {
    fakes::use_kernel_memory();
    a = alloc_pages(GFP_KERNEL | __GFP_ZERO | __GFP_COMP, 1);
    b = alloc_page(GFP_KERNEL);
    CHECK_TRUE(a != nullptr && b != nullptr);
  }
  void teardown() override {
    __free_pages(a, 1);
    __free_page(b);
  }
};

TEST(Faces, PagesFramesAndAddressesAreOneAnothersInverse) {
  const unsigned long pfn = page_to_pfn(a);
  POINTERS_EQUAL(a, pfn_to_page(pfn));
  CHECK_TRUE(pfn_valid(pfn));
  CHECK_FALSE(pfn_valid(~0ul));
  POINTERS_EQUAL(a, virt_to_page(page_address(a)));
  CHECK_EQUAL(1u, compound_order(a));
  CHECK_EQUAL(0u, compound_order(b));
  CHECK_EQUAL(0, PageHighMem(a));
  CHECK_EQUAL(0, PageSlab(a));
  CHECK_TRUE(nr_free_pages() < totalram_pages());
  const unsigned long address = __get_free_page(GFP_KERNEL);
  CHECK_TRUE(address != 0);
  free_page(address);
  void* const object = kmalloc(64, GFP_KERNEL);
  CHECK_EQUAL(1, PageSlab(virt_to_page(object)));
  kfree(object);
}

TEST(Faces, LowMemoryNeedsNoWindow) {
  POINTERS_EQUAL(page_address(a), kmap(a));
  kunmap(a);
  POINTERS_EQUAL(page_address(a), kmap_local_page(a));
  kunmap_local(page_address(a));
  const unsigned before = sync::mink_preempt_count;
  POINTERS_EQUAL(page_address(a), kmap_atomic(a));
  CHECK_EQUAL(before + 1, sync::mink_preempt_count);
  kunmap_atomic(page_address(a));
  CHECK_EQUAL(before, sync::mink_preempt_count);
}

TEST(Faces, PagesAreFilledCopiedAndCleared) {
  memcpy_to_page(a, 100, "pattern", 8);
  char text[8];
  copy_highpage(b, a);
  memcpy_from_page(text, b, 100, 8);
  STRCMP_EQUAL("pattern", text);
  zero_user(b, 103, 2);
  memcpy_from_page(text, b, 100, 8);
  CHECK_TRUE(std::memcmp(text, "pat\0\0rn", 8) == 0);
  clear_highpage(b);
  memcpy_from_page(text, b, 100, 8);
  CHECK_EQUAL('\0', text[0]);
  CHECK_EQUAL('\0', text[6]);
}

TEST(Faces, EveryGroupOfFlagsHasItsNameAndMeaning) {
  mm::GfpName group;
  unsigned n = 0;
  for (; mm::gfp_group(n, group); ++n) {
    gfp_t mask = 0;
    const char* bad = nullptr;
    CHECK_TRUE(mm::parse_gfp(group.name, mask, bad));
    CHECK_EQUAL(group.mask, mask);
    CHECK_TRUE(group.meaning[0] != '\0');
  }
  CHECK_TRUE(n > 5);
}

TEST(Faces, MappingsForDevicesAreListed) {
  void* const object = kmalloc(192, GFP_KERNEL | GFP_DMA);
  const dma_addr_t at = dma_map_single(nullptr, object, 192, DMA_TO_DEVICE);
  char text[256];
  BufferSink out{text};
  mm::dma_mappings().print(out);
  CHECK_TRUE(std::strstr(text, "192 bytes") != nullptr);
  dma_unmap_single(nullptr, at, 192, DMA_TO_DEVICE);
  kfree(object);
}
