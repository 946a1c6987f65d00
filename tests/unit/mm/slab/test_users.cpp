// SPDX-License-Identifier: MIT
// Who holds the objects: known of every cache where users are stored, of none elsewhere.
#include <CppUTest/TestHarness.h>

#include "slab_box.hpp"

using namespace mink;
using namespace mink::mm;

namespace {

struct Seen {
  const void* caller;
  unsigned objects = 0;
  std::size_t bytes = 0;

  static void note(const kmem_cache& cache, const void* caller, void* context) {
    auto& seen = *static_cast<Seen*>(context);
    if (caller != seen.caller) return;
    ++seen.objects;
    seen.bytes += cache.size;
  }
};

const void* const kFirst = reinterpret_cast<const void*>(0x1111);
const void* const kSecond = reinterpret_cast<const void*>(0x2222);

Seen seen_of(const SlabAllocator& slab, const void* caller) {
  Seen seen{caller};
  slab.visit_users(Seen::note, &seen);
  return seen;
}

}  // namespace

TEST_GROUP(SlabUsers){};

TEST(SlabUsers, stored_for_all_when_asked_for) {
  SlabBox box{64, {.store_users = true}};
  void* many[70];
  for (void*& object : many) object = box.slab.kmalloc(100, GFP_KERNEL, kFirst);
  void* const other = box.slab.kmalloc(3000, GFP_KERNEL, kSecond);
  UNSIGNED_LONGS_EQUAL(70, seen_of(box.slab, kFirst).objects);
  CHECK(seen_of(box.slab, kFirst).bytes >= 70 * 128);
  UNSIGNED_LONGS_EQUAL(1, seen_of(box.slab, kSecond).objects);
  for (unsigned i = 0; i < 69; ++i) box.slab.kfree(many[i], kSecond);
  UNSIGNED_LONGS_EQUAL(1, seen_of(box.slab, kFirst).objects);
  UNSIGNED_LONGS_EQUAL(1, seen_of(box.slab, kSecond).objects);  // who freed is no holder
  box.slab.kfree(many[69], kFirst);
  box.slab.kfree(other, kFirst);
  UNSIGNED_LONGS_EQUAL(0, seen_of(box.slab, kFirst).objects + seen_of(box.slab, kSecond).objects);
  box.close();
}

TEST(SlabUsers, not_known_otherwise) {
  SlabBox box{64};
  void* const object = box.slab.kmalloc(100, GFP_KERNEL, kFirst);
  UNSIGNED_LONGS_EQUAL(0, seen_of(box.slab, kFirst).objects);
  box.slab.kfree(object, kFirst);
  box.close();
}
