// SPDX-License-Identifier: MIT
// <linux/slab.h> and <linux/mempool.h> over the kernel's instance, from C and from C++.
#include <CppUTest/TestHarness.h>
#include <linux/mempool.h>
#include <linux/slab.h>

#include <mm/kernel_memory.hpp>

#include "fakes/kernel_memory.hpp"
#include "unit/linux/slab_api.h"

using namespace mink;

namespace {

int constructed = 0;
int released = 0;
void ctor1(void*) { ++constructed; }
void ctor3(void*, kmem_cache_t*, unsigned long) { ++constructed; }
void dtor1(void*) { ++released; }
void dtor3(void*, kmem_cache_t*, unsigned long) { ++released; }

void* book_alloc(int gfp_mask, void* pool_data) {
  return mempool_kmalloc(static_cast<gfp_t>(gfp_mask), pool_data);
}

}  // namespace

// Constant sizes choose their cache when they are compiled.
static_assert(kmalloc_index(1) == 5 && kmalloc_index(96) == 1 && kmalloc_index(97) == 7 &&
              kmalloc_index(192) == 2);
static_assert(kmalloc_index(0) == 0 && kmalloc_index(8192) == 13 && kmalloc_index(8193) == 14);

TEST_GROUP(SlabApi){void setup() override{fakes::use_kernel_memory();
constructed = released = 0;
}
void teardown() override {
  char text[512];
  BufferSink why{text};
  if (!mm::kernel_memory().slab.check(why)) FAIL(why.text());
}
// Takes and gives an object; the number of constructor calls minus those of the destructor.
int balance(kmem_cache* cache) {
  void* const object = kmem_cache_alloc(cache, GFP_KERNEL);
  CHECK(object != nullptr);
  kmem_cache_free(cache, object);
  LONGS_EQUAL(0, kmem_cache_destroy(cache));
  return constructed - released;
}
}
;

TEST(SlabApi, c_book_listing) { LONGS_EQUAL(0, c_book_listing()); }
TEST(SlabApi, c_constructors) { LONGS_EQUAL(0, c_constructors()); }
TEST(SlabApi, c_kmalloc_variable) { LONGS_EQUAL(0, c_kmalloc_variable()); }
TEST(SlabApi, c_kmalloc_family) { LONGS_EQUAL(0, c_kmalloc_family()); }
TEST(SlabApi, c_named_cache) { LONGS_EQUAL(0, c_named_cache()); }
TEST(SlabApi, c_mempool_callbacks) { LONGS_EQUAL(0, c_mempool_callbacks()); }

TEST(SlabApi, every_form_of_create_in_cpp) {
  CHECK(balance(kmem_cache_create("c", 100, 0, 0, ctor1)) > 0);
  CHECK(balance(kmem_cache_create("c", 100, 0, 0, ctor3)) > 0);
  constructed = released = 0;
  LONGS_EQUAL(0, balance(kmem_cache_create("c", 100, 0, 0, NULL)));
  LONGS_EQUAL(0, balance(kmem_cache_create("c", 100, 0, 0, nullptr)));
  LONGS_EQUAL(0, balance(kmem_cache_create("c", 100, 0, 0, NULL, NULL)));
  LONGS_EQUAL(0, balance(kmem_cache_create("c", 100, 0, 0, ctor3, dtor3)));
  CHECK(constructed > 0);
  LONGS_EQUAL(0, balance(kmem_cache_create("c", 100, 0, 0, ctor1, dtor1)));
  LONGS_EQUAL(0, balance(kmem_cache_create("c", 100, 0, 0, ctor1, dtor3)));
  CHECK(balance(kmem_cache_create("c", 100, 0, 0, [](void*) { ++constructed; })) > 0);
}

TEST(SlabApi, sizes_known_and_unknown_at_compile_time_agree) {
  volatile std::size_t hidden = 0;
  const auto expect = [&](void* constant, std::size_t size) {
    hidden = size;
    void* const variable = kmalloc(hidden, GFP_KERNEL);
    UNSIGNED_LONGS_EQUAL(ksize(constant), ksize(variable));
    kfree(constant);
    kfree(variable);
  };
  expect(kmalloc(1, GFP_KERNEL), 1);
  expect(kmalloc(33, GFP_KERNEL), 33);
  expect(kmalloc(96, GFP_KERNEL), 96);
  expect(kmalloc(97, GFP_KERNEL), 97);
  expect(kmalloc(193, GFP_KERNEL), 193);
  expect(kmalloc(8192, GFP_KERNEL), 8192);
  expect(kmalloc(8193, GFP_KERNEL), 8193);
  expect(kmalloc(0, GFP_KERNEL), 0);
}

TEST(SlabApi, the_books_mempool_callback_in_cpp) {
  mempool_t* const pool = mempool_create(2, book_alloc, mempool_kfree, reinterpret_cast<void*>(48));
  CHECK(pool != nullptr);
  void* const element = mempool_alloc(pool, GFP_KERNEL);
  UNSIGNED_LONGS_EQUAL(64, ksize(element));
  mempool_free(element, pool);
  mempool_destroy(pool);
}
