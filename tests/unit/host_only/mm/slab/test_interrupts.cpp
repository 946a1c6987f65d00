// SPDX-License-Identifier: MIT
// An "interrupt" that allocates and frees wherever interrupts are switched on again inside the allocator.
#include <CppUTest/TestHarness.h>

#include <arch_impl/fake_irq.hpp>
#include <mm/mempool.hpp>

#include "unit/mm/slab/slab_box.hpp"

using namespace mink;
using namespace mink::mm;

namespace {

constexpr int kHeld = 40;

// What the handler owns: it allocates until it holds kHeld objects, then frees the oldest ones.
struct Handler {
  SlabBox* box;
  kmem_cache* cache;
  mempool_t* pool;
  void* held[kHeld];
  void* pooled;
  unsigned at;
  unsigned runs;
};

void interrupt(void* context) {
  auto& h = *static_cast<Handler*>(context);
  ++h.runs;
  void*& slot = h.held[h.at++ % kHeld];
  if (slot != nullptr) {
    h.box->give(*h.cache, slot);
    slot = nullptr;
  } else {
    slot = h.box->take(*h.cache, GFP_ATOMIC | __GFP_NOWARN);
    if (slot != nullptr) std::memset(slot, 0x5c, h.cache->object_size);
  }
  if (h.pool == nullptr) return;
  if (h.pooled != nullptr) mempool_free(h.pooled, h.pool);
  h.pooled = h.runs % 3 != 0 ? mempool_alloc(h.pool, GFP_ATOMIC) : nullptr;
}

}  // namespace

TEST_GROUP(SlabInterrupts){void setup() override{fakes::reset_fake_irq();
}
void teardown() override { fakes::reset_fake_irq(); }

void storm(slab_flags_t flags, std::size_t size) {
  SlabBox box{64};
  kmem_cache& cache = *box.make("shared", size, flags);
  Handler handler{&box, &cache, nullptr, {}, nullptr, 0, 0};
  void* mine[150] = {};
  for (int round = 0; round < 4000; ++round) {
    fakes::fake_irq.context = &handler;
    fakes::fake_irq.on_enable = interrupt;
    void*& slot = mine[(static_cast<unsigned>(round) * 7919u) % 150];
    if (slot != nullptr) {
      for (std::size_t i = 0; i < size; ++i) BYTES_EQUAL(0xa7, static_cast<unsigned char*>(slot)[i]);
      box.give(cache, slot);
      slot = nullptr;
    } else {
      slot = box.take(cache);
      if (slot != nullptr) std::memset(slot, 0xa7, size);
    }
    if (round % 100 == 0) box.slab.shrink(GFP_KERNEL, 2);
    fakes::fake_irq.on_enable = nullptr;
    if (round % 10 == 0) box.check();
  }
  CHECK(handler.runs > 4000);
  UNSIGNED_LONGS_EQUAL(0, box.slab.reports());
  for (void* o : mine) {
    if (o != nullptr) box.give(cache, o);
  }
  for (void* o : handler.held) {
    if (o != nullptr) box.give(cache, o);
  }
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
  box.close();
}
}
;

TEST(SlabInterrupts, small_objects) { storm(0, 40); }
TEST(SlabInterrupts, large_objects) { storm(0, 1000); }
TEST(SlabInterrupts, a_debug_cache) { storm(SLAB_RED_ZONE | SLAB_POISON | SLAB_CONSISTENCY_CHECKS, 60); }

TEST(SlabInterrupts, interrupts_are_as_before_after_every_operation) {
  SlabBox box{64};
  kmem_cache& cache = *box.make("irq", 100);
  void* objects[100];
  CHECK(box.slab.alloc_bulk(cache, GFP_KERNEL, 100, objects, this));
  CHECK_FALSE(fakes::fake_irq.disabled);
  UNSIGNED_LONGS_EQUAL(0, fakes::fake_irq.depth);
  box.give(cache, objects[0]);
  box.give(cache, objects[0]);
  CHECK(box.reported("double free"));
  box.slab.free_bulk(&cache, 99, objects + 1, this);
  box.kfree(box.kmalloc(100000));
  CHECK_FALSE(fakes::fake_irq.disabled);
  UNSIGNED_LONGS_EQUAL(0, fakes::fake_irq.depth);
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
  box.close();
}

TEST(SlabInterrupts, a_mempool_shared_with_a_handler) {
  SlabBox box{64};
  kmem_cache& cache = *box.make("pooled", 300);
  const auto alloc = +[](gfp_t gfp, void* data) -> void* {
    auto* const c = static_cast<kmem_cache*>(data);
    return c->owner->alloc(*c, gfp, nullptr);
  };
  const auto free = +[](void* element, void* data) {
    auto* const c = static_cast<kmem_cache*>(data);
    c->owner->free(*c, element, nullptr);
  };
  mempool_t pool{};
  LONGS_EQUAL(0, static_cast<int>(mempool_init_in(box.slab, pool, 6, alloc, free, &cache, GFP_KERNEL, this)));
  Handler handler{&box, &cache, &pool, {}, nullptr, 0, 0};
  void* mine[20] = {};
  fakes::fake_irq.context = &handler;
  fakes::fake_irq.on_enable = interrupt;
  for (unsigned round = 0; round < 3000; ++round) {
    void*& slot = mine[round * 31u % 20];
    if (slot != nullptr) mempool_free(slot, &pool);
    slot = round % 5 != 0 ? mempool_alloc(&pool, GFP_KERNEL) : nullptr;
    if (round % 97 == 0) LONGS_EQUAL(0, mempool_resize(&pool, static_cast<int>(3 + round % 11)));
  }
  fakes::fake_irq.on_enable = nullptr;
  for (void* e : mine) mempool_free(e, &pool);
  mempool_free(handler.pooled, &pool);
  LONGS_EQUAL(pool.min_nr, pool.curr_nr);
  UNSIGNED_LONGS_EQUAL(0, mempool_exit_from(pool, this));
  for (void* o : handler.held) {
    if (o != nullptr) box.give(cache, o);
  }
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
  box.close();
}

// Slabs come and go, too.
TEST(SlabInterrupts, come_while_the_check_looks_and_are_no_fault) {
  constexpr unsigned kPieces = 3;
  SlabBox box{kPieces << kMaxOrder};
  kmem_cache& cache = *box.make("shared", 2000);
  Handler handler{&box, &cache, nullptr, {}, nullptr, 0, 0};
  fakes::fake_irq.context = &handler;
  fakes::fake_irq.on_enable = [](void* context) {
    interrupt(context);
    static_cast<Handler*>(context)->box->slab.shrink(GFP_NOWAIT, 1);
  };
  fakes::fake_irq.anywhere = true;
  char text[256];
  for (unsigned i = 0; i < 50; ++i) {
    BufferSink why{text};
    const unsigned before = handler.runs;
    if (!box.slab.check(why)) FAIL(text);
    CHECK(handler.runs - before > kPieces);  // off for one piece at a time
  }
  fakes::reset_fake_irq();
  for (void* o : handler.held) {
    if (o != nullptr) box.give(cache, o);
  }
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
  box.close();
}
