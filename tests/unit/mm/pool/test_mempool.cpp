// SPDX-License-Identifier: MIT
// The contract of memory pools, with an allocator that fails on demand and notes what it was asked.
#include <CppUTest/TestHarness.h>

#include <arch/irq.hpp>
#include <cstdint>
#include <mm/mempool.hpp>

#include "unit/mm/slab/slab_box.hpp"

using namespace mink;
using namespace mink::mm;

namespace {

// Elements are handed out of an array; `broken` makes the allocator fail.
struct Source {
  int elements[64];
  bool used[64];
  int allowed;  // allocations until it fails; negative: no limit
  int calls;
  gfp_t last_gfp;
  int live;
};
Source source;

void* source_alloc(gfp_t gfp, void* data) {
  auto* const s = static_cast<Source*>(data);
  ++s->calls;
  s->last_gfp = gfp;
  if (s->allowed == 0) return nullptr;
  if (s->allowed > 0) --s->allowed;
  for (int i = 0; i < 64; ++i) {
    if (s->used[i]) continue;
    s->used[i] = true;
    ++s->live;
    return &s->elements[i];
  }
  return nullptr;
}
void source_free(void* element, void* data) {
  auto* const s = static_cast<Source*>(data);
  const auto i = static_cast<int*>(element) - s->elements;
  CHECK(i >= 0 && i < 64 && s->used[i]);
  s->used[i] = false;
  --s->live;
}

int waits = 0;
mempool_t* waiting_for = nullptr;
void* to_give = nullptr;
bool wait_for_element(mempool_t& pool) {
  ++waits;
  waiting_for = &pool;
  if (to_give == nullptr) return false;
  mempool_free(to_give, &pool);
  to_give = nullptr;
  return true;
}
int wakes = 0;
void wake(mempool_t&) { ++wakes; }

}  // namespace

TEST_GROUP(Mempool) {
  SlabBox box{64};
  mempool_t pool{};
  void setup() override {
    source = Source{};
    source.allowed = -1;
    waits = wakes = 0;
    to_give = nullptr;
    set_mempool_sleep({});  // the machine under the test may have its own
  }
  void teardown() override {
    set_mempool_sleep({});
    LONGS_EQUAL(0, source.live);
    box.close();
  }
  void make(int min_nr) {
    LONGS_EQUAL(0, static_cast<int>(mempool_init_in(box.slab, pool, min_nr, source_alloc, source_free,
                                                    &source, GFP_KERNEL, this)));
    LONGS_EQUAL(min_nr, pool.curr_nr);
  }
  void done() { UNSIGNED_LONGS_EQUAL(0, mempool_exit_from(pool, this)); }
};

TEST(Mempool, the_reserve_is_filled_at_once_and_given_back) {
  make(5);
  LONGS_EQUAL(5, source.live);
  UNSIGNED_LONGS_EQUAL(GFP_KERNEL, source.last_gfp);
  done();
}

TEST(Mempool, a_pool_that_cannot_be_filled_is_undone_whole) {
  source.allowed = 3;
  LONGS_EQUAL(-12, static_cast<int>(mempool_init_in(box.slab, pool, 5, source_alloc, source_free, &source,
                                                    GFP_KERNEL, this)));
  LONGS_EQUAL(0, source.live);
}

TEST(Mempool, the_allocator_is_asked_first_without_sleeping_and_without_the_systems_reserves) {
  make(2);
  void* const a = mempool_alloc(&pool, GFP_KERNEL | __GFP_HIGH);
  LONGS_EQUAL(2, pool.curr_nr);
  UNSIGNED_LONGS_EQUAL((GFP_KERNEL | __GFP_HIGH | __GFP_NOMEMALLOC | __GFP_NORETRY | __GFP_NOWARN) &
                           ~(__GFP_DIRECT_RECLAIM | __GFP_IO),
                       source.last_gfp);
  mempool_free(a, &pool);
  LONGS_EQUAL(2, source.live);
  done();
}

TEST(Mempool, then_the_reserve_then_the_allocator_may_reclaim_then_null) {
  make(3);
  source.allowed = 0;
  void* taken[3];
  for (void*& t : taken) {
    t = mempool_alloc(&pool, GFP_KERNEL);
    CHECK(t != nullptr);
  }
  LONGS_EQUAL(0, pool.curr_nr);
  const int calls = source.calls;
  POINTERS_EQUAL(nullptr, mempool_alloc(&pool, GFP_KERNEL));
  LONGS_EQUAL(calls + 2, source.calls);
  CHECK((source.last_gfp & __GFP_DIRECT_RECLAIM) != 0);  // the second try
  POINTERS_EQUAL(nullptr, mempool_alloc(&pool, GFP_ATOMIC));
  CHECK((source.last_gfp & __GFP_DIRECT_RECLAIM) == 0);
  // Freed elements refill the reserve before the allocator sees anything.
  const int live = source.live;
  for (void* t : taken) mempool_free(t, &pool);
  LONGS_EQUAL(3, pool.curr_nr);
  LONGS_EQUAL(live, source.live);
  done();
}

TEST(Mempool, atomic_allocation_takes_from_the_reserve) {
  make(1);
  source.allowed = 0;
  void* const a = mempool_alloc(&pool, GFP_ATOMIC);
  CHECK(a != nullptr);
  POINTERS_EQUAL(nullptr, mempool_alloc(&pool, GFP_ATOMIC));
  mempool_free(a, &pool);
  POINTERS_EQUAL(a, mempool_alloc(&pool, GFP_ATOMIC));
  mempool_free(a, &pool);
  done();
}

TEST(Mempool, who_may_sleep_waits_for_a_free) {
  make(1);
  set_mempool_sleep({wait_for_element, wake});
  source.allowed = 0;
  void* const a = mempool_alloc(&pool, GFP_NOIO);
  to_give = a;
  POINTERS_EQUAL(a, mempool_alloc(&pool, GFP_NOIO));
  LONGS_EQUAL(1, waits);
  LONGS_EQUAL(1, wakes);
  POINTERS_EQUAL(&pool, waiting_for);
  POINTERS_EQUAL(nullptr, mempool_alloc(&pool, GFP_NOIO));  // cannot sleep: the hook says no
  LONGS_EQUAL(2, waits);
  POINTERS_EQUAL(nullptr, mempool_alloc(&pool, GFP_ATOMIC));
  LONGS_EQUAL(2, waits);
  mempool_free(a, &pool);
  done();
}

TEST(Mempool, resize_up_and_down) {
  make(2);
  LONGS_EQUAL(0, mempool_resize(&pool, 20));
  LONGS_EQUAL(20, pool.curr_nr);
  LONGS_EQUAL(20, source.live);
  LONGS_EQUAL(0, mempool_resize(&pool, 1));
  LONGS_EQUAL(1, pool.curr_nr);
  LONGS_EQUAL(1, source.live);
  source.allowed = 1;
  LONGS_EQUAL(0, mempool_resize(&pool, 4));  // the rest comes with frees
  LONGS_EQUAL(2, pool.curr_nr);
  source.allowed = 2;
  void* const a = mempool_alloc(&pool, GFP_KERNEL);
  void* const b = mempool_alloc(&pool, GFP_KERNEL);
  mempool_free(a, &pool);
  mempool_free(b, &pool);
  LONGS_EQUAL(4, pool.curr_nr);
  LONGS_EQUAL(0, mempool_resize(&pool, 0));
  LONGS_EQUAL(0, source.live);
  LONGS_EQUAL(-22, mempool_resize(&pool, -1));
  done();
}

TEST(Mempool, resize_that_gets_no_array_changes_nothing) {
  make(2);
  LONGS_EQUAL(-12, mempool_resize(&pool, 1000000));
  LONGS_EQUAL(2, pool.min_nr);
  LONGS_EQUAL(2, pool.curr_nr);
  done();
}

TEST(Mempool, elements_out_at_the_end_are_reported) {
  make(2);
  void* const a = mempool_alloc(&pool, GFP_KERNEL);
  void* const b = mempool_alloc(&pool, GFP_KERNEL);
  mempool_free(b, &pool);
  (void)fakes::take_log();
  UNSIGNED_LONGS_EQUAL(1, mempool_exit_from(pool, this));
  CHECK(fakes::logged("1 elements are out and lost to it"));
  source_free(a, &source);
}

TEST(Mempool, nonsense_is_named) {
  (void)fakes::take_log();
  LONGS_EQUAL(-22, static_cast<int>(mempool_init_in(box.slab, pool, -1, source_alloc, source_free, &source,
                                                    GFP_KERNEL, this)));
  CHECK(fakes::logged("make no pool"));
  LONGS_EQUAL(-22, static_cast<int>(
                       mempool_init_in(box.slab, pool, 1, nullptr, source_free, &source, GFP_KERNEL, this)));
  make(1);
  (void)fakes::take_log();
  void* const a = mempool_alloc(&pool, GFP_KERNEL | __GFP_ZERO);
  CHECK(fakes::logged("__GFP_ZERO"));
  CHECK((source.last_gfp & __GFP_ZERO) == 0);
  mempool_free(a, &pool);
  mempool_free(nullptr, &pool);
  done();
}

TEST(Mempool, over_a_cache_the_reserve_works_when_the_pages_are_gone) {
  kmem_cache& cache = *box.make("pooled", 1000);
  const auto alloc = +[](gfp_t gfp, void* data) -> void* {
    auto* const c = static_cast<kmem_cache*>(data);
    return c->owner->alloc(*c, gfp, nullptr);
  };
  const auto free = +[](void* element, void* data) {
    auto* const c = static_cast<kmem_cache*>(data);
    c->owner->free(*c, element, nullptr);
  };
  mempool_t over{};
  LONGS_EQUAL(0, static_cast<int>(mempool_init_in(box.slab, over, 4, alloc, free, &cache, GFP_KERNEL, this)));
  void* first = nullptr;
  int count = 0;
  while (void* const e = mempool_alloc(&over, GFP_ATOMIC)) {
    *static_cast<void**>(e) = first;
    first = e;
    ++count;
  }
  LONGS_EQUAL(0, over.curr_nr);
  CHECK(count > 100);
  int back = 0;
  while (first != nullptr) {
    void* const next = *static_cast<void**>(first);
    mempool_free(first, &over);
    first = next;
    if (++back <= 4) LONGS_EQUAL(back, over.curr_nr);
  }
  UNSIGNED_LONGS_EQUAL(0, mempool_exit_from(over, this));
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
}

// Each element that comes back must be out of this pool: exactly, however it got where it is.
TEST(Mempool, an_element_freed_twice_or_into_another_pool) {
  const char* const not_out = "not an element that is out of this pool; refused";
  mempool_t other{};
  make(2);
  LONGS_EQUAL(0, static_cast<int>(mempool_init_in(box.slab, other, 2, source_alloc, source_free, &source,
                                                  GFP_KERNEL, this)));
  void* out[5];
  for (void*& element : out) element = mempool_alloc(&pool, GFP_KERNEL);
  const auto refused = [&](void* element, mempool_t& to, const char* why) {
    const int reserve = to.curr_nr, live = source.live;
    const unsigned count = mink_mempool_out(&to);
    (void)fakes::take_log();
    mempool_free(element, &to);
    CHECK(fakes::logged(why));
    LONGS_EQUAL(reserve, to.curr_nr);
    LONGS_EQUAL(live, source.live);
    UNSIGNED_LONGS_EQUAL(count, mink_mempool_out(&to));
  };
  for (void* element : out) refused(element, other, not_out);
  for (int i : {4, 0, 2}) {       // the last one, the first, one between
    mempool_free(out[i], &pool);  // to its allocator, for the reserve is full
    refused(out[i], pool, not_out);
  }
  source.allowed = 0;
  void* const reserved = mempool_alloc(&pool, GFP_ATOMIC);
  mempool_free(reserved, &pool);
  refused(reserved, pool, "double free: it is in the pool's reserve already; refused");
  refused(reserved, other, not_out);
  mempool_free(out[1], &pool);
  mempool_free(out[3], &pool);
  UNSIGNED_LONGS_EQUAL(0, mempool_exit_from(other, this));
  done();
}

TEST(Mempool, more_elements_out_than_can_be_told_apart) {
  make(1);
  void* out[60];  // of a table of 32
  for (void*& element : out) element = mempool_alloc(&pool, GFP_KERNEL);
  UNSIGNED_LONGS_EQUAL(60, mink_mempool_out(&pool));
  CHECK(pool.uncounted != 0);
  (void)fakes::take_log();
  LONGS_EQUAL(0, mempool_resize(&pool, 3));  // the table is made anew
  UNSIGNED_LONGS_EQUAL(60, mink_mempool_out(&pool));
  for (void* element : out) mempool_free(element, &pool);
  STRCMP_EQUAL("", fakes::take_log());
  UNSIGNED_LONGS_EQUAL(0, mink_mempool_out(&pool));
  UNSIGNED_LONGS_EQUAL(0, pool.uncounted);
  done();
}

// What was taken last from the reserve is known by where it lay; the others by the table. In any order, nothing is lost, and
// nothing is taken twice.
TEST(Mempool, elements_of_the_reserve_come_back_in_any_order) {
  constexpr int kRoom = 6;
  make(kRoom);
  source.allowed = 0;
  for (unsigned order = 0; order < 720; ++order) {
    void* out[kRoom];
    for (void*& element : out) element = mempool_alloc(&pool, GFP_ATOMIC);
    LONGS_EQUAL(0, pool.curr_nr);
    unsigned rest = order;
    for (unsigned left = kRoom; left != 0; --left) {
      void*& next = out[rest % left];
      rest /= left;
      mempool_free(next, &pool);
      (void)fakes::take_log();
      mempool_free(next, &pool);
      CHECK(fakes::logged("double free: it is in the pool's reserve already; refused"));
      next = out[left - 1];
      UNSIGNED_LONGS_EQUAL(left - 1, mink_mempool_out(&pool));
      LONGS_EQUAL(kRoom - static_cast<int>(left) + 1, pool.curr_nr);
    }
  }
  LONGS_EQUAL(kRoom, source.live);
  done();
}

TEST(Mempool, an_element_of_a_reserve_that_has_shrunk_meanwhile) {
  make(4);
  source.allowed = 0;
  void* const a = mempool_alloc(&pool, GFP_ATOMIC);
  void* const b = mempool_alloc(&pool, GFP_ATOMIC);
  LONGS_EQUAL(0, mempool_resize(&pool, 2));
  for (void* element : {b, a}) {
    mempool_free(element, &pool);
    LONGS_EQUAL(2, pool.curr_nr);
  }
  LONGS_EQUAL(2, source.live);
  void* const c = mempool_alloc(&pool, GFP_ATOMIC);
  LONGS_EQUAL(0, mempool_resize(&pool, 3));  // where it lay moves with it
  mempool_free(c, &pool);
  LONGS_EQUAL(2, pool.curr_nr);
  done();
}

TEST(Mempool, an_element_that_was_lost_to_a_pool_is_refused_by_it) {
  make(2);
  void* const given = mempool_alloc(&pool, GFP_KERNEL);
  source.allowed = 0;
  void* const reserved = mempool_alloc(&pool, GFP_ATOMIC);
  UNSIGNED_LONGS_EQUAL(2, mempool_exit_from(pool, this));
  LONGS_EQUAL(0, mempool_initialized(&pool));
  for (void* element : {given, reserved}) {
    (void)fakes::take_log();
    mempool_free(element, &pool);
    CHECK(fakes::logged("not an element that is out of this pool; refused"));
    source_free(element, &source);
  }
  UNSIGNED_LONGS_EQUAL(0, mempool_exit_from(pool, this));
}
