// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include <kernel/atags.hpp>

using mink::PhysAddr;
using mink::kernel::MemoryBanks;
using Refusal = mink::kernel::MemoryBanks::Refusal;

namespace {

Refusal add(MemoryBanks& banks, std::uintptr_t start, std::uintptr_t size) {
  return banks.add({PhysAddr{start}, size});
}

void check_bank(const MemoryBanks& banks, unsigned i, std::uintptr_t start, std::uintptr_t size) {
  CHECK(i < banks.banks().size());
  UNSIGNED_LONGS_EQUAL(start, banks.banks()[i].start.raw());
  UNSIGNED_LONGS_EQUAL(size, banks.banks()[i].size);
}

}  // namespace

TEST_GROUP(MemoryBanks) { MemoryBanks banks; };

TEST(MemoryBanks, keep_the_order_of_addresses) {
  CHECK(add(banks, 0x60000000, 0x4000000) == Refusal::None);
  CHECK(add(banks, 0x50000000, 0x8000000) == Refusal::None);
  CHECK(add(banks, 0x58000000, 0x1000000) == Refusal::None);  // touches, and is a bank of its own
  check_bank(banks, 0, 0x50000000, 0x8000000);
  check_bank(banks, 1, 0x58000000, 0x1000000);
  check_bank(banks, 2, 0x60000000, 0x4000000);
  LONGS_EQUAL(0xd000000, banks.total());
}

TEST(MemoryBanks, hold_whole_pages) {
  CHECK(add(banks, 0x50000800, 0x2000) == Refusal::None);
  check_bank(banks, 0, 0x50001000, 0x1000);
  CHECK(add(banks, 0x60000001, 0x1ffe) == Refusal::Empty);
  CHECK(add(banks, 0x60000000, 0) == Refusal::Empty);
  CHECK(add(banks, 0x60000000, 0xfff) == Refusal::Empty);
}

TEST(MemoryBanks, do_not_overlap) {
  CHECK(add(banks, 0x50000000, 0x100000) == Refusal::None);
  for (const auto& [start, size] :
       {std::pair{0x50000000u, 0x100000u}, std::pair{0x500ff000u, 0x2000u}, std::pair{0x4ffff000u, 0x2000u},
        std::pair{0x50010000u, 0x1000u}, std::pair{0x40000000u, 0x20000000u}}) {
    CHECK(add(banks, start, size) == Refusal::Overlap);
  }
  LONGS_EQUAL(1, banks.banks().size());
}

TEST(MemoryBanks, may_end_with_the_address_space) {
  CHECK(add(banks, 0xf0000000, 0x10000000) == Refusal::None);
  check_bank(banks, 0, 0xf0000000, 0x10000000);
  CHECK(banks.contains(PhysAddr{0xfffff000}, 0x1000));
  CHECK_FALSE(banks.contains(PhysAddr{0xfffff000}, 0x1001));
  CHECK_FALSE(banks.contains(PhysAddr{0xeffff000}, 0x2000));
}

TEST(MemoryBanks, are_at_most_eight) {
  for (unsigned i = 0; i < MemoryBanks::kMax; ++i) CHECK(add(banks, i * 0x2000, 0x1000) == Refusal::None);
  CHECK(add(banks, 0x100000, 0x1000) == Refusal::Full);
  CHECK(add(banks, 0, 0x1000) == Refusal::Overlap);
}

TEST(MemoryBanks, are_limited_from_the_top) {
  add(banks, 0x50000000, 0x10000);
  add(banks, 0x60000000, 0x10000);
  banks.limit(0x18fff);
  LONGS_EQUAL(0x18000, banks.total());
  check_bank(banks, 1, 0x60000000, 0x8000);
  banks.limit(0x10000);
  LONGS_EQUAL(1, banks.banks().size());
  banks.limit(UINT64_MAX);
  LONGS_EQUAL(0x10000, banks.total());
}
