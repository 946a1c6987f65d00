// SPDX-License-Identifier: MIT
// Masks that may sleep, memory short: who sleeps, for how long, and who wakes it.
#include <linux/jiffies.h>
#include <linux/shrinker.h>

#include "unit/target_only/kernel/reclaim/pressure.hpp"

using namespace mink;
using namespace mink::pressure;

namespace {

// A shrinker that gives held pages back, and says who asked and how.
struct Giver {
  shrinker base{};
  Held held{};
  bool only_kswapd = false;
  unsigned calls = 0;
  gfp_t last_gfp = 0;
  bool recursed = false;
  task_struct* inside = nullptr;  // kswapd may be there, too
  bool allocates = false;
  std::size_t inner_failures = 0;
  gfp_t needs = 0;  // what the mask must have, as a page cache needs __GFP_FS

  explicit Giver(bool for_kswapd_alone = false) : only_kswapd{for_kswapd_alone} {
    base.count_objects = [](shrinker* s, shrink_control* sc) -> unsigned long {
      auto& me = *reinterpret_cast<Giver*>(s);
      ++me.calls;
      me.last_gfp = sc->gfp_mask;
      return me.held.count() != 0 ? me.held.count() : SHRINK_EMPTY;
    };
    base.scan_objects = [](shrinker* s, shrink_control* sc) -> unsigned long {
      auto& me = *reinterpret_cast<Giver*>(s);
      if (me.inside == current) me.recursed = true;
      if (me.only_kswapd && current != kernel::kswapd_task()) return SHRINK_STOP;
      if ((sc->gfp_mask & me.needs) != me.needs) return SHRINK_STOP;
      me.inside = current;
      if (me.allocates) {
        const unsigned long p = __get_free_page(GFP_KERNEL | __GFP_NOWARN);
        if (p == 0) ++me.inner_failures;
        free_page(p);
      }
      const std::size_t given = me.held.release(sc->nr_to_scan);
      me.inside = nullptr;
      return given;
    };
    base.batch = 32;
    register_shrinker(&base, "giver");
  }
  ~Giver() { unregister_shrinker(&base); }
};
static_assert(offsetof(Giver, base) == 0);

// Holds pages, and gives some back a while after it took the last one, however long that took.
struct Friend {
  Held held{};
  task_struct* task = nullptr;
  volatile bool has_all = false, gave = false;
  const long after;
  Friend(gfp_t until, long jiffies_later) : after{jiffies_later} {
    task = kthread_run(  // while there is memory for a thread
        [](void* self) {
          auto& me = *static_cast<Friend*>(self);
          while (!me.has_all && !kthread_should_stop()) schedule_timeout_uninterruptible(1);
          schedule_timeout_uninterruptible(me.after);
          me.gave = true;
          me.held.release(256);
          while (!kthread_should_stop()) schedule_timeout_uninterruptible(1);
          return 0;
        },
        this, "friend");
    held.take(until);
    has_all = true;
  }
  ~Friend() {
    if (task != nullptr) kthread_stop(task);
  }
};

}  // namespace

PRESSURE_TEST_GROUP(Sleeping);

TEST(Sleeping, GfpKernelSleepsUntilKswapdHasFreedAndOthersRun) {
  Giver giver{true};
  Bystander other;
  page* p = nullptr;
  unsigned long slept = current->nvcsw, stalls = 0;
  unsigned ran = 0;
  // If the host stops us for long here, kswapd may be done before we ask: then once more.
  for (int tries = 0; tries < 5 && current->nvcsw == slept; ++tries) {
    if (p != nullptr) __free_page(p);
    giver.held.take(kToMin);
    ran = other.ran();
    stalls = pages().zone(mm::ZoneType::Normal).allocstalls;
    slept = current->nvcsw;
    p = alloc_page(GFP_KERNEL);
    CHECK(p != nullptr);
  }
  CHECK(current->nvcsw > slept);
  CHECK(other.ran() > ran);
  UNSIGNED_LONGS_EQUAL(stalls + 1, pages().zone(mm::ZoneType::Normal).allocstalls);
  // It works on until high.
  schedule_timeout_uninterruptible(5);
  CHECK(pages().balanced(GFP_KERNEL, 0));
  CHECK(pages().events().pages_reclaimed[1] != 0);
  __free_page(p);
}

TEST(Sleeping, GfpKernelSleepsUntilAnotherThreadFrees) {
  Friend other{kToMin, 5};
  const unsigned long slept = current->nvcsw;
  page* const p = alloc_page(GFP_KERNEL);
  CHECK(p != nullptr);
  CHECK(current->nvcsw > slept);
  CHECK(other.gave);
  __free_page(p);
}

TEST(Sleeping, GfpKernelThatNobodyHelpsEndsWithAReport) {
  Held all;
  all.take(kToMin);
  fakes::take_log();
  const unsigned long slept = current->nvcsw;
  POINTERS_EQUAL(nullptr, alloc_page(GFP_KERNEL));
  CHECK(current->nvcsw - slept < 200);  // each for a tick at most
  CHECK(fakes::logged("page allocation failure: order:0"));
  CHECK(fakes::logged("GFP_KERNEL"));
}

TEST(Sleeping, NoretryReclaimsOnceAndNeverSleeps) {
  Giver giver{true};  // which gives nothing to this thread
  giver.held.take(kToMin);
  const unsigned long slept = current->nvcsw;
  POINTERS_EQUAL(nullptr, alloc_page((GFP_KERNEL & ~__GFP_KSWAPD_RECLAIM) | __GFP_NORETRY | __GFP_NOWARN));
  UNSIGNED_LONGS_EQUAL(1, giver.calls);
  UNSIGNED_LONGS_EQUAL(slept, current->nvcsw);
}

TEST(Sleeping, RepeatGoesSeveralRoundsThenFails) {
  for (const gfp_t flag : {__GFP_REPEAT, __GFP_RETRY_MAYFAIL}) {
    Giver giver{true};
    giver.held.take(kToMin);
    const unsigned long slept = current->nvcsw;
    POINTERS_EQUAL(nullptr, alloc_page((GFP_KERNEL & ~__GFP_KSWAPD_RECLAIM) | flag | __GFP_NOWARN));
    CHECK(giver.calls > 3);
    CHECK(current->nvcsw > slept + 3);
  }
}

TEST(Sleeping, CostlyOrdersAreTriedOnce) {
  Giver giver{true};
  giver.held.take(kToMin);
  POINTERS_EQUAL(nullptr, alloc_pages((GFP_KERNEL & ~__GFP_KSWAPD_RECLAIM) | __GFP_NOWARN, 4));
  UNSIGNED_LONGS_EQUAL(1, giver.calls);
}

TEST(Sleeping, NofailWaitsLongerThanOthersGiveUp) {
  Friend other{kToNothing, 40};
  UNSIGNED_LONGS_EQUAL(0, pages().free_pages());
  page* const p = alloc_page(GFP_KERNEL | __GFP_NOFAIL);
  CHECK(p != nullptr);
  CHECK(other.gave);
  __free_page(p);
}

TEST(Sleeping, WhoReclaimsAllocatesFromTheReserveAndDoesNotReclaimAgain) {
  Giver giver;
  giver.allocates = true;
  giver.held.take(kToMin);
  page* const p = alloc_page(GFP_KERNEL & ~__GFP_KSWAPD_RECLAIM);
  CHECK(p != nullptr);
  CHECK_FALSE(giver.recursed);
  UNSIGNED_LONGS_EQUAL(0, giver.inner_failures);
  CHECK((current->flags & PF_MEMALLOC) == 0);
  __free_page(p);
}

TEST(Sleeping, NoioAndNofsReachTheShrinkerAndHoldItBack) {
  struct Row {
    gfp_t gfp, needs;
    bool served;
  };
  const Row rows[] = {{GFP_NOIO, __GFP_IO, false},
                      {GFP_NOFS, __GFP_FS, false},
                      {GFP_NOFS, __GFP_IO, true},
                      {GFP_KERNEL, __GFP_IO, true},
                      {GFP_KERNEL, __GFP_FS, true}};
  for (const Row& row : rows) {
    Giver giver;
    giver.needs = row.needs;
    giver.held.take(kToMin);
    page* const p = alloc_page((row.gfp & ~__GFP_KSWAPD_RECLAIM) | __GFP_NORETRY | __GFP_NOWARN);
    CHECK_EQUAL(row.served, p != nullptr);
    UNSIGNED_LONGS_EQUAL(row.gfp & (__GFP_IO | __GFP_FS), giver.last_gfp & (__GFP_IO | __GFP_FS));
    if (p != nullptr) __free_page(p);
  }
}
