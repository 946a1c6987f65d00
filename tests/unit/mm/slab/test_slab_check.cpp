// SPDX-License-Identifier: MIT
// What the slab allocator's check finds: each thing that can be wrong with a slab is made so, is found and named, and is
// mended again. All other tests rely on it.
#include <CppUTest/TestHarness.h>

#include "unit/mm/slab/slab_box.hpp"

using namespace mink;
using namespace mink::mm;

TEST_GROUP(SlabCheck) {
  SlabBox box{64};
  kmem_cache& cache = *box.make("things", 64);
  static constexpr unsigned kMany = 300;  // of several slabs
  void* held[kMany];
  char text[2048];

  void setup() override {
    for (void*& object : held) CHECK((object = box.take(cache)) != nullptr);
    box.check();
  }
  void teardown() override {
    box.check();
    for (void* object : held) box.give(cache, object);
    LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
    box.close();
  }
  void finds(const char* words) {
    BufferSink why{text};
    CHECK_FALSE(box.slab.check(why));
    STRCMP_CONTAINS(words, text);
  }
  page& slab_of(const void* object) { return *box.arena.pages().page_of(object); }
};

TEST(SlabCheck, APagesCacheAndMap) {
  page& slab = slab_of(held[0]);
  unsigned* const map = slab.slab_map;
  slab.slab_cache = cache.owner->kmalloc_cache(KMALLOC_NORMAL, 7);
  finds("are marked");  // it counts for another
  slab.slab_cache = nullptr;
  finds("its state and its cache disagree");
  slab.slab_cache = &cache;
  slab.slab_map = map + 1;
  finds("a page's pointer to the free map is wrong");
  slab.slab_map = map;
}

TEST(SlabCheck, APageThatIsNoSlabs) {
  page* const other = box.arena.pages().alloc(GFP_NOWAIT, 1, this);
  CHECK(other != nullptr);
  for (page* const p : {other, other + 1}) {
    p->slab_cache = &cache;
    finds("its state and its cache disagree");
    p->slab_cache = nullptr;
  }
  box.arena.pages().free(other, 1, this);
}

TEST(SlabCheck, AnObjectThatIsFreeInAFullSlab) {
  page& slab = slab_of(held[0]);
  CHECK(&slab != cache.current);
  slab.slab_map[0] |= 1;
  finds("1 of 64 objects are free, but it counts as full");
  slab.slab_map[0] &= ~1u;
}

TEST(SlabCheck, ABrokenList) {
  page& slab = slab_of(held[0]);
  box.give(cache, held[0]);
  const page_link link = slab.link;
  slab.link.prev = &slab.link;
  finds("the list of partial slabs is broken");
  slab.link = link;
  CHECK((held[0] = box.take(cache)) != nullptr);
}

TEST(SlabCheck, Counts) {
  ++cache.slab_count;
  finds("are counted");
  --cache.slab_count;
  page& slab = slab_of(held[0]);
  const unsigned state = slab.state;
  slab.state = page_state::with_kind(state, PageKind::Allocated);
  finds("are marked");
  slab.state = state;
}
