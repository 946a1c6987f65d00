// SPDX-License-Identifier: MIT
// The image's own symbol table and log.
#include <CppUTest/TestHarness.h>

#include <base/log.h>
#include <base/sections.hpp>
#include <base/symbols.hpp>
#include <cstdio>
#include <cstring>
#include <kernel/log.hpp>

using mink::Symbol;

namespace {
std::uintptr_t bits_of(const void* p) { return reinterpret_cast<std::uintptr_t>(p); }
}  // namespace

TEST_GROUP(ImageSymbols) {
  Symbol symbol{};
  char text[80];
};

TEST(ImageSymbols, know_functions_and_their_sizes) {
  const auto start = bits_of(reinterpret_cast<const void*>(&panic));
  CHECK(mink::symbol_lookup(start, symbol));
  STRCMP_EQUAL("panic", symbol.name);
  LONGS_EQUAL(0, symbol.offset);
  CHECK(symbol.size > 64 && symbol.size < 4096);
  CHECK(mink::symbol_lookup(start + symbol.size - 1, symbol));
  STRCMP_EQUAL("panic", symbol.name);
  CHECK(mink::symbol_lookup(start + symbol.size, symbol));
  CHECK(std::strcmp("panic", symbol.name) != 0);
}

TEST(ImageSymbols, find_addresses_by_name) {
  LONGS_EQUAL(bits_of(reinterpret_cast<const void*>(&panic)), mink::symbol_address("panic"));
  LONGS_EQUAL(0, mink::symbol_address("no_such_symbol"));
}

TEST(ImageSymbols, end_with_the_image) {
  CHECK(mink::symbol_lookup(bits_of(__kernel_end) - 1, symbol));
  CHECK_FALSE(mink::symbol_lookup(bits_of(__kernel_end), symbol));
  CHECK_FALSE(mink::symbol_lookup(0x1000, symbol));
}

TEST(ImageSymbols, print) {
  const char* const inside = reinterpret_cast<const char*>(&panic) + 8;
  std::snprintf(text, sizeof text, "%pS", inside);
  MEMCMP_EQUAL("panic+0x8/0x", text, 12);
  std::snprintf(text, sizeof text, "%ps|%px", inside, inside);
  MEMCMP_EQUAL("panic|c0", text, 8);
}

// The C library's names are ours: newlib-nano's snprintf gets each of these wrong.
TEST_GROUP(TargetSnprintf) { char text[80]; };

TEST(TargetSnprintf, is_minks) {
  const int length =
      std::snprintf(text, sizeof text, "%zu %lld %hhu %p", std::size_t{7}, -5'000'000'000LL, 200, text);
  LONGS_EQUAL(std::strlen(text), length);
  MEMCMP_EQUAL("7 -5000000000 200 c0", text, 20);
  LONGS_EQUAL(8, std::strlen(std::strrchr(text, ' ') + 1));
}

TEST_GROUP(KernelLog){};

TEST(KernelLog, holds_the_boot) {
  mink::kernel::LogCursor cursor;
  mink::kernel::LogEntry entry;
  unsigned entries = 0;
  bool banner = false;
  while (mink::kernel::log_read(cursor, entry)) {
    ++entries;
    banner = banner || (entry.length >= 8 && std::memcmp(entry.text, "mink on ", 8) == 0);
  }
  CHECK(entries > 0);
  CHECK(banner);
}

TEST(KernelLog, shows_as_dmesg) {
  static char text[8192];
  mink::BufferSink out{text};
  mink::kernel::log_show(out);
  STRCMP_CONTAINS("] mink on ", text);
  LONGS_EQUAL('[', text[0]);
  LONGS_EQUAL('\n', text[out.length() - 1]);
}
