// SPDX-License-Identifier: MIT
// Small blocks of coherent memory.
#include <CppUTest/TestHarness.h>

#include <linux/dmapool.h>
#include <linux/mm.h>

#include <cstring>
#include <mm/dma.hpp>

#include "fakes/kernel_memory.hpp"
#include "fakes/log.hpp"

using namespace mink;

TEST_GROUP(DmaPool) {
  std::size_t used = 0;

  void setup() override {
    fakes::use_kernel_memory();
    used = mm::coherent_memory().used_pages();
    fakes::take_log();
  }
  void teardown() override { CHECK_EQUAL(used, mm::coherent_memory().used_pages()); }
  void said(const char* why) {
    if (!fakes::logged(why)) STRCMP_EQUAL(why, fakes::take_log());
    fakes::take_log();
  }
};

TEST(DmaPool, blocks_are_apart_aligned_and_within_their_boundary) {
  struct Shape {
    std::size_t size, align, boundary, a_page;
  };
  for (const Shape& s : {Shape{32, 32, 0, 128}, Shape{20, 16, 0, 128}, Shape{100, 4, 256, 32},
                         Shape{1, 0, 0, 1024}, Shape{4096, 4096, 0, 1}, Shape{3000, 8, 8192, 1}}) {
    dma_pool* const pool = dma_pool_create("shapes", nullptr, s.size, s.align, s.boundary);
    static char* blocks[2048];
    static dma_addr_t handles[2048];
    const std::size_t count = 2 * s.a_page;
    for (std::size_t i = 0; i < count; ++i) {
      blocks[i] = static_cast<char*>(dma_pool_alloc(pool, GFP_KERNEL, &handles[i]));
      CHECK_EQUAL(virt_to_phys(blocks[i]), handles[i]);
      CHECK_EQUAL(0u, handles[i] % (s.align == 0 ? 1 : s.align));
      if (s.boundary != 0) CHECK_EQUAL(handles[i] / s.boundary, (handles[i] + s.size - 1) / s.boundary);
      std::memset(blocks[i], static_cast<int>(i), s.size);
    }
    CHECK_EQUAL(used + 2, mm::coherent_memory().used_pages());
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t k = 0; k < s.size; ++k) CHECK_EQUAL(static_cast<char>(i), blocks[i][k]);
    }
    for (std::size_t i = 0; i < count; ++i) dma_pool_free(pool, blocks[i], handles[i]);
    dma_pool_destroy(pool);
    CHECK_EQUAL(used, mm::coherent_memory().used_pages());
  }
  STRCMP_EQUAL("", fakes::take_log());
}

TEST(DmaPool, a_freed_block_is_given_again_and_zeroed_on_request) {
  dma_pool* const pool = dma_pool_create("again", nullptr, 64, 32, 0);
  dma_addr_t first = 0, second = 0;
  void* const p = dma_pool_alloc(pool, GFP_KERNEL, &first);
  std::memset(p, 0xff, 64);
  dma_pool_free(pool, p, first);
  auto* const q = static_cast<unsigned char*>(dma_pool_zalloc(pool, GFP_ATOMIC, &second));
  POINTERS_EQUAL(p, q);
  for (unsigned i = 0; i < 64; ++i) CHECK_EQUAL(0, q[i]);
  dma_pool_free(pool, q, second);
  dma_pool_destroy(pool);
}

TEST(DmaPool, what_is_no_block_of_it_is_refused) {
  dma_pool* const pool = dma_pool_create("mine", nullptr, 48, 16, 0);
  dma_pool* const other = dma_pool_create("other", nullptr, 48, 16, 0);
  dma_addr_t at = 0;
  auto* const p = static_cast<char*>(dma_pool_alloc(pool, GFP_KERNEL, &at));
  dma_pool_free(other, p, at);
  said("other: ");
  dma_pool_free(pool, p + 16, at + 16);
  said("not the start of a block; refused");
  dma_pool_free(pool, p + 48, at + 48);
  said("free already; refused");
  dma_pool_free(pool, p, at + 48);
  said("that is not its handle; refused");
  char elsewhere[8];
  dma_pool_free(pool, elsewhere, 0);
  said("no block of this pool; refused");
  dma_free_coherent(nullptr, kPageSize, reinterpret_cast<void*>(align_down(virt_of(p).raw(), kPageSize)),
                    align_down(at, kPageSize));
  said("a page of a dma_pool; refused");
  dma_pool_destroy(pool);
  said("mine: 1 blocks are in use; it stays");
  dma_pool_free(pool, p, at);
  dma_pool_free(pool, p, at);
  said("free already; refused");
  dma_pool_destroy(pool);
  dma_pool_destroy(other);
  dma_pool_destroy(nullptr);
  STRCMP_EQUAL("", fakes::take_log());
}

TEST(DmaPool, nonsense_makes_no_pool) {
  POINTERS_EQUAL(nullptr, dma_pool_create("none", nullptr, 0, 0, 0));
  POINTERS_EQUAL(nullptr, dma_pool_create("none", nullptr, 8, 3, 0));
  POINTERS_EQUAL(nullptr, dma_pool_create("none", nullptr, 8, 8, 100));
  POINTERS_EQUAL(nullptr, dma_pool_create("none", nullptr, 65, 8, 64));
  POINTERS_EQUAL(nullptr, dma_pool_create("none", nullptr, 4097, 8, 0));
  said("none: blocks of 4097 bytes");
}
