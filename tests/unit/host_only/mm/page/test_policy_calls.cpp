// SPDX-License-Identifier: MIT
// What kswapd and the accounts ask of the page allocator: marks, waiters, an account's end.
#include <CppUTest/TestHarness.h>

#include <arch_impl/fake_irq.hpp>

#include "fakes/log.hpp"
#include "fakes/test_arena.hpp"

using namespace mink;
using namespace mink::mm;

namespace {

struct Ops final : ReclaimOps {
  void wake_reclaimer(gfp_t, unsigned) override { ++woken; }
  bool wait_for_free(gfp_t, unsigned) override { return --patience > 0; }
  void memory_freed() override { ++freed; }
  AskerState asker() override { return {}; }
  bool enter_reclaim() override { return true; }
  void leave_reclaim() override {}
  OomOutcome out_of_memory(gfp_t, unsigned, const void*) override {
    ++killed;
    return killed == 1 ? OomOutcome::Wait : OomOutcome::Nothing;
  }
  void explain_failure(TextSink&, gfp_t, unsigned) override { ++explained; }
  unsigned woken = 0, freed = 0, killed = 0, explained = 0;
  int patience = 1000;
};

}  // namespace

TEST_GROUP(PolicyCalls) {
  fakes::TestArena arena{{.pages = 256, .min_free_kbytes = 128}};
  PageAllocator& pages = arena.pages();
  Ops ops;
  page* held[256] = {};
  unsigned count = 0;

  void setup() override {
    fakes::reset_fake_irq();
    fakes::take_log();
    pages.set_reclaim_ops(&ops);
  }
  void teardown() override {
    while (count != 0) pages.free(held[--count], 0, nullptr);
    pages.drain_lists();
    CHECK_TRUE(arena.whole());
  }
  bool take(gfp_t gfp) {
    page* const p = pages.alloc(gfp | __GFP_NOWARN, 0, nullptr);
    if (p != nullptr) held[count++] = p;
    return p != nullptr;
  }
};

TEST(PolicyCalls, BalancedUntilMemoryIsShortAndWhatIsMissingIsSaid) {
  CHECK_TRUE(pages.balanced(GFP_KERNEL, 0));
  CHECK_EQUAL(0u, pages.missing_to_high(GFP_KERNEL));
  while (take(GFP_ATOMIC)) {
  }
  CHECK_TRUE(ops.woken != 0);
  CHECK_FALSE(pages.balanced(GFP_KERNEL, 0));
  CHECK_EQUAL(pages.zone(ZoneType::Normal).mark.high - pages.free_pages(), pages.missing_to_high(GFP_KERNEL));
}

TEST(PolicyCalls, AWaiterIsToldOfEachFreeOfAShortZone) {
  while (take(GFP_ATOMIC)) {
  }
  pages.free(held[--count], 0, nullptr);
  CHECK_EQUAL(0u, ops.freed);
  pages.add_waiter();
  pages.free(held[--count], 0, nullptr);
  CHECK_EQUAL(1u, ops.freed);
  pages.remove_waiter();
  pages.free(held[--count], 0, nullptr);
  CHECK_EQUAL(1u, ops.freed);
}

TEST(PolicyCalls, AnAccountsBlocksAreNobodysWhenItEnds) {
  {
    const arch::IrqGuard guard;
    pages.set_account(5);
  }
  for (unsigned i = 0; i < 7; ++i) CHECK_TRUE(take(GFP_KERNEL));
  {
    const arch::IrqGuard guard;
    pages.set_account(0);
  }
  std::size_t accounts[page_state::kAccounts];
  pages.count_accounts(accounts);
  CHECK_EQUAL(7u, accounts[5]);
  pages.end_account(5);
  pages.count_accounts(accounts);
  CHECK_EQUAL(0u, accounts[5]);
  CHECK_EQUAL(7u, accounts[0]);
}

TEST(PolicyCalls, WhoWaitsInVainCallsTheOomKillerAndEndsWithNothing) {
  while (take(GFP_ATOMIC)) {
  }
  CHECK_FALSE(take(GFP_KERNEL));
  CHECK_EQUAL(2u, ops.killed);  // the first call's victim was waited for
  CHECK_EQUAL(0u, ops.explained);
  POINTERS_EQUAL(nullptr, pages.alloc(GFP_ATOMIC, 0, nullptr));
  CHECK_EQUAL(1u, ops.explained);
}

TEST(PolicyCalls, WhatMustNotFailGetsTheLastOfTheReserve) {
  while (take(GFP_ATOMIC)) {
  }
  const std::size_t before = pages.free_pages();
  CHECK_TRUE(before != 0);
  CHECK_TRUE(take(GFP_KERNEL | __GFP_NOFAIL));
  CHECK_EQUAL(before - 1, pages.free_pages());
}

TEST(PolicyCalls, NoSuchOrderAndNoSuchMemory) {
  POINTERS_EQUAL(nullptr, pages.alloc(GFP_KERNEL, kMaxOrder + 1, nullptr));
  CHECK_TRUE(fakes::logged("the largest is"));
  CHECK_FALSE(ok(pages.release_reserved({arena.start(), arena.start() + 1})));  // free, not reserved
}
