// SPDX-License-Identifier: MIT
// Random operations against a model, checked whole after each step; and a page allocator's failure at each
// place.
#include <CppUTest/TestHarness.h>

#include <cstdint>
#include <initializer_list>

#include "slab_box.hpp"

using namespace mink;
using namespace mink::mm;

namespace {

class Random {
 public:
  explicit Random(unsigned seed) : state_{seed} {}
  unsigned below(unsigned n) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_ % n;
  }

 private:
  unsigned state_;
};

struct Live {
  unsigned char* memory;
  unsigned size;
  kmem_cache* cache;
  unsigned char stamp;
};

}  // namespace

TEST_GROUP(SlabRandom) {
  static constexpr std::size_t kSlots = 200;
  Live live[kSlots];

  void stamp(Live & l, unsigned char value) {
    l.stamp = value;
    std::memset(l.memory, value, l.size);
  }
  void expect_stamp(const Live& l) {
    for (unsigned i = 0; i < l.size; ++i) BYTES_EQUAL(l.stamp, l.memory[i]);
  }

  void run_random(SlabBox & box, unsigned seed, int steps, std::initializer_list<kmem_cache*> caches) {
    Random random{seed};
    std::size_t count = 0;
    for (int step = 0; step < steps; ++step) {
      const unsigned what = random.below(100);
      if (what < 55 && count < kSlots) {
        Live& l = live[count];
        l.cache = caches.begin()[random.below(static_cast<unsigned>(caches.size()))];
        const gfp_t gfp = GFP_KERNEL | __GFP_NOWARN;
        if (l.cache != nullptr) {
          l.size = l.cache->object_size;
          l.memory = static_cast<unsigned char*>(box.take(*l.cache, gfp));
        } else {
          l.size = 1 + random.below(random.below(10) == 0 ? 20000 : 600);
          l.memory = static_cast<unsigned char*>(box.kmalloc(l.size, gfp));
        }
        if (l.memory != nullptr) {
          stamp(l, static_cast<unsigned char>(step));
          ++count;
        }
      } else if (what < 95 && count > 0) {
        const auto i = random.below(static_cast<unsigned>(count));
        expect_stamp(live[i]);
        if (live[i].cache != nullptr && random.below(2) == 0) {
          box.give(*live[i].cache, live[i].memory);
        } else {
          box.kfree(live[i].memory);  // good for any object
        }
        live[i] = live[--count];
      } else if (what < 97) {
        box.slab.shrink(GFP_KERNEL, random.below(8));
      } else if (count > 0) {
        box.kfree(live[random.below(static_cast<unsigned>(count))].memory + 3);  // refused
      }
      box.check();
      if (step % 50 == 0) {
        for (std::size_t i = 0; i < count; ++i) expect_stamp(live[i]);
      }
    }
    while (count > 0) {
      expect_stamp(live[--count]);
      box.kfree(live[count].memory);
    }
  }
};

TEST(SlabRandom, plain_and_debug_caches_with_kmalloc_beside_them) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    SlabBox box{64};
    kmem_cache* const tiny = box.make("tiny", 12);
    kmem_cache* const odd = box.make("odd", 88);
    kmem_cache* const debug = box.make("debug", 56, SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER);
    kmem_cache* const big = box.make("big", 3000);
    run_random(box, seed * 2654435761u, 2500, {tiny, odd, debug, big, nullptr, nullptr});
    for (kmem_cache* cache : {tiny, odd, debug, big})
      LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(*cache, this)));
    box.close();
  }
}

// With k pages left, whatever is tried either works or fails whole.
TEST(SlabRandom, every_shortage_of_pages_is_survived) {
  for (std::size_t left = 0; left <= 24; ++left) {
    SlabBox box{64};
    PageAllocator& pages = box.arena.pages();
    page* hoard[64];
    std::size_t hoarded = 0;
    while (pages.free_pages() > left) hoard[hoarded++] = pages.alloc(GFP_KERNEL, 0, this);
    const gfp_t gfp = GFP_KERNEL | __GFP_NOWARN;
    kmem_cache* const cache = box.make("short", 512);
    if (cache != nullptr) {
      void* objects[100];
      const bool got = box.slab.alloc_bulk(*cache, gfp, 100, objects, this);
      UNSIGNED_LONGS_EQUAL(got ? 100 : 0, box.slab.live_objects(*cache));
      box.check();
      if (got) box.slab.free_bulk(cache, 100, objects, this);
    }
    void* const big = box.kmalloc(30000, gfp);
    void* const small = box.kmalloc(100, gfp);
    void* const moved = box.slab.krealloc(small, 9000, gfp, this);
    box.check();
    box.kfree(big);
    box.kfree(moved != nullptr ? moved : small);
    if (cache != nullptr) LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(*cache, this)));
    pages.free_bulk({hoard, hoarded}, this);
    UNSIGNED_LONGS_EQUAL(0, box.slab.reports());
    box.close();
  }
}
