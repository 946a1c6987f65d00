// SPDX-License-Identifier: MIT
// The rows of the bench. A new one is a loop and a line in the table.
#include <linux/gfp.h>
#include <linux/mempool.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "bench/bench.hpp"

namespace mink::shell {
namespace {

constinit kmem_cache* cache_192;

// The loop of every row, and the look at a result.
bool empty(unsigned times) {
  for (unsigned i = 0; i < times; ++i) {
    const void* object = &cache_192;
    asm volatile("" : "+r"(object)::"memory");
    if (object == nullptr) return false;
  }
  return true;
}

template <std::size_t kBytes, gfp_t kFlags = GFP_KERNEL>
bool kmalloc_pair(unsigned times) {
  for (unsigned i = 0; i < times; ++i) {
    void* object = kmalloc(kBytes, kFlags);
    if (object == nullptr) return false;
    kfree(object);
  }
  return true;
}

bool kmalloc_variable(unsigned times) {
  for (unsigned i = 0; i < times; ++i) {
    std::size_t bytes = 64;
    asm volatile("" : "+r"(bytes));  // the compiler must not know it
    void* object = kmalloc(bytes, GFP_KERNEL);
    if (object == nullptr) return false;
    kfree(object);
  }
  return true;
}

bool make_cache() {
  cache_192 = kmem_cache_create("bench-192", 192, 0, 0, nullptr);
  return cache_192 != nullptr;
}
void drop_cache() { kmem_cache_destroy(cache_192); }

bool cache_pair(unsigned times) {
  kmem_cache* const cache = cache_192;
  for (unsigned i = 0; i < times; ++i) {
    void* object = kmem_cache_alloc(cache, GFP_KERNEL);
    if (object == nullptr) return false;
    kmem_cache_free(cache, object);
  }
  return true;
}

template <unsigned kOrder>
bool pages(unsigned times) {
  for (unsigned i = 0; i < times; ++i) {
    const unsigned long address = __get_free_pages(GFP_KERNEL, kOrder);
    if (address == 0) return false;
    free_pages(address, kOrder);
  }
  return true;
}

bool zeroed_page(unsigned times) {
  for (unsigned i = 0; i < times; ++i) {
    const unsigned long address = get_zeroed_page(GFP_KERNEL);
    if (address == 0) return false;
    free_page(address);
  }
  return true;
}

template <std::size_t kBytes>
bool area(unsigned times) {
  for (unsigned i = 0; i < times; ++i) {
    void* memory = vmalloc(kBytes);
    if (memory == nullptr) return false;
    vfree(memory);
  }
  return true;
}

constinit mempool_t* pool_256;

bool make_pool() {
  pool_256 = mempool_create_kmalloc_pool(16, 256);
  return pool_256 != nullptr;
}
void drop_pool() { mempool_destroy(pool_256); }

bool pool_pair(unsigned times) {
  mempool_t* const pool = pool_256;
  for (unsigned i = 0; i < times; ++i) {
    void* element = mempool_alloc(pool, GFP_KERNEL);
    if (element == nullptr) return false;
    mempool_free(element, pool);
  }
  return true;
}

// A pool whose allocator never has anything: each element comes from the reserve.
void* no_element(gfp_t, void*) { return nullptr; }
void* first_elements(gfp_t gfp, void*) { return kmalloc(256, gfp); }
void free_element(void* element, void*) { kfree(element); }
bool make_reserve() {
  pool_256 = mempool_create(16, first_elements, free_element, nullptr);
  if (pool_256 == nullptr) return false;
  pool_256->alloc = no_element;
  return true;
}

constexpr BenchRow kRows[] = {
    {"kmalloc", "kmalloc(64) + kfree", kmalloc_pair<64>},
    {"kmalloc-atomic", "kmalloc(64, GFP_ATOMIC) + kfree", kmalloc_pair<64, GFP_ATOMIC>},
    {"kmalloc-variable", "kmalloc(variable) + kfree", kmalloc_variable},
    {"kzalloc64", "kzalloc(64) + kfree", kmalloc_pair<64, GFP_KERNEL | __GFP_ZERO>},
    {"kzalloc1024", "kzalloc(1024) + kfree", kmalloc_pair<1024, GFP_KERNEL | __GFP_ZERO>},
    {"kmalloc16k", "kmalloc(16 K) + kfree", kmalloc_pair<16384>},
    {"kmalloc64k", "kmalloc(64 K) + kfree", kmalloc_pair<65536>},
    {"cache", "kmem_cache_alloc + free, 192 bytes", cache_pair, make_cache, drop_cache},
    {"page", "order 0: __get_free_page + free_page", pages<0>},
    {"zeroed", "get_zeroed_page + free_page", zeroed_page},
    {"order1", "order 1: __get_free_pages + free_pages", pages<1>},
    {"order3", "order 3: __get_free_pages + free_pages", pages<3>},
    {"order6", "order 6: __get_free_pages + free_pages", pages<6>},
    {"order9", "order 9: __get_free_pages + free_pages", pages<9>},
    {"order10", "order 10: __get_free_pages + free_pages", pages<10>},
    {"vmalloc4k", "vmalloc + vfree, 4 K", area<4096>},
    {"vmalloc64k", "vmalloc + vfree, 64 K", area<65536>},
    {"vmalloc1m", "vmalloc + vfree, 1 M", area<1048576>},
    {"mempool", "mempool_alloc + free over kmalloc(256)", pool_pair, make_pool, drop_pool},
    {"mempool-reserve", "mempool_alloc + free, reserve only", pool_pair, make_reserve, drop_pool},
};

}  // namespace

constinit const std::span<const BenchRow> kBenchRows{kRows};
constinit const BenchRow kEmptyRow{"empty", "the empty loop", empty};

}  // namespace mink::shell
