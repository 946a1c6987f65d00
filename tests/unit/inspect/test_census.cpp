// SPDX-License-Identifier: MIT
// What is live is counted, and what differs is told, largest first.
#include <CppUTest/TestHarness.h>

#include <cstring>
#include <inspect/census.hpp>
#include <mm/mempool.hpp>

#include "unit/mm/slab/slab_box.hpp"

using namespace mink;
using namespace mink::inspect;
using mm::SlabBox;

namespace {

const void* const kFirst = reinterpret_cast<const void*>(0x1111);
const void* const kSecond = reinterpret_cast<const void*>(0x2222);

// Too large for the target's stack.
Census before, after;

void* take_from(gfp_t gfp, void* slab) {
  return static_cast<mm::SlabAllocator*>(slab)->kmalloc(256, gfp, kFirst);
}
void give_to(void* element, void* slab) { static_cast<mm::SlabAllocator*>(slab)->kfree(element, kFirst); }

}  // namespace

TEST_GROUP(Census) {
  char buffer[2048];
  BufferSink out{buffer};

  std::size_t differences(const Memory& memory) {
    after.take(memory);
    out.clear();
    return print_difference(out, memory, before, after);
  }
  void says(const char* part) {
    if (std::strstr(buffer, part) == nullptr)
      FAIL(StringFromFormat("\"%s\" is not in:\n%s", part, buffer).asCharString());
  }
};

TEST(Census, by_cache_size_and_caller) {
  SlabBox box{256};
  const Memory memory{box.arena.pages(), &box.slab};
  kmem_cache* const cache = box.make("things", 40);
  void* const early = box.take(*cache);
  before.take(memory);
  UNSIGNED_LONGS_EQUAL(0, differences(memory));
  STRCMP_EQUAL("nothing differs\n", buffer);

  void* objects[3];
  for (void*& object : objects) object = box.take(*cache);
  page* const p = box.arena.pages().alloc(GFP_KERNEL, 2, kSecond);
  void* const large = box.slab.kmalloc(20000, GFP_KERNEL, kFirst);
  UNSIGNED_LONGS_EQUAL(3, differences(memory));
  says("      +3       +120  slab things\n");
  says("      +1     +16384  pages 16 kB by ");
  says("      +1     +32768  kmalloc 32768 by ");
  says("             +49272  bytes in all\n");
  CHECK(std::strstr(buffer, "kmalloc 32768") < std::strstr(buffer, "pages 16 kB"));
  CHECK(std::strstr(buffer, "pages 16 kB") < std::strstr(buffer, "slab things"));

  for (void* object : objects) box.give(*cache, object);
  box.give(*cache, early);
  box.arena.pages().free(p, 2, kSecond);
  box.kfree(large);
  UNSIGNED_LONGS_EQUAL(1, differences(memory));
  says("      -1        -40  slab things\n");
  CHECK(ok(box.slab.destroy(*cache, this)));
  UNSIGNED_LONGS_EQUAL(3, differences(memory));  // its own object and its name are gone, too
  says("slab (a cache that is gone)\n");
  box.close();
}

TEST(Census, callers_of_objects_where_they_are_stored) {
  SlabBox box{128, {.store_users = true}};
  const Memory memory{box.arena.pages(), &box.slab};
  before.take(memory);
  void* const a = box.slab.kmalloc(64, GFP_KERNEL, kFirst);
  void* const b = box.slab.kmalloc(64, GFP_KERNEL, kSecond);
  UNSIGNED_LONGS_EQUAL(2, differences(memory));
  const Live first{LiveKind::Slab, box.slab.kmalloc_cache(KMALLOC_NORMAL, 6), kFirst, 64, 0};
  UNSIGNED_LONGS_EQUAL(1, after.count_of(first));
  box.kfree(a);
  box.kfree(b);
  UNSIGNED_LONGS_EQUAL(0, differences(memory));
  box.close();
}

TEST(Census, elements_of_pools) {
  SlabBox box{128};
  mempool_t pool;
  CHECK(ok(mm::mempool_init_in(box.slab, pool, 2, take_from, give_to, &box.slab, GFP_KERNEL, this)));
  const Memory memory{box.arena.pages()};
  before.take(memory);
  void* const element = mempool_alloc(&pool, GFP_NOWAIT);
  UNSIGNED_LONGS_EQUAL(1, differences(memory));
  says("      +1         +0  mempool ");
  mempool_free(element, &pool);
  UNSIGNED_LONGS_EQUAL(0, differences(memory));
  UNSIGNED_LONGS_EQUAL(0, mm::mempool_exit_from(pool, this));
  box.close();
}

TEST(Census, says_what_found_no_room) {
  SlabBox box{64};
  const Memory memory{box.arena.pages()};
  before.take(memory);
  for (std::size_t i = 1; i <= Census::kRoom; ++i) before.add({LiveKind::Pages, nullptr, kFirst, i, 1});
  CHECK(before.untold() != 0);
  UNSIGNED_LONGS_EQUAL(1, before.count_of({LiveKind::Pages, nullptr, kFirst, 1, 0}));
  char line[64];
  BufferSink end{line};
  after.take(memory);
  NullSink nowhere;
  CHECK(print_difference(nowhere, memory, before, after) > 400);
  box.close();
}
