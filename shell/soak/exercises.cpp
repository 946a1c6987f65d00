// SPDX-License-Identifier: MIT
// The five allocators as the soak uses them. Sizes are small enough that a machine of 16 MB never runs out
// for long.
#include <linux/gfp.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <base/addr.hpp>

#include "soak/exercise.hpp"

namespace mink::shell {
namespace {

// A failure is one of the outcomes: it is counted, not reported. And nobody is waited for: what could be freed is held by
// this very thread.
constexpr gfp_t kQuiet = __GFP_NOWARN | __GFP_NORETRY;

bool zero_if_asked(const Slot& slot, gfp_t gfp) {
  return (gfp & __GFP_ZERO) == 0 || slot.memory == nullptr || is_zero(slot.memory, slot.bytes);
}

gfp_t pick(std::span<const gfp_t> masks, Random& random) {
  return masks[random.below(static_cast<std::uint32_t>(masks.size()))] | kQuiet;
}

bool no_start() { return true; }
void no_stop() {}

// Most requests are small, some are large: half of them of the lowest order, half of the rest of the next ...
unsigned geometric(Random& random, unsigned most) {
  const std::uint32_t bits = random.next();
  unsigned n = 0;
  while (n < most && (bits >> n & 1) != 0) ++n;
  return n;
}

bool allocate_pages(Slot& slot, Random& random) {
  constexpr gfp_t kMasks[] = {
      GFP_KERNEL, GFP_KERNEL,           GFP_KERNEL | __GFP_ZERO, GFP_ATOMIC,
      GFP_DMA,    GFP_HIGHUSER_MOVABLE, GFP_KERNEL | __GFP_COMP, GFP_KERNEL | __GFP_RECLAIMABLE};
  const gfp_t gfp = pick(kMasks, random);
  slot.which = geometric(random, 6);
  page* head = alloc_pages(gfp, slot.which);
  slot.item = head;
  if (head == nullptr) return true;
  slot.memory = page_address(head);
  slot.bytes = kPageSize << slot.which;
  return zero_if_asked(slot, gfp);
}
void release_pages(Slot& slot) { __free_pages(static_cast<page*>(slot.item), slot.which); }

constexpr std::size_t kCacheSizes[] = {24, 192, 700, 1500};
constexpr std::size_t kCaches = sizeof kCacheSizes / sizeof kCacheSizes[0];
constinit kmem_cache* caches[kCaches];

void stop_caches() {
  for (kmem_cache*& cache : caches) {
    if (cache != nullptr) kmem_cache_destroy(cache);
    cache = nullptr;
  }
}
bool start_caches() {
  constexpr const char* kNames[kCaches] = {"soak-24", "soak-192", "soak-700", "soak-1500"};
  for (std::size_t i = 0; i < kCaches; ++i) {
    caches[i] = kmem_cache_create(kNames[i], kCacheSizes[i], 0, i == 1 ? SLAB_HWCACHE_ALIGN : 0, nullptr);
    if (caches[i] == nullptr) {
      stop_caches();
      return false;
    }
  }
  return true;
}
bool allocate_object(Slot& slot, Random& random) {
  constexpr gfp_t kMasks[] = {GFP_KERNEL, GFP_KERNEL, GFP_ATOMIC, GFP_KERNEL | __GFP_ZERO};
  const gfp_t gfp = pick(kMasks, random);
  slot.which = random.below(kCaches);
  slot.item = slot.memory = kmem_cache_alloc(caches[slot.which], gfp);
  slot.bytes = kCacheSizes[slot.which];
  return slot.item == nullptr || zero_if_asked(slot, gfp);
}
void release_object(Slot& slot) { kmem_cache_free(caches[slot.which], slot.item); }

bool allocate_kmalloc(Slot& slot, Random& random) {
  constexpr gfp_t kMasks[] = {GFP_KERNEL, GFP_KERNEL, GFP_ATOMIC, GFP_KERNEL | __GFP_ZERO,
                              GFP_KERNEL | GFP_DMA};
  const gfp_t gfp = pick(kMasks, random);
  slot.bytes = 1 + random.below(64u << geometric(random, 9));  // to 32 K, beyond the caches
  slot.item = slot.memory = kmalloc(slot.bytes, gfp);
  return slot.item == nullptr || zero_if_asked(slot, gfp);
}
void release_kmalloc(Slot& slot) { kfree(slot.item); }

bool allocate_vmalloc(Slot& slot, Random& random) {
  const bool zero = random.below(4) == 0;
  slot.bytes = 1 + random.below(static_cast<std::uint32_t>(kPageSize << geometric(random, 6)));
  slot.item = slot.memory =
      __vmalloc(slot.bytes, GFP_KERNEL | __GFP_HIGHMEM | kQuiet | (zero ? __GFP_ZERO : 0));
  return slot.item == nullptr || !zero || is_zero(slot.memory, slot.bytes);
}
void release_vmalloc(Slot& slot) { vfree(slot.item); }

// The reserves are small, so that they are used up and refilled again and again.
constexpr std::size_t kPoolElement = 160;
constinit mempool_t* object_pool;
constinit mempool_t* page_pool;

void stop_pools() {
  if (object_pool != nullptr) mempool_destroy(object_pool);
  if (page_pool != nullptr) mempool_destroy(page_pool);
  object_pool = page_pool = nullptr;
}
bool start_pools() {
  object_pool = mempool_create_kmalloc_pool(8, kPoolElement);
  page_pool = mempool_create_page_pool(4, 0);
  if (object_pool != nullptr && page_pool != nullptr) return true;
  stop_pools();
  return false;
}
bool allocate_element(Slot& slot, Random& random) {
  // Not GFP_KERNEL: a pool never fails who may sleep, and its elements are held by this thread.
  const gfp_t gfp = (random.below(2) == 0 ? GFP_NOWAIT : GFP_ATOMIC) | kQuiet;
  slot.which = random.below(4) == 0;
  if (slot.which == 0) {
    slot.item = slot.memory = mempool_alloc(object_pool, gfp);
    slot.bytes = kPoolElement;
  } else {
    slot.item = mempool_alloc(page_pool, gfp);
    slot.memory = slot.item == nullptr ? nullptr : page_address(static_cast<page*>(slot.item));
    slot.bytes = kPageSize;
  }
  return true;
}
void release_element(Slot& slot) { mempool_free(slot.item, slot.which == 0 ? object_pool : page_pool); }

constexpr Exercise kTable[kExerciseCount] = {
    {"buddy", no_start, allocate_pages, release_pages, no_stop},
    {"slab", start_caches, allocate_object, release_object, stop_caches},
    {"kmalloc", no_start, allocate_kmalloc, release_kmalloc, no_stop},
    {"vmalloc", no_start, allocate_vmalloc, release_vmalloc, no_stop},
    {"mempool", start_pools, allocate_element, release_element, stop_pools},
};

}  // namespace

constinit const std::span<const Exercise> kExercises{kTable};

}  // namespace mink::shell
