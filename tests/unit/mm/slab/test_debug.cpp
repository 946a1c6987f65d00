// SPDX-License-Identifier: MIT
// Debug flags: an overrun and a write after free are found, named, and repaired.
#include <CppUTest/TestHarness.h>

#include <initializer_list>

#include "slab/debug.hpp"
#include "slab_box.hpp"

using namespace mink;
using namespace mink::mm;

TEST_GROUP(SlabDebug) {
  SlabBox box{64};
  void teardown() override { box.close(); }

  // check() of the allocator finds something, and says so.
  bool check_finds(const char* text) {
    char why_text[2048];
    BufferSink why{why_text};
    return !box.slab.check(why) && std::strstr(why_text, text) != nullptr;
  }
};

TEST(SlabDebug, overrun_is_found_at_free_and_by_check) {
  for (const std::size_t size : {1, 8, 30, 100, 1000}) {
    kmem_cache& cache = *box.make("red", size, SLAB_RED_ZONE);
    auto* const a = static_cast<char*>(box.take(cache));
    std::memset(a, 0x41, size);
    box.check();
    a[size] = 0x41;
    CHECK(check_finds("Right Redzone overwritten"));
    box.give(cache, a);
    CHECK(box.reported("Right Redzone overwritten"));
    box.check();  // repaired
    LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
  }
}

TEST(SlabDebug, underrun_is_found) {
  kmem_cache& cache = *box.make("red", 64, SLAB_RED_ZONE);
  auto* const a = static_cast<char*>(box.take(cache));
  a[-1] = 0;
  box.give(cache, a);
  CHECK(box.reported("Left Redzone overwritten"));
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
}

TEST(SlabDebug, red_zone_written_while_free_is_found_at_allocation) {
  kmem_cache& cache = *box.make("red", 64, SLAB_RED_ZONE);
  auto* const a = static_cast<char*>(box.take(cache));
  box.give(cache, a);
  a[64] = 1;
  POINTERS_EQUAL(a, box.take(cache));
  CHECK(box.reported("Right Redzone overwritten"));
  box.give(cache, a);
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
}

TEST(SlabDebug, write_after_free_is_found_at_the_next_allocation) {
  for (const std::size_t at : {0, 31, 63}) {
    kmem_cache& cache = *box.make("poison", 64, SLAB_POISON);
    auto* const a = static_cast<unsigned char*>(box.take(cache));
    box.give(cache, a);
    BYTES_EQUAL(kPoisonFree, a[0]);
    BYTES_EQUAL(kPoisonEnd, a[63]);
    a[at] = 0x42;
    CHECK(check_finds("Poison overwritten"));
    POINTERS_EQUAL(a, box.take(cache));
    CHECK(box.reported("Poison overwritten"));
    box.give(cache, a);
    box.check();
    LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
  }
}

TEST(SlabDebug, poison_leaves_constructed_objects_alone) {
  const auto ctor = +[](void* object) { std::memset(object, 0x77, 64); };
  kmem_cache& cache = *box.slab.create(
      {"poison", 64, 0, SLAB_POISON | SLAB_RED_ZONE, reinterpret_cast<kmem_any_fn_t>(ctor), 1}, this);
  auto* const a = static_cast<unsigned char*>(box.take(cache));
  BYTES_EQUAL(0x77, a[0]);
  box.give(cache, a);
  BYTES_EQUAL(0x77, a[0]);
  BYTES_EQUAL(0x77, a[63]);
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
  UNSIGNED_LONGS_EQUAL(0, box.slab.reports());
}

TEST(SlabDebug, users_are_stored_and_shown) {
  kmem_cache& cache = *box.make("users", 64, SLAB_STORE_USER);
  int taker = 0, giver = 0;
  void* const a = box.slab.alloc(cache, GFP_KERNEL, &taker);
  const Track* const tracks = SlabDebug::tracks(cache, a);
  POINTERS_EQUAL(&taker, tracks[0].caller);
  box.slab.free(cache, a, &giver);
  POINTERS_EQUAL(&giver, tracks[1].caller);
  box.slab.free(cache, a, &giver);
  CHECK(box.reported(", free, taken last by"));
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
}

TEST(SlabDebug, bad_frees_are_refused_in_a_debug_cache_too) {
  kmem_cache& cache =
      *box.make("all", 64, SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_CONSISTENCY_CHECKS);
  auto* const a = static_cast<char*>(box.take(cache));
  box.give(cache, a + 4);
  CHECK(box.reported("is byte 4 of object 0 of all"));
  box.give(cache, a - 4);
  CHECK(box.reported("is 4 bytes before object 0 of all"));
  box.kfree(a + 1);
  CHECK(box.reported("kfree"));
  box.give(cache, a);
  box.give(cache, a);
  CHECK(box.reported("is object 0 of all, free"));
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
}

TEST(SlabDebug, consistency_checks_name_a_map_that_was_overwritten) {
  kmem_cache& cache = *box.make("books", 96, SLAB_CONSISTENCY_CHECKS);
  void* const a = box.take(cache);
  void* const b = box.take(cache);
  page& slab = *box.arena.pages().page_of(a);
  const unsigned saved = slab.slab_word[1];
  slab.slab_word[1] ^= 1;  // the last bit stands for no object
  box.give(cache, b);
  CHECK(box.reported("bits for objects that do not exist"));
  CHECK(check_finds("bits for objects that do not exist"));
  slab.slab_word[1] = saved;
  box.give(cache, a);
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
}

TEST(SlabDebug, many_slabs_come_and_go) {
  kmem_cache& cache =
      *box.make("all", 200, SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_CONSISTENCY_CHECKS);
  void* objects[100];
  for (int round = 0; round < 3; ++round) {
    for (void*& o : objects) {
      o = box.take(cache);
      std::memset(o, 0x11, 200);
    }
    box.check();
    for (void* o : objects) box.give(cache, o);
    box.check();
  }
  UNSIGNED_LONGS_EQUAL(0, box.slab.reports());
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
}

// The validator itself: each book that could be wrong is noticed.
TEST(SlabDebug, check_notices_every_broken_book) {
  kmem_cache& cache = *box.make("broken", 96);
  void* const a = box.take(cache);
  page& slab = *box.arena.pages().page_of(a);
  const auto broken = [&](auto& field, auto value, const char* text) {
    const auto saved = field;
    field = value;
    CHECK(check_finds(text));
    field = saved;
    box.check();
  };
  broken(slab.slab_cache, box.slab.kmalloc_cache(KMALLOC_NORMAL, 5), "belongs to another cache");
  broken(slab.slab_map, slab.slab_word + 1, "free map is wrong");
  broken(slab.slab_word[1], slab.slab_word[1] ^ 2u, "do not exist");
  broken(cache.slab_count, cache.slab_count + 1, "are counted");
  broken(cache.word_base, cache.word_base + 4, "current word");
  broken(cache.current, static_cast<page*>(nullptr), "are counted");
  kmem_cache& eights = *box.make("eights", 1024);  // one slab full, one with one free object, the current one
  void* objects[17];
  for (void*& o : objects) o = box.take(eights);
  box.give(eights, objects[8]);
  page& full = *box.arena.pages().block_head(box.arena.pages().page_of(objects[0]));
  page& partial = *box.arena.pages().block_head(box.arena.pages().page_of(objects[8]));
  broken(full.slab_word[0], 1u << 31, "1 of 8 objects are free, but it counts as full");
  broken(partial.slab_word[0], 0u, "0 of 8 objects are free, but it counts as partial");
  broken(partial.link.next, static_cast<page_link*>(nullptr), "list of partial slabs is broken");
  broken(full.link.next, &full.link, "are counted");
  for (int i = 0; i < 17; ++i) {
    if (i != 8) box.give(eights, objects[i]);
  }
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(eights, this)));
  box.give(cache, a);
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
}
