// SPDX-License-Identifier: MIT
// How deep each mask may go, and from which contexts.

#include "unit/target_only/kernel/reclaim/contexts.hpp"
#include "unit/target_only/kernel/reclaim/pressure.hpp"

using namespace mink;
using namespace mink::pressure;

namespace {

// What a mask gets here and now.
struct Attempt {
  bool nowait, atomic;
  volatile bool done;
  void run() {
    nowait = take(GFP_NOWAIT);
    atomic = take(GFP_ATOMIC);
    done = true;
  }
  static bool take(gfp_t gfp) {
    const unsigned long p = __get_free_page((gfp & ~__GFP_KSWAPD_RECLAIM) | __GFP_NOWARN);
    free_page(p);
    return p != 0;
  }
};
Attempt attempt;

void attempt_here() { attempt.run(); }

std::size_t lowest(gfp_t gfp) {
  Held all;
  all.take(gfp);
  return pages().free_pages();
}

}  // namespace

PRESSURE_TEST_GROUP(Reserves);

TEST(Reserves, AtomicSucceedsBelowMinWhereNowaitFailsInEveryContext) {
  for (auto* const context : contexts::kAll) {
    Held all;
    all.take(kToMin);
    attempt = {};
    context(attempt_here);
    CHECK(attempt.done);
    CHECK_FALSE(attempt.nowait);
    CHECK_TRUE(attempt.atomic);
    all.take(GFP_ATOMIC & ~__GFP_KSWAPD_RECLAIM);  // now that reserve, too
    attempt = {};
    context(attempt_here);
    CHECK_FALSE(attempt.nowait);
    CHECK_FALSE(attempt.atomic);
  }
}

TEST(Reserves, HowDeepEachMayDip) {
  const std::size_t plain = lowest(0);
  const std::size_t high = lowest(__GFP_HIGH);
  const std::size_t atomic = lowest(GFP_ATOMIC & ~__GFP_KSWAPD_RECLAIM);
  CHECK(plain > high);
  CHECK(high > atomic);
  CHECK(atomic > 0);
  UNSIGNED_LONGS_EQUAL(0, lowest(__GFP_MEMALLOC));
  UNSIGNED_LONGS_EQUAL(plain, lowest(__GFP_MEMALLOC | __GFP_NOMEMALLOC));
  current->flags |= PF_MEMALLOC;
  const std::size_t of_reclaimer = lowest(0);
  const std::size_t forbidden = lowest(__GFP_NOMEMALLOC);
  current->flags &= ~PF_MEMALLOC;
  UNSIGNED_LONGS_EQUAL(0, of_reclaimer);
  UNSIGNED_LONGS_EQUAL(plain, forbidden);
}

TEST(Reserves, DmaIsNullWhenItsZoneIsFullThoughOthersAreFree) {
  if (!pages().zone(mm::ZoneType::Normal).populated()) return;  // a machine of 16 MB has no other zone
  Held dma;
  dma.take(GFP_DMA);
  CHECK(pages().free_pages(mm::ZoneType::Normal) > 1000);
  POINTERS_EQUAL(nullptr, alloc_page(GFP_DMA | __GFP_NOWARN));
  page* const other = alloc_page(GFP_KERNEL);
  CHECK(other != nullptr);
  __free_page(other);
}
