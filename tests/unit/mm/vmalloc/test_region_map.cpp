// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include <mm/vm_region.hpp>
#include <new>

using namespace mink;
using namespace mink::mm;

namespace {

constexpr std::uintptr_t kStart = 0xC8800000;
constexpr std::size_t kPages = 1024;
constexpr std::uintptr_t kEnd = kStart + kPages * kPageSize;
constexpr std::size_t kObjects = kPages + 8;
constexpr std::size_t k64K = 0x10000;

VmRegion objects[kObjects];

unsigned next_random(unsigned& state) {
  state = state * 1664525u + 1013904223u;
  return state >> 8;
}

}  // namespace

TEST_GROUP(RegionMap) {
  RegionMap* map = nullptr;
  alignas(RegionMap) unsigned char room[sizeof(RegionMap)];

  void setup() override {
    for (VmRegion& r : objects) r = VmRegion{};
    map = ::new (room) RegionMap{kStart, kEnd, objects[0]};
    for (std::size_t i = 1; i < kObjects; ++i) map->add_spare(objects[i]);
  }
  void teardown() override { map->~RegionMap(); }

  void check() {
    std::uintptr_t where = 0;
    const char* wrong = map->check(where);
    if (wrong != nullptr) FAIL(wrong);
  }
  VmRegion* take(std::size_t pages, std::size_t align = kPageSize) {
    VmRegion* r = map->take(pages * kPageSize, align);
    if (r != nullptr) {
      CHECK_EQUAL(pages * kPageSize, r->size);
      CHECK_TRUE(r->start >= kStart && r->end() <= kEnd);
      r->page_count = 0;
      r->pages = nullptr;
    }
    check();
    return r;
  }
  void free(VmRegion * r) {
    map->retire(*r);
    check();
    map->make_lazy(*r);
    check();
  }
  void merge_all() {
    map->purged();
    check();
    while (map->merge(1)) check();
    check();
  }
};

TEST(RegionMap, ranges_follow_each_other_and_are_found_by_any_address_in_them) {
  VmRegion* a = take(2);
  VmRegion* b = take(3);
  CHECK_EQUAL(kStart, a->start);
  CHECK_EQUAL(a->end(), b->start);
  POINTERS_EQUAL(a, map->find(kStart));
  POINTERS_EQUAL(a, map->find(a->end() - 1));
  POINTERS_EQUAL(b, map->find(b->start));
  POINTERS_EQUAL(nullptr, map->find(b->end()));
  POINTERS_EQUAL(nullptr, map->find(kStart - 1));
  CHECK_EQUAL(2u, map->busy_count());
}

TEST(RegionMap, what_was_freed_is_not_given_out_before_the_purge) {
  VmRegion* all = take(kPages);
  CHECK_TRUE(take(1) == nullptr);
  free(all);
  CHECK_TRUE(take(1) == nullptr);
  POINTERS_EQUAL(nullptr, map->find(kStart));
  CHECK_FALSE(map->merge(10));  // nothing is purged yet
  CHECK_TRUE(take(1) == nullptr);
  map->purged();
  CHECK_TRUE(map->merge(1));
  CHECK_TRUE(take(kPages) != nullptr);
}

TEST(RegionMap, when_all_is_free_the_first_object_is_the_hole_and_the_others_are_spare) {
  const std::size_t spares = map->spare_count();
  unsigned random = 3;
  for (int round = 0; round < 200; ++round) {
    VmRegion* held[8];
    for (VmRegion*& r : held) {
      const std::size_t pages = 1 + next_random(random) % 5;
      r = take(pages, next_random(random) % 3 == 0 ? k64K : kPageSize);
    }
    for (unsigned i = 8; i > 0; --i) {  // in any order, merged now and then
      const unsigned n = next_random(random) % i;
      free(held[n]);
      held[n] = held[i - 1];
      if (next_random(random) % 3 == 0) merge_all();
    }
    merge_all();
    CHECK_EQUAL(spares, map->spare_count());
    POINTERS_EQUAL(&objects[0], map->first());
  }
}

TEST(RegionMap, the_purge_span_covers_all_that_is_lazy) {
  VmRegion* a = take(2);
  VmRegion* b = take(3);
  VmRegion* c = take(4);
  CHECK_TRUE(map->lazy_span().start == map->lazy_span().end);
  const std::uintptr_t low = a->start, high = c->end();
  free(c);
  free(a);
  CHECK_EQUAL(low, map->lazy_span().start);
  CHECK_EQUAL(high, map->lazy_span().end);
  CHECK_EQUAL(2u, map->lazy_count());
  map->purged();
  CHECK_TRUE(map->lazy_span().start == map->lazy_span().end);
  free(b);
  check();
}

TEST(RegionMap, neighbours_purged_at_different_times_do_not_mix) {
  VmRegion* a = take(2);
  VmRegion* b = take(2);
  VmRegion* rest = take(kPages - 4);
  CHECK_TRUE(rest != nullptr);
  free(a);
  map->purged();
  free(b);  // beside a, which is purged and not merged yet
  CHECK_TRUE(map->merge(1));
  CHECK_FALSE(map->merge(1));
  CHECK_EQUAL(2 * kPageSize, map->largest_hole());
  CHECK_TRUE(take(3) == nullptr);
  merge_all();
  CHECK_EQUAL(4 * kPageSize, map->largest_hole());
}

TEST(RegionMap, a_purged_range_is_taken_as_it_is_by_who_wants_just_its_size) {
  VmRegion* a = take(2);
  VmRegion* b = take(3);
  VmRegion* c = take(2);
  take(1);  // no hole beside them
  free(a);
  free(b);
  CHECK_TRUE(take(3) != b);  // not purged yet
  map->purged();
  free(c);
  CHECK_EQUAL(2u, map->purged_count());
  POINTERS_EQUAL(b, take(3));
  CHECK_EQUAL(1u, map->purged_count());
  POINTERS_EQUAL(b, map->find(b->start));
  const std::size_t spares = map->spare_count();
  POINTERS_EQUAL(a, take(2));
  CHECK_EQUAL(spares, map->spare_count());
  CHECK_TRUE(take(2) != c);
  map->purged();
  CHECK_TRUE(take(2, k64K) != c);  // just as large, but not where it is wanted
  CHECK_FALSE(map->merge(2));      // c alone was left
  CHECK_EQUAL(0u, map->purged_count());
  check();
}

TEST(RegionMap, ranges_of_other_sizes_wait_no_longer_for_it) {
  VmRegion* held[16];
  for (unsigned i = 0; i < 16; ++i) held[i] = take(2 + i);
  for (VmRegion* r : held) free(r);
  map->purged();
  CHECK_TRUE(take(2 + 5) != held[5]);  // behind the ones that are looked at: carved from a hole
  merge_all();
  CHECK_EQUAL(0u, map->purged_count());
}

TEST(RegionMap, best_fit_takes_the_smallest_hole_that_holds_it) {
  VmRegion* big = take(8);
  take(1);
  VmRegion* small = take(3);
  take(1);
  const std::uintptr_t big_at = big->start, small_at = small->start;
  free(big);
  free(small);
  merge_all();
  CHECK_EQUAL(small_at, take(3)->start);
  CHECK_EQUAL(big_at, take(3)->start);
  CHECK_EQUAL(big_at + 3 * kPageSize, take(5)->start);
}

TEST(RegionMap, alignment_is_kept_where_there_is_room_and_given_up_where_there_is_none) {
  take(1);
  VmRegion* aligned = take(17, k64K);
  CHECK_EQUAL(0u, aligned->start % k64K);
  CHECK_EQUAL(kStart + k64K, aligned->start);
  VmRegion* filler = take(15);  // the gap before it
  CHECK_EQUAL(kStart + kPageSize, filler->start);
  VmRegion* rest = take(map->largest_hole() / kPageSize);
  CHECK_EQUAL(0u, map->largest_hole());
  free(filler);
  merge_all();
  CHECK_TRUE(take(15, k64K) != nullptr);  // only an unaligned place is left
  POINTERS_EQUAL(nullptr, take(1));
  CHECK_TRUE(rest != nullptr);
}

TEST(RegionMap, an_aligned_hole_of_just_the_size_is_used) {
  VmRegion* a = take(16, k64K);
  VmRegion* b = take(1);
  CHECK_EQUAL(kStart, a->start);
  free(a);
  merge_all();
  CHECK_EQUAL(kStart, take(16, k64K)->start);
  CHECK_TRUE(b->start == kStart + k64K);
}

TEST(RegionMap, survives_a_thousand_random_operations_and_ends_as_it_began) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    VmRegion* live[128] = {};
    unsigned random = seed;
    for (unsigned step = 0; step < 1000; ++step) {
      const unsigned slot = next_random(random) % 128;
      if (live[slot] != nullptr) {
        free(live[slot]);
        live[slot] = nullptr;
      } else {
        live[slot] = take(2 + next_random(random) % 20, next_random(random) % 4 == 0 ? k64K : kPageSize);
      }
      if (next_random(random) % 8 == 0) map->purged();
      map->merge(next_random(random) % 3);
    }
    for (VmRegion*& r : live) {
      if (r != nullptr) free(r);
    }
    merge_all();
    CHECK_EQUAL(kPages * kPageSize, map->largest_hole());
    CHECK_EQUAL(kObjects - 1, map->spare_count());
  }
}
