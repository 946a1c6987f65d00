// SPDX-License-Identifier: MIT
// Windows on the machine: a private pool over the kernel's own tables, with low pages, whose contents can be seen from
// both sides.
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/kthread.h>
#include <arch/kernel_map.hpp>
#include <cstring>
#include <kernel/kmap_wait.hpp>
#include <mm/kernel_memory.hpp>
#include <new>
#include "CppUTest/TestHarness.h"
#include "fakes/log.hpp"

using namespace mink;
using mm::KmapPool;
using mm::LocalWindows;

namespace {

constexpr VirtAddr kSpace{0xFF200000};  // nobody's
constexpr unsigned kWindows = 2;
constexpr unsigned kPages = 4;

constinit KmapPool pool;
struct page* pages[kPages];
char* address(unsigned i) { return static_cast<char*>(page_address(pages[i])); }
PhysAddr phys(unsigned i) { return PhysAddr{page_to_phys(pages[i])}; }
char* map(unsigned i) { return static_cast<char*>(pool.map(phys(i), nullptr)); }

volatile bool mapped;
int wait_for_window(void*) {
  char* const window = map(3);
  window[0] = 33;
  mapped = true;
  while (!kthread_should_stop()) schedule_timeout_interruptible(1);
  pool.unmap(phys(3), nullptr);
  return 0;
}

}  // namespace

TEST_GROUP(KmapTarget){void setup() override{fakes::take_log();
for (struct page*& p : pages) p = alloc_page(GFP_KERNEL);
::new (&pool) KmapPool{};
CHECK(ok(pool.init(arch::kernel_mapper(), kSpace, kWindows, phys(0))));
pool.set_waiters(&kernel::kmap_waiters());
}
void teardown() override {
  char text[256];
  BufferSink why{text};
  CHECK(pool.check(why));
  LONGS_EQUAL(0, pool.figures().used);
  pool.flush();
  VirtAddr where{};
  POINTERS_EQUAL(nullptr, arch::check_kernel_map(where));
  for (struct page* p : pages) __free_page(p);
}
}
;

TEST(KmapTarget, AWindowShowsItsPageAlsoAfterManyReuses) {
  for (unsigned round = 0; round < 100; ++round) {
    const unsigned i = round % kPages;
    char* const window = map(i);
    window[100] = static_cast<char>(round);
    LONGS_EQUAL(window[100], address(i)[100]);
    pool.unmap(phys(i), nullptr);
  }
  CHECK(pool.figures().flushes >= 40);
}

TEST(KmapTarget, AThreadSleepsUntilAnotherReleasesAWindow) {
  map(0);
  map(1);
  mapped = false;
  task_struct* const thread = kthread_run(wait_for_window, nullptr, "kmapper");
  msleep(50);
  CHECK_FALSE(mapped);
  UNSIGNED_LONGS_EQUAL(1, pool.figures().waits);
  CHECK(thread->nvcsw != 0);
  pool.unmap(phys(1), nullptr);
  msleep(50);
  CHECK(mapped);
  LONGS_EQUAL(33, address(3)[0]);
  kthread_stop(thread);
  pool.unmap(phys(0), nullptr);
}

TEST(KmapTarget, LowPagesHaveTheirLinearAddress) {
  POINTERS_EQUAL(address(0), kmap(pages[0]));
  kunmap(pages[0]);
  char* const at = static_cast<char*>(kmap_atomic(pages[0]));
  POINTERS_EQUAL(address(0), at);
  CHECK(in_atomic());
  kunmap_atomic(at);
  CHECK_FALSE(in_atomic());
  clear_highpage(pages[0]);
  memset(address(1), 7, kPageSize);
  zero_user(pages[1], 10, 5);
  LONGS_EQUAL(7, address(1)[9]);
  LONGS_EQUAL(0, address(1)[10]);
  LONGS_EQUAL(0, address(1)[14]);
  LONGS_EQUAL(7, address(1)[15]);
  copy_highpage(pages[0], pages[1]);
  LONGS_EQUAL(0, memcmp(address(0), address(1), kPageSize));
}
