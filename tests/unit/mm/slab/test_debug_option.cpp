// SPDX-License-Identifier: MIT
// slub_debug=, by table.
#include <CppUTest/TestHarness.h>

#include "slab/debug.hpp"

using namespace mink::mm;

TEST_GROUP(SlubDebug){};

TEST(SlubDebug, linuxs_syntax) {
  constexpr slab_flags_t F = SLAB_CONSISTENCY_CHECKS, Z = SLAB_RED_ZONE, P = SLAB_POISON, U = SLAB_STORE_USER;
  struct Row {
    const char* option;
    const char* cache;
    slab_flags_t own, flags;
  };
  const Row rows[] = {
      {"", "any", 0, F | Z | P | U},
      {"FZ", "any", 0, F | Z},
      {"fzpu", "any", 0, F | Z | P | U},
      {"T", "any", 0, SLAB_TRACE},
      {"Z?O", "any", 0, Z},
      {"-", "any", Z | SLAB_HWCACHE_ALIGN, SLAB_HWCACHE_ALIGN},
      {"P,one", "one", 0, P},
      {"P,one", "two", 0, 0},
      {"P,one", "one2", 0, 0},
      {",one", "one", 0, F | Z | P | U},
      {"P,one,two", "two", U, P | U},
      {"P,kmalloc-*", "kmalloc-64", 0, P},
      {"P,kmalloc-*", "dma-kmalloc-64", 0, 0},
      {"P,*", "any", 0, P},
      {"Z;P,one", "one", 0, P},
      {"Z;P,one", "two", 0, Z},
      {"P,one;Z", "two", 0, Z},
      {"P,one;Z,o*", "one", 0, P},
      {"FZPU;-,one", "one", U, 0},
      {"FZPU;-,one", "two", 0, F | Z | P | U},
  };
  for (const Row& row : rows)
    UNSIGNED_LONGS_EQUAL_TEXT(row.flags, debug_flags(row.option, row.cache, row.own), row.option);
}
