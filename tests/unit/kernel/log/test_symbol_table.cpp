// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include "log/symbol_table.hpp"

using mink::Symbol;
using mink::kernel::SymbolTable;

namespace {
constexpr std::uint32_t kAddresses[] = {0x1000, 0x1080, 0x1080, 0x2000};
constexpr std::uint32_t kOffsets[] = {0, 6, 12, 18};
constexpr char kNames[] = "start\0alias\0kfree\0last";
}  // namespace

TEST_GROUP(SymbolTable) {
  SymbolTable table{kAddresses, kOffsets, kNames, 0x2100};
  Symbol symbol{};
  void check(std::uintptr_t address, const char* name, std::uintptr_t offset, std::uintptr_t size) {
    CHECK(table.lookup(address, symbol));
    STRCMP_EQUAL(name, symbol.name);
    LONGS_EQUAL(offset, symbol.offset);
    LONGS_EQUAL(size, symbol.size);
  }
};

TEST(SymbolTable, names_the_symbol_that_covers_an_address) {
  check(0x1000, "start", 0, 0x80);
  check(0x107f, "start", 0x7f, 0x80);
  check(0x1fff, "kfree", 0xf7f, 0xf80);
  check(0x20ff, "last", 0xff, 0x100);
}

TEST(SymbolTable, of_several_names_the_last) { check(0x1080, "kfree", 0, 0xf80); }

TEST(SymbolTable, knows_nothing_outside) {
  CHECK_FALSE(table.lookup(0xfff, symbol));
  CHECK_FALSE(table.lookup(0x2100, symbol));
  CHECK_FALSE(table.lookup(0, symbol));
  CHECK_FALSE(table.lookup(UINTPTR_MAX, symbol));
}

TEST(SymbolTable, finds_addresses_by_name) {
  LONGS_EQUAL(0x1080, table.address_of("kfree"));
  LONGS_EQUAL(0x1080, table.address_of("alias"));
  LONGS_EQUAL(0x2000, table.address_of("last"));
  LONGS_EQUAL(0, table.address_of("kfre"));
  LONGS_EQUAL(0, table.address_of(""));
}

TEST(SymbolTable, empty_in_the_first_pass_of_the_link) {
  const SymbolTable none{{}, {}, nullptr, 0x2100};
  CHECK_FALSE(none.lookup(0x1000, symbol));
  LONGS_EQUAL(0, none.address_of("start"));
}
