// SPDX-License-Identifier: MIT
// Which zone a page comes from, and how deep into its reserve a request may reach.
#include <CppUTest/TestHarness.h>

#include <array>
#include <mm/page_allocator.hpp>

#include "fakes/log.hpp"
#include "fakes/test_arena.hpp"

using namespace mink;
using namespace mink::mm;
using mink::fakes::TestArena;

namespace {

const void* const kCaller = reinterpret_cast<const void*>(0x1234);

}  // namespace

TEST_GROUP(PageZones){void setup() override{fakes::take_log();
}
}
;

TEST(PageZones, ZonesAreTriedFromTheHighestAllowedDown) {
  TestArena arena{{.pages = 96, .dma_pages = 32, .highmem_pages = 32, .list_limit = 0}};
  PageAllocator& pages = arena.pages();
  LONGS_EQUAL(32, pages.zone(ZoneType::Normal).managed);
  CHECK(zone_of(*pages.alloc(GFP_HIGHUSER, 0, kCaller)) == ZoneType::HighMem);
  CHECK(zone_of(*pages.alloc(GFP_NOWAIT, 0, kCaller)) == ZoneType::Normal);
  CHECK(zone_of(*pages.alloc(GFP_NOWAIT | GFP_DMA, 0, kCaller)) == ZoneType::Dma);
  page* const high = pages.alloc(GFP_HIGHUSER_MOVABLE, 0, kCaller);
  POINTERS_EQUAL(nullptr, pages.address(high));
  // HighMem empty, then Normal, then DMA.
  unsigned seen[kZones] = {};
  while (page* const p = pages.alloc(GFP_HIGHUSER | __GFP_NOWARN, 0, kCaller)) {
    const auto z = static_cast<unsigned>(zone_of(*p));
    for (unsigned lower = 0; lower < z; ++lower) LONGS_EQUAL(0, seen[lower]);
    ++seen[z];
  }
  LONGS_EQUAL(30, seen[2]);
  LONGS_EQUAL(30, seen[1]);  // Normal keeps a 32nd of HighMem for its own
  LONGS_EQUAL(31, seen[0]);
  CHECK(arena.sound());
}

TEST(PageZones, GfpDmaIsServedFromDmaAlone) {
  TestArena arena{{.pages = 64, .dma_pages = 16}};
  unsigned got = 0;
  while (page* const p = arena.pages().alloc(GFP_NOWAIT | GFP_DMA | __GFP_NOWARN, 0, kCaller)) {
    CHECK(zone_of(*p) == ZoneType::Dma);
    ++got;
  }
  LONGS_EQUAL(16, got);
  LONGS_EQUAL(48, arena.pages().free_pages());
}

TEST(PageZones, LowerZonesKeepAReserveForTheirOwnUsers) {
  // DMA keeps a 256th of what is above it: 512 pages above are 2 pages.
  TestArena arena{{.pages = 528, .dma_pages = 16, .list_limit = 0}};
  LONGS_EQUAL(2, arena.pages().zone(ZoneType::Dma).lowmem_reserve[1]);
  while (arena.pages().alloc(GFP_NOWAIT | __GFP_NOWARN, 0, kCaller) != nullptr) {
  }
  LONGS_EQUAL(2, arena.pages().free_pages(ZoneType::Dma));
  LONGS_EQUAL(0, arena.pages().free_pages(ZoneType::Normal));
  CHECK(arena.pages().alloc(GFP_NOWAIT | GFP_DMA, 0, kCaller) != nullptr);
}

TEST(PageZones, TheReserveBelowMinIsForThoseWhoMayUseIt) {
  // 1024 pages, min 64 pages.
  TestArena arena{{.pages = 1024, .min_free_kbytes = 256, .list_limit = 8}};
  PageAllocator& pages = arena.pages();
  LONGS_EQUAL(64, pages.zone(ZoneType::Normal).mark.min);
  const auto exhaust = [&](gfp_t gfp) {
    while (pages.alloc(gfp | __GFP_NOWARN, 0, kCaller) != nullptr) {
    }
    CHECK(arena.sound());
    return pages.free_pages();
  };
  LONGS_EQUAL(64, exhaust(GFP_NOWAIT));
  LONGS_EQUAL(64, exhaust(GFP_KERNEL));
  LONGS_EQUAL(32, exhaust(__GFP_HIGH));
  LONGS_EQUAL(32, exhaust(GFP_ATOMIC | __GFP_NOMEMALLOC));
  LONGS_EQUAL(24, exhaust(GFP_ATOMIC));
  LONGS_EQUAL(24, exhaust(__GFP_MEMALLOC | __GFP_NOMEMALLOC));
  LONGS_EQUAL(0, exhaust(__GFP_MEMALLOC));
}

TEST(PageZones, APageOnAListIsNoWayAroundTheMarks) {
  TestArena arena{{.pages = 1024, .min_free_kbytes = 256, .list_limit = 32}};
  PageAllocator& pages = arena.pages();
  std::array<page*, 1024> atomic{};
  std::size_t taken = 0;
  page* const mine = pages.alloc(GFP_NOWAIT, 0, kCaller);
  while (page* const p = pages.alloc(GFP_ATOMIC | __GFP_NOWARN, 0, kCaller)) atomic[taken++] = p;
  pages.free(mine, 0, kCaller);
  POINTERS_EQUAL(nullptr, pages.alloc(GFP_NOWAIT | __GFP_NOWARN, 0, kCaller));
  CHECK(pages.alloc(GFP_ATOMIC | __GFP_NOWARN, 0, kCaller) != nullptr);
  while (taken != 0) pages.free(atomic[--taken], 0, kCaller);
  CHECK(pages.list(ZoneType::Normal, MigrateType::Unmovable).limit != 0);  // plenty again: lists are open
  CHECK(arena.sound());
}

// What the better zone's lists hold is asked for before a lower zone is.
TEST(PageZones, TheListsGoBackBeforeALowerZoneGives) {
  TestArena arena{{.pages = 512, .dma_pages = 32, .list_limit = 16}};
  PageAllocator& pages = arena.pages();
  std::array<page*, 480> all{};
  for (page*& p : all) {
    p = pages.alloc(GFP_NOWAIT, 0, kCaller);
    CHECK(zone_of(*p) == ZoneType::Normal);
  }
  // Every second page, so that the lists are open; then eight side by side, which stay on them.
  const auto number = [&](const page* p) { return p - pages.mem_map() - 32; };
  for (page* const p : all) {
    if (number(p) >= 8 && number(p) % 2 != 0) pages.free(p, 0, kCaller);
  }
  for (page* const p : all) {
    if (number(p) < 8) pages.free(p, 0, kCaller);
  }
  LONGS_EQUAL(16, pages.listed_pages(ZoneType::Normal));
  LONGS_EQUAL(1, pages.orders(ZoneType::Normal));
  page* const block = pages.alloc(GFP_NOWAIT, 3, kCaller);
  CHECK(zone_of(*block) == ZoneType::Normal);
  CHECK(zone_of(*pages.alloc(GFP_NOWAIT, 3, kCaller)) == ZoneType::Dma);
  CHECK(arena.sound());
}

// Found by a long run of the stress: the lists gave Normal for this mask, the zones HighMem.
TEST(PageZones, DmaWithoutAZoneDmaIsLowMemoryWhateverElseIsAskedFor) {
  TestArena high{{.pages = 64, .highmem_pages = 32}};
  constexpr gfp_t kBoth = GFP_NOWAIT | __GFP_DMA | __GFP_HIGHMEM;
  for (unsigned order = 0; order <= 2; ++order) {
    page* const p = high.pages().alloc(kBoth, order, kCaller);
    CHECK(p != nullptr && zone_of(*p) == ZoneType::Normal);
  }
  page* many[4] = {};
  UNSIGNED_LONGS_EQUAL(4, high.pages().alloc_bulk(kBoth, many, kCaller));
  for (const page* p : many) CHECK(zone_of(*p) == ZoneType::Normal);
}
