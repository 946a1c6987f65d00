// SPDX-License-Identifier: MIT
// The bench's rows about objects: kmalloc, caches, pools. A new one is a function and a line in the table.
#include <linux/mempool.h>
#include <linux/slab.h>

#include "bench/bench.hpp"
#include "bench/malloc_rows.hpp"
#include "bench/scenes.hpp"
#include "memory_state.hpp"

namespace mink::shell {
namespace {

struct Kmalloc {
  static void* take(unsigned bytes) { return kmalloc(bytes, GFP_KERNEL); }
  static void give(void* object) { kfree(object); }
};

template <std::size_t kBytes, gfp_t kFlags = GFP_KERNEL>
bool kmalloc_pair(Meter& meter) {
  return meter.pairs(
      meter.times(), [](unsigned) { return kmalloc(kBytes, kFlags); }, [](void* object) { kfree(object); });
}

// Each size in turn, as many callers do. The mean.
template <gfp_t kFlags, std::size_t... kBytes>
bool kmalloc_round(Meter& meter) {
  const auto pair = []<std::size_t kSize>() {
    void* const object = kmalloc(kSize, kFlags);
    if (object == nullptr) return false;
    kfree(object);
    return true;
  };
  return meter.bulks(
      sizeof...(kBytes), meter.times(), [pair] { return (pair.template operator()<kBytes>() && ...); }, [] {},
      [] { return ((static_cast<void>(kBytes), Meter::some_pointer() != nullptr) && ...); });
}

class Cache {
 public:
  Cache() : cache_{kmem_cache_create("bench-192", 192, 0, 0, nullptr)} {}
  ~Cache() {
    if (cache_ != nullptr) kmem_cache_destroy(cache_);
  }
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;
  [[nodiscard]] kmem_cache* get() const { return cache_; }

 private:
  kmem_cache* cache_;
};

bool cache_pair(Meter& meter) {
  const Cache cache;
  kmem_cache* const c = cache.get();
  if (c == nullptr) return false;
  return meter.pairs(
      meter.times(), [c](unsigned) { return kmem_cache_alloc(c, GFP_KERNEL); },
      [c](void* object) { kmem_cache_free(c, object); });
}

bool cache_batch(Meter& meter) {
  const Cache cache;
  kmem_cache* const c = cache.get();
  if (c == nullptr) return false;
  return meter.batches(
      256, meter.times(), Order::Random, [c](unsigned) { return kmem_cache_alloc(c, GFP_KERNEL); },
      [c](void* object) { kmem_cache_free(c, object); });
}

bool cache_bulk(Meter& meter) {
  constexpr unsigned kCount = 256;
  const Cache cache;
  kmem_cache* const c = cache.get();
  if (c == nullptr) return false;
  void** const objects = meter.objects();
  return meter.bulks(
      kCount, meter.times(), [=] { return kmem_cache_alloc_bulk(c, GFP_KERNEL, kCount, objects) == kCount; },
      [=] { kmem_cache_free_bulk(c, kCount, objects); }, [] { return Meter::some_pointer() != nullptr; });
}

bool pool_pairs(mempool_t* pool, Meter& meter) {
  return meter.pairs(
      meter.times(), [pool](unsigned) { return mempool_alloc(pool, GFP_KERNEL); },
      [pool](void* element) { mempool_free(element, pool); });
}

bool pool_normal(Meter& meter) {
  mempool_t* const pool = mempool_create_kmalloc_pool(16, 256);
  if (pool == nullptr) return false;
  const bool done = pool_pairs(pool, meter);
  mempool_destroy(pool);
  return done;
}

// An allocator that has nothing once the reserve is made.
void* only_while_filling(gfp_t gfp, void* filling) {
  return *static_cast<const bool*>(filling) ? kmalloc(256, gfp) : nullptr;
}
void free_element(void* element, void*) { kfree(element); }

bool pool_reserve(Meter& meter) {
  bool filling = true;
  mempool_t* const pool = mempool_create(16, only_while_filling, free_element, &filling);
  if (pool == nullptr) return false;
  filling = false;
  const bool done = pool_pairs(pool, meter);
  mempool_destroy(pool);
  return done;
}

// The states in which a call has the most to do short of reclaim: caches without a slab, blocks merged to the largest;
// then 4096 live objects, given back in random order until all slabs are empty. Twice: the second time with what the first one left.
bool worst_states(Meter& meter) {
  const auto take = [](unsigned) { return Kmalloc::take(64); };
  const auto give = [](void* object) { Kmalloc::give(object); };
  const OnlyLargest scene;
  return meter.single_batch(Meter::kMostObjects, Order::Random, take, give) &&
         meter.single_batch(Meter::kMostObjects, Order::Random, take, give);
}

constexpr auto kKmallocRound =
    kmalloc_round<GFP_KERNEL, 8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192>;
constexpr auto kAtomicRound =
    kmalloc_round<GFP_ATOMIC, 8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192>;

constexpr BenchRow kRows[] = {
    {"kmalloc", "kmalloc(const 8-8192) + kfree", 1080, 480, Figure::Pair, kKmallocRound},
    {"kmalloc64", "kmalloc(64) + kfree", 1080, 480, Figure::Pair, kmalloc_pair<64>},
    {"kmalloc-atomic", "kmalloc(const 8-8192, GFP_ATOMIC) + kfree", 1080, 480, Figure::Pair, kAtomicRound},
    {"kmalloc-variable", "kmalloc(variable 8-4096) + kfree", 1320, 640, Figure::Pair,
     variable_pairs<Kmalloc>},
    {"kzalloc64", "kzalloc(64) + kfree", 1600, 750, Figure::Pair, kmalloc_pair<64, GFP_KERNEL | __GFP_ZERO>},
    {"kzalloc1024", "kzalloc(1024) + kfree", 2490, 1450, Figure::Pair,
     kmalloc_pair<1024, GFP_KERNEL | __GFP_ZERO>},
    {"cache", "kmem_cache_alloc + free, 192 bytes", 830, 400, Figure::Pair, cache_pair},
    {"kmalloc-256x", "256 x kmalloc(64), kfree in random order", 1590, 640, Figure::Pair,
     random_batch<Kmalloc, 64, 256>},
    {"kmalloc-4096x", "4096 x kmalloc(64), kfree in random order", 1800, 760, Figure::Pair,
     random_batch<Kmalloc, 64, 4096>},
    {"cache-256x", "256 x cache of 192, free in random order", 1340, 0, Figure::Pair, cache_batch},
    {"bulk-alloc", "kmem_cache_alloc_bulk 256, per object", 388, 120, Figure::Take, cache_bulk},
    {"bulk-free", "kmem_cache_free_bulk 256, per object", 494, 260, Figure::Give, cache_bulk},
    {"churn-alloc", "churn, 1024 slots, 8-4096: kmalloc", 830, 450, Figure::Take, churn<Kmalloc>},
    {"churn-free", "churn, 1024 slots, 8-4096: kfree", 610, 450, Figure::Give, churn<Kmalloc>},
    {"churn-worst-alloc", "... the worst kmalloc in it", 11870, 5000, Figure::WorstTake, churn<Kmalloc>},
    {"churn-worst-free", "... the worst kfree in it", 4990, 2000, Figure::WorstGive, churn<Kmalloc>},
    {"kmalloc-worst", "worst kmalloc(64), any state", 13920, 7000, Figure::WorstTake, worst_states},
    {"kfree-worst", "worst kfree of 64 bytes, any state", 3300, 3000, Figure::WorstGive, worst_states},
    {"kmalloc16k", "kmalloc(16 K) + kfree", 5240, 1800, Figure::Pair, kmalloc_pair<16384>},
    {"kmalloc64k", "kmalloc(64 K) + kfree", 8050, 1800, Figure::Pair, kmalloc_pair<65536>},
    {"mempool", "mempool over kmalloc(256)", 1640, 750, Figure::Pair, pool_normal},
    {"mempool-reserve", "mempool, from its reserve only", 1350, 600, Figure::Pair, pool_reserve},
};

}  // namespace

constinit const std::span<const BenchRow> kObjectRows{kRows};

}  // namespace mink::shell
