// SPDX-License-Identifier: MIT
// Every free that is wrong is named and refused, and the allocator is as it was.
#include <CppUTest/TestHarness.h>

#include <cstdint>
#include <cstdio>
#include <mm/what.hpp>

#include "slab_box.hpp"

using namespace mink;
using namespace mink::mm;

namespace {

const char* place_name(const void* address) {
  return reinterpret_cast<std::uintptr_t>(address) == 0x1230 ? "on somebody's stack" : nullptr;
}

}  // namespace

TEST_GROUP(BadFree) {
  SlabBox box{64};
  PlaceNames before = set_place_names(place_name);
  void teardown() override {
    box.close();
    set_place_names(before);
  }
};

TEST(BadFree, nothing_is_nothing) {
  box.kfree(nullptr);
  box.kfree(ZERO_SIZE_PTR);
  UNSIGNED_LONGS_EQUAL(0, box.slab.reports());
}

TEST(BadFree, double_free_at_once) {
  void* const a = box.kmalloc(64);
  box.kfree(a);
  box.kfree(a);
  CHECK(box.reported("is object 31 of kmalloc-64, free"));
}

TEST(BadFree, double_free_a_thousand_operations_later) {
  void* const a = box.kmalloc(64);
  void* others[300];
  for (void*& o : others) o = box.kmalloc(64);
  box.kfree(a);
  // Something else takes and gives, never as many that `a` is taken again.
  for (int i = 0; i < 1000; ++i) box.kfree(others[i % 300]), others[i % 300] = box.kmalloc(96);
  box.kfree(a);
  CHECK(box.reported("is object 31 of kmalloc-64, free"));
  for (void* o : others) box.kfree(o);
}

TEST(BadFree, double_free_in_a_full_a_partial_and_an_empty_slab) {
  void* objects[40];  // five slabs of 512
  for (void*& o : objects) o = box.kmalloc(512);
  box.kfree(objects[1]);  // of a full slab: partial now
  box.kfree(objects[1]);
  CHECK(box.reported("double free"));
  for (int i = 0; i < 8; ++i) {
    if (i != 1) box.kfree(objects[i]);  // empty now, and kept
  }
  box.kfree(objects[7]);
  CHECK(box.reported("double free"));
  for (int i = 8; i < 40; ++i) box.kfree(objects[i]);
}

TEST(BadFree, interior_pointer) {
  auto* const a = static_cast<char*>(box.kmalloc(64));
  auto* const b = static_cast<char*>(box.kmalloc(64));
  for (const int offset : {1, 4, 32, 63}) {
    box.kfree(b + offset);
    char expected[80];
    std::snprintf(expected, sizeof expected, "byte %d of object 30 of kmalloc-64", offset);
    CHECK(box.reported(expected));
  }
  box.check();
  box.kfree(a);
  box.kfree(b);
}

TEST(BadFree, behind_the_last_object) {
  kmem_cache& odd = *box.make("odd", 96);
  auto* const a = static_cast<char*>(box.take(odd));  // 42 objects: 64 bytes are left over
  box.kfree(a + (42 - 31) * 96);  // a word of the map is used from its end: `a` is object 31
  CHECK(box.reported("behind its last object"));
  box.give(odd, a);
  (void)box.slab.destroy(odd, this);
}

TEST(BadFree, wrong_cache) {
  kmem_cache& one = *box.make("one", 64);
  kmem_cache& two = *box.make("two", 64);
  void* const a = box.take(one);
  void* const b = box.take(two);
  box.give(two, a);
  CHECK(box.reported("another cache's object"));
  box.give(one, a);
  box.give(two, b);
  (void)box.slab.destroy(one, this);
  (void)box.slab.destroy(two, this);
}

TEST(BadFree, kmem_cache_free_of_null_is_named) {
  kmem_cache& one = *box.make("one", 64);
  box.give(one, nullptr);
  CHECK(box.reported("kmem_cache_free(one"));
  (void)box.slab.destroy(one, this);
}

TEST(BadFree, foreign_addresses) {
  int on_stack = 0;
  box.kfree(&on_stack);
  CHECK(box.reported("outside of the memory"));
  box.kfree(reinterpret_cast<void*>(0x1230));
  CHECK(box.reported("somebody's stack"));
  box.kfree(reinterpret_cast<void*>(~std::uintptr_t{0}));
  CHECK(box.reported("outside of the memory"));
}

TEST(BadFree, pages_of_the_page_allocator) {
  page* const p = box.arena.pages().alloc(GFP_KERNEL, 1, this);
  auto* const memory = static_cast<char*>(box.arena.pages().address(p));
  box.kfree(memory);
  CHECK(box.reported(" is a block of the page allocator of order 1, allocated by"));
  box.kfree(memory + kPageSize);
  CHECK(box.reported("is page 1 of a block of the page allocator of order 1"));
  box.arena.pages().free(p, 1, this);
  box.kfree(memory);
  CHECK(box.reported("free block"));
}

TEST(BadFree, large_blocks) {
  auto* const big = static_cast<char*>(box.kmalloc(20000));
  box.kfree(big + 8);
  CHECK(box.reported("is byte 8 of a block of kmalloc of order 3"));
  box.kfree(big + kPageSize);
  CHECK(box.reported("is page 1 of a block of kmalloc of order 3"));
  kmem_cache& one = *box.make("one", 64);
  box.give(one, big);
  CHECK(box.reported("kmem_cache_free(one"));
  (void)box.slab.destroy(one, this);
  box.kfree(big);
  box.kfree(big);
  CHECK(box.reported("free"));
}

// A refused kfree changes nothing, figures and the block's kind included.
TEST(BadFree, large_blocks_that_others_hold) {
  PageAllocator& pages = box.arena.pages();
  void* const big = box.kmalloc(20000);
  page* const head = pages.page_of(big);
  pages.get(head, this);
  box.kfree(big);
  CHECK(box.reported("others hold it, too"));
  UNSIGNED_LONGS_EQUAL(8, box.slab.figures().large_pages);
  UNSIGNED_LONGS_EQUAL(8 * kPageSize, box.slab.ksize(big, this));
  LONGS_EQUAL(2, head->_refcount);
  pages.put(head, this);
  pages.free(head, 3, this);  // kmalloc's
  CHECK(pages.last_fault() == FreeFault::LargeBlock);
  UNSIGNED_LONGS_EQUAL(8 * kPageSize, box.slab.ksize(big, this));
  box.kfree(big);
  UNSIGNED_LONGS_EQUAL(0, box.slab.figures().large_pages);
}

// Whatever its owner keeps in its private word.
TEST(BadFree, blocks_of_the_page_allocator) {
  PageAllocator& pages = box.arena.pages();
  for (const gfp_t compound : {gfp_t{0}, __GFP_COMP}) {
    for (const unsigned order : {0u, 1u, 3u}) {
      page* const p = pages.alloc(GFP_KERNEL | compound, order, this);
      p->private_data = reinterpret_cast<unsigned long>(&box.slab);
      box.kfree(pages.address(p));
      CHECK(box.reported("is a block of the page allocator of order"));
      UNSIGNED_LONGS_EQUAL(0, box.slab.figures().large_pages);
      pages.free(p, order, this);
    }
  }
}

TEST(BadFree, a_released_slab) {
  kmem_cache& one = *box.make("one", 1024);
  auto* const a = static_cast<char*>(box.take(one));
  box.give(one, a);
  box.slab.shrink_cache(one);
  box.give(one, a - 7 * 1024);  // eight objects; the last one is taken first
  CHECK(box.reported("free block"));
  (void)box.slab.destroy(one, this);
}

TEST(BadFree, bulk_refuses_the_bad_ones_alone) {
  kmem_cache& one = *box.make("one", 64);
  void* a[5] = {};
  CHECK(box.slab.alloc_bulk(one, GFP_KERNEL, 4, a, this));
  a[4] = a[2];
  box.slab.free_bulk(&one, 5, a, this);
  CHECK(box.reported("object 1 of one, free"));
  UNSIGNED_LONGS_EQUAL(0, box.slab.live_objects(one));
  (void)box.slab.destroy(one, this);
}

TEST(BadFree, ksize_and_krealloc_of_what_is_not_allocated) {
  void* const a = box.kmalloc(64);
  box.kfree(a);
  UNSIGNED_LONGS_EQUAL(0, box.slab.ksize(a, this));
  CHECK(box.reported("ksize"));
  POINTERS_EQUAL(nullptr, box.slab.krealloc(a, 100, GFP_KERNEL, this));
  CHECK(box.reported("BUG: krealloc("));
}

TEST(BadFree, writing_over_free_objects_does_not_hurt_the_allocator) {
  void* objects[64];
  for (void*& o : objects) o = box.kmalloc(64);
  for (void* o : objects) box.kfree(o);
  for (void* o : objects) std::memset(o, 0xff, 64);  // use after free, on every object of the slab
  box.check();
  for (void*& o : objects) o = box.kmalloc(64);
  for (int i = 0; i < 64; ++i) {
    for (int j = 0; j < i; ++j) CHECK(objects[i] != objects[j]);
  }
  for (void* o : objects) box.kfree(o);
}

// kmem_cache_free knows the object that was taken last without looking it up. Each way on which that knowledge could be wrong.
TEST(BadFree, the_object_that_was_taken_last) {
  kmem_cache& one = *box.make("one", 2048);  // eight objects
  kmem_cache& two = *box.make("two", 2048);
  const char* const twice = "free already";
  void* a = kmem_cache_alloc(&one, GFP_ATOMIC);
  kmem_cache_free(&two, a);
  CHECK(box.reported("object 7 of one"));
  kmem_cache_free(&one, a);
  kmem_cache_free(&one, a);
  CHECK(box.reported(twice));

  a = kmem_cache_alloc(&one, GFP_ATOMIC);
  kmem_cache_free_bulk(&one, 1, &a);  // past that knowledge
  kmem_cache_free(&one, a);
  CHECK(box.reported(twice));

  a = kmem_cache_alloc(&one, GFP_ATOMIC);
  void* others[20];  // more than a slab: another word is the current one
  for (void*& o : others) o = kmem_cache_alloc(&one, GFP_ATOMIC);
  kmem_cache_free(&one, a);
  kmem_cache_free(&one, a);
  CHECK(box.reported(twice));
  for (void* o : others) kmem_cache_free(&one, o);
  box.check();

  box.slab.shrink_cache(one);  // no current word, nothing was taken last
  kmem_cache_free(&one, nullptr);
  CHECK(box.reported("kmem_cache_free(one"));
  kmem_cache_free(&one, others[19]);
  CHECK(box.reported("kmem_cache_free(one"));
  box.check();
  (void)box.slab.destroy(one, this);
  (void)box.slab.destroy(two, this);
}
