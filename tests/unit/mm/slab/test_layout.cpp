// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include <initializer_list>

#include "slab/layout.hpp"

using namespace mink;
using namespace mink::mm;

TEST_GROUP(SlabLayout){
    // Everything a layout promises, whatever was asked for.
    void check_promises(const SlabLayout& l, std::size_t size, std::size_t align){CHECK(l.objects >= 1);
CHECK(l.slot_size >= size);
if (align != 0) UNSIGNED_LONGS_EQUAL(0, l.slot_size % align);
if (align != 0) UNSIGNED_LONGS_EQUAL(0, l.left_pad % align);
CHECK(l.objects* l.slot_size <= l.bytes());
UNSIGNED_LONGS_EQUAL((l.objects + kWordObjects - 1) / kWordObjects, l.map_words);
if (l.objects > kMapWordsInPage * kWordObjects) {
  CHECK(l.map_offset >= l.objects * l.slot_size);
  CHECK(l.map_offset + l.map_words * sizeof(unsigned) <= l.bytes());
  UNSIGNED_LONGS_EQUAL(0, l.map_offset % sizeof(unsigned));
} else {
  UNSIGNED_LONGS_EQUAL(0, l.map_offset);
}
UNSIGNED_LONGS_EQUAL(l.map_words* kWordObjects - l.objects, static_cast<unsigned>(std::popcount(l.phantom)));
}
}
;

TEST(SlabLayout, promises_hold_for_every_small_size) {
  for (std::size_t size = 1; size <= 9000; ++size) {
    for (const slab_flags_t flags : {0u, SLAB_HWCACHE_ALIGN, SLAB_RED_ZONE | SLAB_STORE_USER | SLAB_POISON}) {
      check_promises(make_layout(size, 0, flags), size, 0);
    }
  }
}

TEST(SlabLayout, promises_hold_for_every_alignment) {
  for (std::size_t align = 1; align <= 4096; align *= 2) {
    for (const std::size_t size : {1, 7, 8, 24, 33, 100, 1000, 4096, 4097, 70000}) {
      check_promises(make_layout(size, align, 0), size, align);
      check_promises(make_layout(size, align, SLAB_RED_ZONE), size, align);
    }
  }
}

// Objects and pages of a slab as Linux 6.1 has them, but for maps that live in the slab (below 64 bytes).
TEST(SlabLayout, kmalloc_sizes_are_cut_as_linux_does) {
  const struct {
    std::size_t size;
    unsigned objects, pages;
  } rows[] = {{8192, 4, 8}, {4096, 8, 8}, {2048, 8, 4}, {1024, 8, 2}, {512, 8, 1}, {256, 16, 1},
              {192, 21, 1}, {128, 32, 1}, {96, 42, 1},  {64, 64, 1},  {328, 12, 1}};
  for (const auto& row : rows) {
    const SlabLayout l = make_layout(row.size, 0, 0);
    UNSIGNED_LONGS_EQUAL(row.objects, l.objects);
    UNSIGNED_LONGS_EQUAL(row.pages, 1u << l.order);
  }
  UNSIGNED_LONGS_EQUAL(127, make_layout(32, 0, 0).objects);
}

TEST(SlabLayout, hwcache_align_packs_small_objects_but_lets_none_straddle_a_line) {
  UNSIGNED_LONGS_EQUAL(16, make_layout(12, 0, SLAB_HWCACHE_ALIGN).slot_size);
  UNSIGNED_LONGS_EQUAL(32, make_layout(17, 0, SLAB_HWCACHE_ALIGN).slot_size);
  UNSIGNED_LONGS_EQUAL(64, make_layout(33, 0, SLAB_HWCACHE_ALIGN).slot_size);
}

TEST(SlabLayout, red_zones_leave_at_least_a_byte_on_each_side) {
  for (std::size_t size = 1; size < 200; ++size) {
    const SlabLayout l = make_layout(size, 0, SLAB_RED_ZONE | SLAB_STORE_USER);
    CHECK(l.left_pad >= 1);
    UNSIGNED_LONGS_EQUAL(l.left_pad + size, l.right_zone);
    CHECK(l.right_end > l.right_zone);
    CHECK(l.tracks >= l.right_end);
    CHECK(l.tracks + 2 * sizeof(Track) <= l.slot_size);
  }
}

// The claim that the fast paths rest on: the quotient of a multiple is exact, that of anything else is not
// below the number of objects, nor is that of an address before the first object.
TEST(SlabLayout, exact_quotient_tells_multiples_from_all_else) {
  for (std::size_t size = 1; size <= 600; ++size) {
    const ExactDivider d = exact_divider(size);
    for (std::uintptr_t offset = 0; offset < 4096; ++offset) {
      const std::uintptr_t q = exact_quotient(offset, d.inverse, d.shift);
      if (offset % size == 0) {
        UNSIGNED_LONGS_EQUAL(offset / size, q);
      } else {
        CHECK(q > 4096);
      }
    }
    for (std::uintptr_t below = 1; below <= 64; ++below)
      CHECK(exact_quotient(0 - below, d.inverse, d.shift) > 4096);
  }
}
