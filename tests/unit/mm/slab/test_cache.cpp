// SPDX-License-Identifier: MIT
// Caches: life, order of objects, constructors, bulk, exhaustion.
#include <CppUTest/TestHarness.h>

#include <cstdint>
#include <initializer_list>

#include "slab_box.hpp"

using namespace mink;
using namespace mink::mm;

namespace {

int constructed = 0;
int destroyed = 0;
unsigned long ctor_flags = 0;
kmem_cache* ctor_cache = nullptr;

void ctor1(void* object) {
  ++constructed;
  *static_cast<int*>(object) = 4711;
}
void ctor3(void* object, kmem_cache* cache, unsigned long flags) {
  ctor1(object);
  ctor_cache = cache;
  ctor_flags = flags;
}
void dtor3(void* object, kmem_cache*, unsigned long) {
  if (*static_cast<int*>(object) == 4711) ++destroyed;
}
void dtor1(void* object) { dtor3(object, nullptr, 0); }

template <class F>
kmem_any_fn_t any(F f) {
  return reinterpret_cast<kmem_any_fn_t>(f);
}

}  // namespace

TEST_GROUP(SlabCache) {
  SlabBox box{64};
  void setup() override {
    constructed = destroyed = 0;
    ctor_flags = 0;
    ctor_cache = nullptr;
  }
};

TEST(SlabCache, objects_are_apart_aligned_and_of_their_cache) {
  for (const std::size_t size : {1, 8, 24, 32, 40, 96, 192, 1000, 4096, 20000}) {
    kmem_cache* const cache = box.make("apart", size);
    CHECK(cache != nullptr);
    unsigned char* objects[6];
    for (auto*& o : objects) {
      o = static_cast<unsigned char*>(box.take(*cache));
      CHECK(o != nullptr);
      std::memset(o, static_cast<int>(&o - objects) + 1, size);
      box.check();
    }
    for (auto*& o : objects) {
      BYTES_EQUAL(&o - objects + 1, o[0]);
      BYTES_EQUAL(&o - objects + 1, o[size - 1]);
      UNSIGNED_LONGS_EQUAL(0, reinterpret_cast<std::uintptr_t>(o) % (size >= 8 ? 8 : 1));
      POINTERS_EQUAL(cache, box.slab.find(o).cache);
      POINTERS_EQUAL(o, box.slab.find(o + size - 1).object);
    }
    UNSIGNED_LONGS_EQUAL(6, box.slab.live_objects(*cache));
    for (auto* o : objects) {
      box.give(*cache, o);
      box.check();
    }
    LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(*cache, this)));
  }
  box.close();
}

TEST(SlabCache, the_object_freed_last_is_the_next_one_taken) {
  kmem_cache& cache = *box.make("warm", 64);
  void* const a = box.take(cache);
  void* const b = box.take(cache);
  box.give(cache, a);
  POINTERS_EQUAL(a, box.take(cache));
  box.give(cache, a);
  box.give(cache, b);
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
  box.close();
}

TEST(SlabCache, zero_flag_zeroes_the_object_and_nothing_else) {
  kmem_cache& cache = *box.make("zero", 40);
  auto* const a = static_cast<unsigned char*>(box.take(cache));
  auto* const b = static_cast<unsigned char*>(box.take(cache));
  std::memset(a, 0xee, 40);
  std::memset(b, 0xdd, 40);
  box.give(cache, a);
  auto* const again = static_cast<unsigned char*>(box.take(cache, GFP_KERNEL | __GFP_ZERO));
  POINTERS_EQUAL(a, again);
  for (int i = 0; i < 40; ++i) BYTES_EQUAL(0, again[i]);
  BYTES_EQUAL(0xdd, b[0]);
  box.give(cache, a);
  box.give(cache, b);
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
  box.close();
}

TEST(SlabCache, constructor_runs_once_for_each_object_when_its_slab_is_made) {
  kmem_cache& cache = *box.slab.create({"ctor", 100, 0, 0, any(ctor1), 1, any(dtor1), 1}, this);
  LONGS_EQUAL(0, constructed);
  auto* const object = static_cast<int*>(box.take(cache));
  const int per_slab = static_cast<int>(cache.objects);
  LONGS_EQUAL(per_slab, constructed);
  LONGS_EQUAL(4711, *object);
  object[1] = 5;
  for (int i = 0; i < 100;
       ++i) {  // state survives free and alloc: nothing of the allocator's lies in the object
    box.give(cache, object);
    POINTERS_EQUAL(object, box.take(cache));
    LONGS_EQUAL(4711, object[0]);
    LONGS_EQUAL(5, object[1]);
  }
  LONGS_EQUAL(per_slab, constructed);
  box.give(cache, object);
  LONGS_EQUAL(0, destroyed);
  box.slab.shrink_cache(cache);
  LONGS_EQUAL(per_slab, destroyed);
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
  LONGS_EQUAL(per_slab, destroyed);
  box.close();
}

TEST(SlabCache, three_argument_constructor_and_destructor) {
  kmem_cache& cache = *box.slab.create({"ctor3", 600, 0, 0, any(ctor3), 3, any(dtor3), 3}, this);
  void* const object = box.take(cache);
  POINTERS_EQUAL(&cache, ctor_cache);
  UNSIGNED_LONGS_EQUAL(SLAB_CTOR_CONSTRUCTOR, ctor_flags);
  box.give(cache, object);
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
  LONGS_EQUAL(constructed, destroyed);
  CHECK(constructed > 0);
  box.close();
}

TEST(SlabCache, constructed_and_destroyed_agree_over_many_slabs) {
  kmem_cache& cache = *box.slab.create({"many", 512, 0, 0, any(ctor1), 1, any(dtor1), 1}, this);
  void* objects[100];
  for (void*& o : objects) o = box.take(cache);
  for (void* o : objects) box.give(cache, o);
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
  CHECK(constructed >= 100);
  LONGS_EQUAL(constructed, destroyed);
  box.close();
}

TEST(SlabCache, destroy_is_refused_while_objects_live_and_lists_them) {
  kmem_cache& cache = *box.make("busy", 200);
  void* const a = box.take(cache);
  void* const b = box.take(cache);
  LONGS_EQUAL(static_cast<int>(Err::Busy), static_cast<int>(box.slab.destroy(cache, this)));
  char expected[64];
  BufferSink text{expected};
  print(text, "0x%px is object 18 of busy", b);
  CHECK(box.reported(expected));
  box.check();
  box.give(cache, a);  // it goes on working
  box.give(cache, b);
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
  box.close();
}

TEST(SlabCache, kmallocs_own_caches_are_not_to_be_destroyed) {
  kmem_cache& cache = *box.slab.kmalloc_cache(KMALLOC_NORMAL, 8);
  LONGS_EQUAL(static_cast<int>(Err::Busy), static_cast<int>(box.slab.destroy(cache, this)));
  CHECK(box.reported("the allocator's own"));
  box.close();
}

TEST(SlabCache, nonsense_is_named_and_refused) {
  const auto refused = [&](const CacheSpec& spec, const char* reason) {
    POINTERS_EQUAL(nullptr, box.slab.create(spec, this));
    const char* const log = fakes::take_log();
    if (std::strstr(log, reason) == nullptr) FAIL(log);
  };
  refused({nullptr, 8}, "no name");
  refused({"", 8}, "no name");
  refused({"x", 0}, "no size");
  refused({"x", KMALLOC_MAX_SIZE + 1}, "KMALLOC_MAX_SIZE");
  refused({"x", 8, 24}, "power of two");
  refused({"x", 8, 8192}, "beyond a page");
  refused({"x", 8, 0, 0, any(ctor1), 2}, "constructor takes");
  refused({"x", KMALLOC_MAX_SIZE, 0, SLAB_RED_ZONE}, "red zones");
  box.close();
}

TEST(SlabCache, panic_flag_panics) {
  const char* const message = fakes::panic_of([&] {
    (void)box.slab.create({"must", 0, 0, SLAB_PANIC}, this);
  });
  CHECK(message != nullptr);
  CHECK(std::strstr(message, "must") != nullptr);
}

TEST(SlabCache, names_are_copied) {
  char name[] = "volatile-name";
  kmem_cache& cache = *box.slab.create({name, 8}, this);
  name[0] = 'X';
  STRCMP_EQUAL("volatile-name", cache.name);
  POINTERS_EQUAL(&cache, box.slab.find_cache("volatile-name"));
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
  box.close();
}

TEST(SlabCache, empty_slabs_go_back_to_the_page_allocator) {
  kmem_cache& cache = *box.make("back", 1024);
  const std::size_t before = box.arena.pages().free_pages();
  void* objects[128];
  for (void*& o : objects) o = box.take(cache);
  UNSIGNED_LONGS_EQUAL(before - 32, box.arena.pages().free_pages());
  for (void* o : objects) {
    box.give(cache, o);
    box.check();
  }
  // No free does it: reap() does, and keeps the current slab and 64 KB of empty ones for a caller who comes back.
  UNSIGNED_LONGS_EQUAL(before - 32, box.arena.pages().free_pages());
  box.slab.reap();
  box.check();
  const std::size_t kept = before - box.arena.pages().free_pages();
  UNSIGNED_LONGS_EQUAL(18, kept);
  UNSIGNED_LONGS_EQUAL(kept, box.slab.shrink_cache(cache));
  UNSIGNED_LONGS_EQUAL(before, box.arena.pages().free_pages());
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
  box.close();
}

TEST(SlabCache, reap_finds_the_empty_among_the_partial_ones_and_leaves_their_order) {
  kmem_cache& cache = *box.make("reap", 1024);
  void* objects[80];
  for (void*& o : objects) o = box.take(cache);
  for (int i = 0; i < 80;
       ++i) {  // every other slab of eight becomes empty, the rest partial; the last one is current
    if (i / 8 % 2 == 0 || i % 8 == 3) box.give(cache, objects[i]);
  }
  const std::size_t before = box.arena.pages().free_pages();
  UNSIGNED_LONGS_EQUAL(80 - 45, box.slab.live_objects(cache));
  box.slab.reap();  // five empty ones are not too many
  UNSIGNED_LONGS_EQUAL(before, box.arena.pages().free_pages());
  UNSIGNED_LONGS_EQUAL(10, box.slab.shrink(GFP_KERNEL, 10));
  UNSIGNED_LONGS_EQUAL(before + 10, box.arena.pages().free_pages());
  UNSIGNED_LONGS_EQUAL(80 - 45, box.slab.live_objects(cache));
  box.check();
  POINTERS_EQUAL(objects[75], box.take(cache));  // of the current slab, then of those that have waited
  for (const int waited : {11, 27, 43, 59}) POINTERS_EQUAL(objects[waited], box.take(cache));
  for (int i = 0; i < 80; ++i) {
    if (i / 8 % 2 != 0) box.give(cache, objects[i]);
  }
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
  box.close();
}

TEST(SlabCache, reclaim_takes_empty_slabs_but_not_of_no_reap_caches) {
  kmem_cache& give = *box.make("give", 1024);
  kmem_cache& keep = *box.make("keep", 1024, SLAB_NO_REAP);
  box.give(give, box.take(give));
  box.give(keep, box.take(keep));
  CHECK(box.slab.shrink(GFP_KERNEL, 100) >= 2);
  UNSIGNED_LONGS_EQUAL(0, give.slab_count);
  UNSIGNED_LONGS_EQUAL(1, keep.slab_count);
  box.check();
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(give, this)));
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(keep, this)));
  box.close();
}

TEST(SlabCache, exhaustion_ends_in_null_and_leaves_nothing_behind) {
  for (const std::size_t size : {8, 32, 64, 192, 1000, 4096, 8192}) {
    kmem_cache& cache = *box.make("exhaust", size);
    void* first = nullptr;  // the objects themselves are the list of what was taken
    std::size_t count = 0;
    while (void* const o = box.take(cache, GFP_KERNEL | __GFP_NOWARN)) {
      *static_cast<void**>(o) = first;
      first = o;
      ++count;
    }
    CHECK(count * size > 32 * kPageSize);
    UNSIGNED_LONGS_EQUAL(count, box.slab.live_objects(cache));
    box.check();
    while (first != nullptr) {
      void* const next = *static_cast<void**>(first);
      box.give(cache, first);
      first = next;
      --count;
    }
    UNSIGNED_LONGS_EQUAL(0, count);
    LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
    box.check();
  }
  box.close();
}

TEST(SlabCache, bulk_gives_all_or_none) {
  kmem_cache& cache = *box.make("bulk", 192);
  void* objects[256] = {};
  CHECK(box.slab.alloc_bulk(cache, GFP_KERNEL | __GFP_ZERO, 256, objects, this));
  for (void*& o : objects) {
    CHECK(o != nullptr);
    LONGS_EQUAL(0, *static_cast<int*>(o));
    *static_cast<int*>(o) = 1;  // twice the same object would not be zero
  }
  UNSIGNED_LONGS_EQUAL(256, box.slab.live_objects(cache));
  box.check();
  box.slab.free_bulk(&cache, 256, objects, this);
  UNSIGNED_LONGS_EQUAL(0, box.slab.live_objects(cache));
  box.check();
  static void* too_many[4096];
  CHECK_FALSE(box.slab.alloc_bulk(cache, GFP_KERNEL | __GFP_NOWARN, 4096, too_many, this));
  UNSIGNED_LONGS_EQUAL(0, box.slab.live_objects(cache));
  box.check();
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
  box.close();
}

TEST(SlabCache, bulk_free_takes_any_order_and_any_cache) {
  kmem_cache& cache = *box.make("bulk", 48);
  void* objects[300];
  CHECK(box.slab.alloc_bulk(cache, GFP_KERNEL, 300, objects, this));
  unsigned long seed = 5;
  for (unsigned i = 299; i > 0; --i) {
    seed = seed * 1103515245u + 12345u;
    const auto j = static_cast<unsigned>((seed >> 16) % (i + 1));
    void* const swap = objects[i];
    objects[i] = objects[j];
    objects[j] = swap;
  }
  box.slab.free_bulk(&cache, 300, objects, this);
  UNSIGNED_LONGS_EQUAL(0, box.slab.live_objects(cache));
  box.check();
  void* mixed[] = {box.kmalloc(64), box.take(cache), box.kmalloc(20000), nullptr, box.kmalloc(200)};
  box.slab.free_bulk(nullptr, 5, mixed, this);
  UNSIGNED_LONGS_EQUAL(0, box.slab.live_objects(cache));
  UNSIGNED_LONGS_EQUAL(0, box.slab.reports());
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
  box.close();
}
