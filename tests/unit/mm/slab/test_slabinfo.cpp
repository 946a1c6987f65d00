// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include "slab_box.hpp"

using namespace mink;
using namespace mink::mm;

TEST_GROUP(Slabinfo) {
  SlabBox box{64};
  char text[8192];
  const char* slabinfo() {
    BufferSink out{text};
    box.slab.print_slabinfo(out);
    CHECK_FALSE(out.truncated());
    return text;
  }
};

// Heading and lines byte for byte as Linux 6.1 prints them.
TEST(Slabinfo, format) {
  const char start[] =
      "slabinfo - version: 2.1\n"
      "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> "
      "<batchcount> "
      "<sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n"
      "dma-kmalloc-8k         0      0   8192    4    8 : tunables    0    0    0 : slabdata      0      0   "
      "   0\n";
  STRNCMP_EQUAL(start, slabinfo(), sizeof start - 1);
  STRCMP_CONTAINS(
      "\nkmalloc-1k             0      0   1024    8    2 : tunables    0    0    0 : slabdata      0      0 "
      "     0\n",
      text);
  box.close();
}

TEST(Slabinfo, newest_first_and_counts_true) {
  kmem_cache& cache = *box.make("posix_timers_cache", 176);
  void* objects[30];
  for (void*& o : objects) o = box.take(cache);
  STRCMP_CONTAINS(
      "<sharedavail>\n"
      "posix_timers_cache     30     46    176   23    1 : tunables    0    0    0 : slabdata      2      2  "
      "    0\n"
      "dma-kmalloc-8k ",
      slabinfo());
  for (int i = 0; i < 10; ++i) box.give(cache, objects[i]);
  STRCMP_CONTAINS("posix_timers_cache     20     46    176", slabinfo());
  for (int i = 10; i < 30; ++i) box.give(cache, objects[i]);
  STRCMP_CONTAINS("posix_timers_cache      0     46    176", slabinfo());
  box.slab.shrink_cache(cache);
  STRCMP_CONTAINS("posix_timers_cache      0      0    176", slabinfo());
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(cache, this)));
  box.close();
}

TEST(Slabinfo, figures_for_meminfo) {
  const SlabFigures before = box.slab.figures();
  kmem_cache& normal = *box.make("normal", 1024);
  kmem_cache& reclaimable = *box.make("reclaimable", 2048, SLAB_RECLAIM_ACCOUNT);
  void* const a = box.take(normal);
  void* const b = box.take(reclaimable);
  UNSIGNED_LONGS_EQUAL(before.reclaimable_pages + 4, box.slab.figures().reclaimable_pages);
  CHECK(box.slab.figures().unreclaimable_pages >= before.unreclaimable_pages + 2);
  box.give(normal, a);
  box.give(reclaimable, b);
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(normal, this)));
  LONGS_EQUAL(0, static_cast<int>(box.slab.destroy(reclaimable, this)));
  UNSIGNED_LONGS_EQUAL(before.reclaimable_pages, box.slab.figures().reclaimable_pages);
  box.close();
}
