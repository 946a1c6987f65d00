// SPDX-License-Identifier: MIT
// Windows onto pages, with the host's MMU: it complains of a window mapped anew before its purge.
#include <CppUTest/TestHarness.h>

#include <arch_impl/fake_irq.hpp>
#include <kernel/kmap_wait.hpp>
#include <memory>
#include <mm/kernel_memory.hpp>
#include <mm/kmap.hpp>
#include <new>
#include <string>

#include "fakes/arena.hpp"
#include "fakes/host_mmu.hpp"
#include "fakes/log.hpp"
#include "fakes/threads.hpp"

using namespace mink;
using namespace mink::fakes;
using mm::KmapPool;
using mm::LocalWindows;

namespace {

constexpr unsigned kWindows = 4;
std::string trace;

}  // namespace

TEST_GROUP(Kmap) {
  Arena arena{2048};
  HostMmu mmu{arena, 128};
  KmapPool pool;
  FakeThreads threads;

  void setup() override {
    reset_fake_irq();
    sync::mink_preempt_count = 0;
    trace.clear();
    take_log();
    CHECK(ok(pool.init(mmu, mmu.start, kWindows, page(0))));
  }
  void teardown() override {
    check();
    for (const std::string& complaint : mmu.complaints) FAIL(complaint.c_str());
  }
  void check() {
    char text[256];
    BufferSink why{text};
    if (!pool.check(why)) FAIL(text);
  }
  static PhysAddr page(unsigned i) { return PhysAddr{Arena::kBase + i * kPageSize}; }
  char* map(unsigned i) { return static_cast<char*>(pool.map(page(i), nullptr)); }
  void unmap(unsigned i) { pool.unmap(page(i), nullptr); }
};

TEST(Kmap, AWindowShowsItsPageAndIsSharedWithACount) {
  char* const first = map(7);
  char* const again = map(7);
  POINTERS_EQUAL(first, again);
  first[5] = 42;
  LONGS_EQUAL(42, arena.bytes(page(7))[5]);
  unmap(7);
  POINTERS_EQUAL(first, pool.find(page(7)));
  first[6] = 43;
  unmap(7);
  POINTERS_EQUAL(nullptr, pool.find(page(7)));
  LONGS_EQUAL(0, pool.figures().used);
}

TEST(Kmap, AnIdleWindowIsHadBackForNothing) {
  char* const first = map(7);
  unmap(7);
  const unsigned purges = mmu.purges;
  POINTERS_EQUAL(first, map(7));
  LONGS_EQUAL(1, pool.figures().revived);
  LONGS_EQUAL(purges, mmu.purges);
  unmap(7);
}

TEST(Kmap, IdleWindowsAreUnmappedTogetherWhenNoCleanOneIsLeft) {
  for (unsigned i = 0; i < kWindows; ++i) map(i);
  for (unsigned i = 1; i < kWindows; ++i) unmap(i);
  LONGS_EQUAL(3, pool.figures().idle);
  const unsigned purges = mmu.purges;
  char* const fifth = map(10);
  CHECK(fifth != nullptr);
  LONGS_EQUAL(purges + 1, mmu.purges);
  LONGS_EQUAL(0, pool.figures().idle);
  LONGS_EQUAL(0, mmu.stale_pages());
  *fifth = 9;
  LONGS_EQUAL(9, *arena.bytes(page(10)));
  check();
  map(11);
  LONGS_EQUAL(purges + 1, mmu.purges);  // the others were clean by then
  for (const unsigned i : {0u, 10u, 11u}) unmap(i);
}

TEST(Kmap, PagesOfOneBucketDoNotMixUp) {
  char* const a = map(1);
  char* const b = map(1 + 64);
  char* const c = map(1 + 128);
  CHECK(a != b && b != c);
  unmap(1 + 64);
  pool.flush();
  check();
  POINTERS_EQUAL(a, pool.find(page(1)));
  POINTERS_EQUAL(c, pool.find(page(129)));
  POINTERS_EQUAL(nullptr, pool.find(page(65)));
  unmap(1);
  unmap(129);
}

TEST(Kmap, WithoutWaitersAllInUseIsNullptr) {
  for (unsigned i = 0; i < kWindows; ++i) map(i);
  POINTERS_EQUAL(nullptr, map(20));
  CHECK(map(2) != nullptr);  // ... but not for a page that has one
  unmap(2);
  for (unsigned i = 0; i < kWindows; ++i) unmap(i);
}

TEST(Kmap, AllInUseIsWaitedFor) {
  pool.set_waiters(&kernel::kmap_waiters());
  for (unsigned i = 0; i < kWindows; ++i) map(i);
  threads.start(
      [](void* group) {
        auto& p = *static_cast<KmapPool*>(group);
        void* const window = p.map(page(30), nullptr);
        trace += window != nullptr ? 'm' : '0';
        p.unmap(page(30), nullptr);
      },
      &pool);
  schedule_timeout_uninterruptible(5);
  STRCMP_EQUAL("", trace.c_str());
  LONGS_EQUAL(1, pool.figures().waits);
  unmap(2);
  schedule_timeout_uninterruptible(5);
  STRCMP_EQUAL("m", trace.c_str());
  for (const unsigned i : {0u, 1u, 3u}) unmap(i);
}

TEST(Kmap, AWaiterIsServedByAnotherOnesWindowForItsPage) {
  pool.set_waiters(&kernel::kmap_waiters());
  for (unsigned i = 0; i < kWindows; ++i) map(i);
  for (unsigned n = 0; n < 3; ++n) {
    threads.start(
        [](void* group) {
          auto& p = *static_cast<KmapPool*>(group);
          CHECK(p.map(page(30), nullptr) != nullptr);
          trace += 'm';  // and keeps it
        },
        &pool);
  }
  schedule_timeout_uninterruptible(5);
  unmap(0);
  schedule_timeout_uninterruptible(5);
  STRCMP_EQUAL("mmm", trace.c_str());
  for (unsigned n = 0; n < 3; ++n) unmap(30);
  for (const unsigned i : {1u, 2u, 3u}) unmap(i);
}

TEST(Kmap, WhereNobodyMaySleepItIsReportedAndServedIfItCanBe) {
  pool.set_waiters(&kernel::kmap_waiters());
  sync::preempt_disable();
  CHECK(map(3) != nullptr);
  CHECK(logged("BUG: sleeping function called from invalid context"));
  CHECK(logged("use kmap_local_page here"));
  for (unsigned i = 0; i < kWindows - 1; ++i) map(i);
  POINTERS_EQUAL(nullptr, map(20));
  for (unsigned i = 0; i < kWindows; ++i) unmap(i);
  sync::preempt_enable();
  sync::mink_preempt_count += sync::kHardirqOffset;
  POINTERS_EQUAL(nullptr, map(3));
  unmap(3);
  sync::mink_preempt_count -= sync::kHardirqOffset;
  CHECK(logged("kunmap in an interrupt"));
}

TEST(Kmap, UnmappingWhatIsNotMappedIsReported) {
  unmap(5);
  CHECK(logged("BUG: kunmap of page 0x50005000"));
  map(5);
  unmap(5);
  take_log();
  unmap(5);
  CHECK(logged("BUG: kunmap of page"));
  LONGS_EQUAL(0, pool.figures().used);
}

TEST(Kmap, ATableThatCannotBeHadFailsInit) {
  KmapPool other;
  mmu.fail_in = 2;
  CHECK(Err::NoMem == other.init(mmu, mmu.start + 64 * kPageSize, 3, page(0)));
  mmu.unmap_run(mmu.start + 64 * kPageSize, 3);
}

TEST_GROUP(KmapLocal) {
  Arena arena{2048};
  HostMmu mmu{arena, 128};
  LocalWindows& windows = mm::kernel_memory().local_windows;  // the one that the scheduler switches
  FakeThreads threads;

  void setup() override {
    reset_fake_irq();
    sync::mink_preempt_count = 0;
    trace.clear();
    take_log();
    CHECK(ok(windows.init(mmu, mmu.start, page(0))));
  }
  void teardown() override {
    LONGS_EQUAL(0, windows.depth());
    LONGS_EQUAL(0, mmu.mapped_pages());
    LONGS_EQUAL(0, mmu.stale_pages());
    for (const std::string& complaint : mmu.complaints) FAIL(complaint.c_str());
    windows.~LocalWindows();
    new (&windows) LocalWindows{};
  }
  static PhysAddr page(unsigned i) { return PhysAddr{Arena::kBase + i * kPageSize}; }
  char* map(unsigned i) { return static_cast<char*>(windows.map(page(i))); }
  void unmap(const void* p) { windows.unmap(p, nullptr); }
};

TEST(KmapLocal, NestAndAreReleasedInTheOppositeOrder) {
  char* const a = map(1);
  char* const b = map(1);
  char* const c = map(2);
  CHECK(a != b);
  *a = 1;
  LONGS_EQUAL(1, *b);
  *c = 2;
  LONGS_EQUAL(2, *arena.bytes(page(2)));
  CHECK(windows.holds(c) && windows.holds(c + 4095) && !windows.holds(arena.bytes(page(2))));
  unmap(c);
  unmap(b);
  unmap(a);
  STRCMP_EQUAL("", take_log());
}

TEST(KmapLocal, TheWrongOrderIsReportedAndNothingIsLost) {
  char* const a = map(1);
  char* const b = map(2);
  char* const c = map(3);
  unmap(a);
  CHECK(logged("BUG: kunmap_local of window 0 while window 2 is open"));
  unmap(b);
  LONGS_EQUAL(3, windows.depth());
  unmap(c);
  LONGS_EQUAL(0, windows.depth());
  take_log();
  unmap(c);
  CHECK(logged("which is not open"));
  CHECK(map(4) != nullptr);  // no mark is left of the released ones
  char* const top = map(5);
  unmap(top);
  LONGS_EQUAL(1, windows.depth());
  unmap(a);
}

TEST(KmapLocal, TooManyPanics) {
  void* last = nullptr;
  for (unsigned i = 0; i < LocalWindows::kSlots; ++i) last = map(i);
  STRCMP_CONTAINS("16 windows are open", panic_of([&] { map(20); }));
  reset_fake_irq();
  for (unsigned i = LocalWindows::kSlots; i-- > 0;)
    unmap(static_cast<char*>(last) - (15 - i) * mm::kWindowStride);
}

TEST(KmapLocal, GoWithTheirThread) {
  char* const mine = map(1);
  char* const mine_too = map(2);
  threads.start(
      [](void* w) {
        auto& all = *static_cast<LocalWindows*>(w);
        LONGS_EQUAL(0, all.depth());
        char* const own = static_cast<char*>(all.map(page(9)));
        *own = 99;
        schedule_timeout_uninterruptible(3);
        LONGS_EQUAL(99, *own);
        LONGS_EQUAL(1, all.depth());
        all.unmap(own, nullptr);
        trace += 'd';
      },
      &windows);
  schedule_timeout_uninterruptible(1);
  LONGS_EQUAL(99, *arena.bytes(page(9)));
  *mine = 11;
  *mine_too = 22;
  LONGS_EQUAL(11, *arena.bytes(page(1)));
  LONGS_EQUAL(22, *arena.bytes(page(2)));
  schedule_timeout_uninterruptible(10);
  STRCMP_EQUAL("d", trace.c_str());
  LONGS_EQUAL(11, *mine);
  unmap(mine_too);
  unmap(mine);
}
