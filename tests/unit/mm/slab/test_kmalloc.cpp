// SPDX-License-Identifier: MIT
// kmalloc of an instance: caches by size, large blocks, krealloc, failing page allocator.
#include <CppUTest/TestHarness.h>

#include <cstdint>
#include <initializer_list>

#include "slab_box.hpp"

using namespace mink;
using namespace mink::mm;

TEST_GROUP(Kmalloc) {
  SlabBox box{64};
  void teardown() override { box.close(); }
};

TEST(Kmalloc, every_size_has_the_smallest_cache_that_holds_it) {
  const std::size_t sizes[] = {32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192};
  std::size_t fitting = 0;
  for (std::size_t size = 1; size <= 8192; ++size) {
    if (size > sizes[fitting]) ++fitting;
    void* const p = box.kmalloc(size);
    UNSIGNED_LONGS_EQUAL(sizes[fitting], box.slab.ksize(p, this));
    UNSIGNED_LONGS_EQUAL(kmalloc_index(size), kmalloc_index(sizes[fitting]));
    // Powers of two are aligned to themselves, others to a cache line.
    const std::size_t align = sizes[fitting] == 96 ? 32 : sizes[fitting] == 192 ? 64 : sizes[fitting];
    UNSIGNED_LONGS_EQUAL(0, reinterpret_cast<std::uintptr_t>(p) % (align < 4096 ? align : 4096));
    box.kfree(p);
  }
}

TEST(Kmalloc, names_are_linuxs) {
  STRCMP_EQUAL("kmalloc-32", box.slab.kmalloc_cache(KMALLOC_NORMAL, kmalloc_index(1))->name);
  STRCMP_EQUAL("kmalloc-96", box.slab.kmalloc_cache(KMALLOC_NORMAL, kmalloc_index(65))->name);
  STRCMP_EQUAL("kmalloc-1k", box.slab.kmalloc_cache(KMALLOC_NORMAL, kmalloc_index(513))->name);
  STRCMP_EQUAL("dma-kmalloc-8k", box.slab.kmalloc_cache(KMALLOC_DMA, kmalloc_index(8192))->name);
}

TEST(Kmalloc, zero_size) {
  POINTERS_EQUAL(ZERO_SIZE_PTR, box.kmalloc(0));
  UNSIGNED_LONGS_EQUAL(0, box.slab.ksize(ZERO_SIZE_PTR, this));
  box.kfree(ZERO_SIZE_PTR);
}

TEST(Kmalloc, large_blocks_are_whole_pages_and_come_back) {
  const std::size_t before = box.arena.pages().free_pages();
  void* const p = box.kmalloc(8193, GFP_KERNEL | __GFP_ZERO);
  UNSIGNED_LONGS_EQUAL(4 * kPageSize, box.slab.ksize(p, this));
  for (int i = 0; i < 8193; ++i) BYTES_EQUAL(0, static_cast<char*>(p)[i]);
  std::memset(p, 1, 4 * kPageSize);
  UNSIGNED_LONGS_EQUAL(before - 4, box.arena.pages().free_pages());
  UNSIGNED_LONGS_EQUAL(4, box.slab.figures().large_pages);
  box.kfree(p);
  UNSIGNED_LONGS_EQUAL(before, box.arena.pages().free_pages());
  UNSIGNED_LONGS_EQUAL(0, box.slab.figures().large_pages);
}

TEST(Kmalloc, krealloc_keeps_contents_and_moves_only_when_it_must) {
  auto* p = static_cast<char*>(box.kmalloc(40));
  std::strcpy(p, "thirty-nine characters are kept for us.");
  POINTERS_EQUAL(p, box.slab.krealloc(p, 64, GFP_KERNEL, this));  // fits
  POINTERS_EQUAL(p, box.slab.krealloc(p, 10, GFP_KERNEL, this));
  auto* const moved = static_cast<char*>(box.slab.krealloc(p, 10000, GFP_KERNEL, this));
  STRCMP_EQUAL("thirty-nine characters are kept for us.", moved);
  UNSIGNED_LONGS_EQUAL(0, box.slab.live_objects(*box.slab.kmalloc_cache(KMALLOC_NORMAL, 6)));
  POINTERS_EQUAL(nullptr, box.slab.krealloc(moved, KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN, this));
  STRCMP_EQUAL("thirty-nine characters are kept for us.", moved);  // failure leaves the old block
  POINTERS_EQUAL(ZERO_SIZE_PTR, box.slab.krealloc(moved, 0, GFP_KERNEL, this));
  UNSIGNED_LONGS_EQUAL(0, box.slab.figures().large_pages);
  void* const fresh = box.slab.krealloc(nullptr, 100, GFP_KERNEL, this);
  UNSIGNED_LONGS_EQUAL(128, box.slab.ksize(fresh, this));
  box.kfree(fresh);
}

TEST(Kmalloc, exhaustion_by_every_size_gives_every_page_back) {
  for (const std::size_t size : {32, 96, 500, 4000, 8192, 16384, 65536}) {
    const std::size_t before = box.arena.pages().free_pages();
    void* first = nullptr;
    while (void* const p = box.kmalloc(size, GFP_KERNEL | __GFP_NOWARN)) {
      *static_cast<void**>(p) = first;
      first = p;
    }
    CHECK(first != nullptr);
    box.check();
    while (first != nullptr) {
      void* const next = *static_cast<void**>(first);
      box.kfree(first);
      first = next;
    }
    box.check();
    box.slab.shrink(GFP_KERNEL, 1000);
    CHECK(box.arena.pages().free_pages() >= before);
  }
}

TEST_GROUP(KmallocLimit){};

TEST(KmallocLimit, the_books_limit_of_128_kilobytes) {
  SlabBox box{128, {.kmalloc_max = 128 * 1024}};
  void* const p = box.kmalloc(128 * 1024);
  CHECK(p != nullptr);
  box.kfree(p);
  (void)fakes::take_log();
  POINTERS_EQUAL(nullptr, box.kmalloc(128 * 1024 + 1));
  CHECK(fakes::logged("kmalloc_max="));
  (void)fakes::take_log();
  POINTERS_EQUAL(nullptr, box.kmalloc(128 * 1024 + 1, GFP_KERNEL | __GFP_NOWARN));
  CHECK_FALSE(fakes::logged("kmalloc_max="));
  box.close();
}

TEST(KmallocLimit, no_limit_is_below_the_largest_cache) {
  SlabBox box{64, {.kmalloc_max = 1}};
  UNSIGNED_LONGS_EQUAL(KMALLOC_MAX_CACHE_SIZE, box.slab.kmalloc_max());
  box.close();
}

TEST(KmallocLimit, too_small_a_page_allocator_fails_cleanly) {
  // No cache of caches fits into no page at all.
  fakes::TestArena arena{fakes::TestArena::Options{.pages = 1}};
  void* const only = arena.pages().alloc(GFP_NOWAIT | __GFP_NOWARN, 0, this);
  SlabAllocator slab;
  LONGS_EQUAL(static_cast<int>(Err::NoMem), static_cast<int>(slab.init(arena.pages())));
  if (only != nullptr) arena.pages().free(static_cast<page*>(only), 0, this);
}
