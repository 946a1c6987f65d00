// SPDX-License-Identifier: MIT
// Linux's two indices by table, and the map of an arena whose pages are known.
#include <CppUTest/TestHarness.h>

#include <cstring>
#include <inspect/fragments.hpp>

#include "fakes/test_arena.hpp"
#include "unit/mm/slab/slab_box.hpp"

using namespace mink;
using namespace mink::inspect;
using fakes::TestArena;

TEST_GROUP(Fragments) {
  char buffer[4096];
  BufferSink out{buffer};
};

TEST(Fragments, indices_by_table) {
  struct Row {
    FreeShape shape;
    unsigned order, unusable;
    int fragmentation;
  };
  const Row rows[] = {
      {{0, 0, 0}, 3, 1000, 0},         // nothing free: want of memory
      {{100, 100, 0}, 3, 1000, 865},   // single pages alone: broken up
      {{4, 2, 0}, 3, 1000, 250},       // little: more of a want
      {{100, 20, 40}, 3, 600, -1000},  // it can be had
      {{100, 1, 100}, 3, 0, -1000},
      {{1024, 1024, 0}, 10, 1000, 999},
      {{5, 5, 0}, mm::kMaxOrder + 1, 1000, 0},
  };
  for (const Row& row : rows) {
    UNSIGNED_LONGS_EQUAL(row.unusable, unusable_index(row.shape));
    LONGS_EQUAL(row.fragmentation, fragmentation_index(row.shape, row.order));
  }
}

TEST(Fragments, shape_of_a_zone) {
  TestArena arena{{.pages = 64, .list_limit = 0}};
  page* const one = arena.pages().alloc(GFP_KERNEL, 0, this);
  const FreeShape shape = free_shape(arena.pages(), mm::ZoneType::Normal, 3);
  UNSIGNED_LONGS_EQUAL(63, shape.pages);
  UNSIGNED_LONGS_EQUAL(6, shape.blocks);  // 1 2 4 8 16 32
  UNSIGNED_LONGS_EQUAL(56, shape.fitting);
  print_indices(out, arena.pages());
  CHECK(std::strstr(out.text(), "Node 0, zone   Normal 0.000 0.015 0.047 0.111 ") != nullptr);
  CHECK(std::strstr(out.text(), "Node 0, zone   Normal -1.000 ") != nullptr);
  arena.pages().free(one, 0, this);
}

TEST(Fragments, map_by_owner) {
  const mm::PageRange reserved[] = {{TestArena::first_pfn(), TestArena::first_pfn() + 2}};
  TestArena arena{{.pages = 64, .list_limit = 0, .reserved = reserved}};
  mm::SlabAllocator slab;
  CHECK(ok(slab.init(arena.pages())));
  page* const pages = arena.pages().alloc(GFP_KERNEL, 3, this);
  void* const large = slab.kmalloc(16384, GFP_KERNEL, this);
  page* const table = arena.pages().alloc(GFP_KERNEL, 0, this);
  mm::set_page_kind(*table, mm::PageKind::PageTable);

  print_map(out, {arena.pages(), &slab}, 1);
  // Each page's letter stands where its number says.
  const auto letter_of = [&](const page* p) {
    const std::size_t i = arena.pages().pfn(p).raw() - arena.pages().first_pfn().raw();
    const char* row = buffer;
    for (std::size_t r = 0; r < i / 64; ++r) row = std::strchr(row, '\n') + 1;
    return std::strchr(row, ' ')[1 + i % 64];
  };
  BYTES_EQUAL('R', letter_of(arena.pages().mem_map()));
  BYTES_EQUAL('P', letter_of(pages));
  BYTES_EQUAL('P', letter_of(pages + 7));
  BYTES_EQUAL('K', letter_of(arena.pages().page_of(large)));
  BYTES_EQUAL('T', letter_of(table));
  BYTES_EQUAL('S', letter_of(arena.pages().page_of(slab.kmalloc_cache(KMALLOC_NORMAL, 6))));
  CHECK(std::strchr(buffer, '.') != nullptr);
  CHECK(std::strstr(buffer, "p pages 8, ") != nullptr);
  CHECK(std::strstr(buffer, "k kmalloc 4, ") != nullptr);
  CHECK(std::strstr(buffer, "r reserved 2 pages") != nullptr);

  // A coarser map: who has most, in small letters beside free pages.
  out.clear();
  print_map(out, {arena.pages(), &slab}, 64);
  CHECK(std::strncmp(std::strchr(buffer, ' '), " p ", 3) == 0);
  CHECK(std::strstr(buffer, "each 64 pages") != nullptr);

  mm::set_page_kind(*table, mm::PageKind::Allocated);
  arena.pages().free(table, 0, this);
  slab.kfree(large, this);
  arena.pages().free(pages, 3, this);
  CHECK(ok(slab.shut_down()));
}
