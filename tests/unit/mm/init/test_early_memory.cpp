// SPDX-License-Identifier: MIT
// Banks and reservations, and stretches found between them.
#include <CppUTest/TestHarness.h>

#include <mm/early_memory.hpp>

using namespace mink;
using namespace mink::mm;
using From = EarlyMemory::From;

TEST_GROUP(EarlyMemory) {
  EarlyMemory early;
  // Sorted, apart from each other.
  void in_order() {
    const auto r = early.reservations();
    for (std::size_t i = 1; i < r.size(); ++i) CHECK(r[i - 1].end <= r[i].start);
  }
};

TEST(EarlyMemory, BanksAreJoinedAndCutToPages) {
  CHECK(ok(early.add_bank(PhysAddr{0x4000000}, 0x1000000)));
  CHECK(ok(early.add_bank(PhysAddr{0x100}, 0x2f00)));
  CHECK(ok(early.add_bank(PhysAddr{0x5000000}, 0x1000000)));
  LONGS_EQUAL(2, early.banks().size());
  LONGS_EQUAL(0x1000, early.banks()[0].start.raw());
  LONGS_EQUAL(0x3000, early.banks()[0].end.raw());
  LONGS_EQUAL(0x6000000, early.banks()[1].end.raw());
  CHECK(early.add_bank(PhysAddr{0x10}, 0x20) == Err::Inval);
  CHECK(early.add_bank(PhysAddr{~std::uintptr_t{0xfff}}, 0x2000) == Err::Inval);
  early.limit(0x3000);
  LONGS_EQUAL(0x3000, early.bank_bytes());
  LONGS_EQUAL(2, early.banks().size());
  early.limit(0x1000);
  LONGS_EQUAL(1, early.banks().size());
}

TEST(EarlyMemory, ReservationsKeepWhatAnotherHoldsAlready) {
  CHECK(ok(early.reserve(PhysAddr{0x2000}, 0x1000, "b")));
  CHECK(ok(early.reserve(PhysAddr{0x1000}, 0x4000, "a")));
  in_order();
  LONGS_EQUAL(3, early.reservations().size());
  STRCMP_EQUAL("b", early.reservations()[1].name);
  LONGS_EQUAL(0x5000, early.reservations()[2].end.raw());
  CHECK(ok(early.reserve(PhysAddr{0x1000}, 0x4000, "again")));
  LONGS_EQUAL(3, early.reservations().size());
  CHECK(early.reserve(PhysAddr{0x1000}, 0, "none") == Err::Inval);
  CHECK(ok(early.release("b")));
  CHECK(early.release("b") == Err::NoEnt);
}

TEST(EarlyMemory, StretchesFromBothEnds) {
  CHECK(ok(early.add_bank(PhysAddr{0x10000}, 0x10000)));
  CHECK(ok(early.reserve(PhysAddr{0x10000}, 0x1800, "low")));
  CHECK(ok(early.reserve(PhysAddr{0x1f000}, 0x1000, "high")));
  LONGS_EQUAL(0x12000, early.allocate(0x1000, 0x1000, "x")->raw());
  LONGS_EQUAL(0x1c000, early.allocate(0x2000, 0x4000, "y", From::Top)->raw());
  LONGS_EQUAL(0x11800, early.allocate(0x10, 8, "z")->raw());
  in_order();
  CHECK(!early.allocate(0x10000, 1, "too much"));
  CHECK(!early.allocate(0x1000, 0x1000, "elsewhere", From::Bottom, PhysAddr{0x20000}));
  CHECK(!early.allocate(0, 1, "nothing"));
  CHECK(!early.allocate(1, 3, "no power of two"));
  unsigned taken = 0;
  while (early.allocate(0x1000, 0x1000, "rest")) ++taken;
  LONGS_EQUAL(10, taken);
  in_order();
}
