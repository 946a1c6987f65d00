// SPDX-License-Identifier: MIT
// Blocks given out and taken back: exhaustion, splitting and merging, zones, types, lists; every step
// followed by the allocator's own check.
#include <CppUTest/TestHarness.h>

#include <array>
#include <cstring>
#include <mm/page_allocator.hpp>

#include "fakes/log.hpp"
#include "fakes/test_arena.hpp"

using namespace mink;
using namespace mink::mm;
using mink::fakes::TestArena;

namespace {

const void* const kCaller = reinterpret_cast<const void*>(0x1234);

std::size_t count_free(PageAllocator& pages) { return pages.free_pages(); }

// What a test holds.
template <class T, std::size_t Most = std::size_t{2} << kMaxOrder>
class Stack {
 public:
  void push_back(const T& item) {
    CHECK(size_ < Most);
    items_[size_++] = item;
  }
  T take(std::size_t at) {
    const T item = items_[at];
    items_[at] = items_[--size_];
    return item;
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  T* begin() { return items_.data(); }
  T* end() { return items_.data() + size_; }

 private:
  std::array<T, Most> items_{};
  std::size_t size_ = 0;
};

// Xorshift (Marsaglia): the same sequence everywhere.
class Random {
 public:
  explicit Random(std::uint32_t seed) : state_{seed * 2654435761u + 1} {}
  std::uint32_t operator()() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_;
  }

 private:
  std::uint32_t state_;
};

}  // namespace

TEST_GROUP(PageAllocator){void setup() override{fakes::take_log();
}
}
;

TEST(PageAllocator, EveryPageCanBeTakenOnceAndComesBack) {
  TestArena arena;
  CHECK(arena.whole());
  std::array<page*, 64> taken{};
  for (page*& p : taken) {
    p = arena.pages().alloc(GFP_NOWAIT, 0, kCaller);
    CHECK(p != nullptr);
    for (page** q = taken.data(); q != &p; ++q) CHECK(*q != p);
    LONGS_EQUAL(1, p->_refcount);
    POINTERS_EQUAL(kCaller, p->caller);
    CHECK(arena.sound());
  }
  LONGS_EQUAL(0, count_free(arena.pages()));
  POINTERS_EQUAL(nullptr, arena.pages().alloc(GFP_ATOMIC | __GFP_NOWARN, 0, kCaller));
  for (page* p : taken) {
    arena.pages().free(p, 0, kCaller);
    CHECK(arena.sound());
  }
  CHECK(arena.whole());
  arena.pages().drain_lists();
  LONGS_EQUAL(1, arena.pages().free_blocks(ZoneType::Normal, 6));  // merged into one again
  CHECK(arena.whole());
}

TEST(PageAllocator, BlocksAreAlignedAndSplitFromLargerOnes) {
  TestArena arena;
  for (unsigned order = 0; order <= 6; ++order) {
    page* const p = arena.pages().alloc(GFP_NOWAIT, order, kCaller);
    CHECK(p != nullptr);
    CHECK(is_aligned(arena.pages().pfn(p).raw(), std::uintptr_t{1} << order));
    CHECK(is_aligned(virt_of(arena.pages().address(p)).raw(), kPageSize << order));
    LONGS_EQUAL(64 - (1 << order), count_free(arena.pages()));
    CHECK(arena.sound());
    arena.pages().free(p, order, kCaller);
    CHECK(arena.whole());
  }
  POINTERS_EQUAL(nullptr, arena.pages().alloc(GFP_NOWAIT | __GFP_NOWARN, 7, kCaller));
  POINTERS_EQUAL(nullptr, arena.pages().alloc(GFP_NOWAIT | __GFP_NOWARN, kMaxOrder + 1, kCaller));
}

TEST(PageAllocator, LargestOrderIsOneBlock) {
  TestArena arena{{.pages = std::size_t{2} << kMaxOrder, .list_limit = 0}};
  LONGS_EQUAL(2, arena.pages().free_blocks(ZoneType::Normal, kMaxOrder));
  page* const p = arena.pages().alloc(GFP_NOWAIT, kMaxOrder, kCaller);
  page* const q = arena.pages().alloc(GFP_NOWAIT, kMaxOrder, kCaller);
  CHECK(p != nullptr && q != nullptr && p != q);
  POINTERS_EQUAL(p, arena.pages().block_head(p + 5));
  POINTERS_EQUAL(q, arena.pages().block_head(q + (1 << kMaxOrder) - 1));
  arena.pages().free(p, kMaxOrder, kCaller);
  arena.pages().free(q, kMaxOrder, kCaller);
  CHECK(arena.whole());
}

TEST(PageAllocator, MemoryThatStartsAnywhereIsCutIntoWholeBlocks) {
  for (std::size_t skip : {1u, 3u, 7u, 63u, 1000u}) {
    TestArena arena{{.pages = 77, .skip_pages = skip}};
    CHECK(arena.whole());
    LONGS_EQUAL(77, count_free(arena.pages()));
    std::size_t got = 0;
    while (arena.pages().alloc(GFP_NOWAIT | __GFP_NOWARN, 0, kCaller) != nullptr) ++got;
    LONGS_EQUAL(77, got);
    CHECK(arena.sound());
  }
}

TEST(PageAllocator, ReservedPagesAreNeverGivenOutUntilReleased) {
  const Pfn base = TestArena::first_pfn();
  const PageRange reserved[] = {{base, base + 3}, {base + 17, base + 31}};
  TestArena arena{{.reserved = reserved}};
  LONGS_EQUAL(64 - 3 - 14, arena.pages().managed_pages());
  CHECK(arena.whole());
  LONGS_EQUAL(64, arena.pages().zone(ZoneType::Normal).present);
  page* const inside = arena.pages().page_at(base + 20);
  CHECK(kind_of(*arena.pages().block_head(inside)) == PageKind::Reserved);
  // Part of a run, not on any border of its blocks.
  CHECK(ok(arena.pages().release_reserved({base + 19, base + 26})));
  CHECK(arena.whole());
  LONGS_EQUAL(64 - 3 - 14 + 7, arena.pages().managed_pages());
  CHECK(arena.pages().release_reserved({base + 19, base + 26}) == Err::Inval);  // free already
  CHECK(arena.pages().release_reserved({base + 30, base + 32}) ==
        Err::Inval);  // one of the two is not reserved
  CHECK(ok(arena.pages().release_reserved({base + 17, base + 19})));
  CHECK(ok(arena.pages().release_reserved({base + 26, base + 31})));
  CHECK(ok(arena.pages().release_reserved({base, base + 3})));
  arena.pages().drain_lists();
  LONGS_EQUAL(1, arena.pages().free_blocks(ZoneType::Normal, 6));
}

TEST(PageAllocator, ZeroedMeansEveryByte) {
  TestArena arena;
  for (const unsigned order : {0u, 1u, 3u}) {
    page* p = arena.pages().alloc(GFP_NOWAIT, order, kCaller);
    std::memset(arena.pages().address(p), 0xa5, kPageSize << order);
    arena.pages().free(p, order, kCaller);
    p = arena.pages().alloc(GFP_NOWAIT | __GFP_ZERO, order, kCaller);
    const auto* bytes = static_cast<const unsigned char*>(arena.pages().address(p));
    for (std::size_t i = 0; i < kPageSize << order; ++i) LONGS_EQUAL(0, bytes[i]);
    arena.pages().free(p, order, kCaller);
  }
}

TEST(PageAllocator, HotPagesComeBackFirstAndColdOnesFromTheOtherEnd) {
  TestArena arena{{.list_limit = 8}};
  page* const a = arena.pages().alloc(GFP_NOWAIT, 0, kCaller);
  page* const b = arena.pages().alloc(GFP_NOWAIT, 0, kCaller);
  arena.pages().free(a, 0, kCaller);
  arena.pages().free(b, 0, kCaller);
  page* const cold = arena.pages().alloc(GFP_NOWAIT | __GFP_COLD, 0, kCaller);
  CHECK(cold != a && cold != b);
  POINTERS_EQUAL(b, arena.pages().alloc(GFP_NOWAIT, 0, kCaller));
  POINTERS_EQUAL(a, arena.pages().alloc(GFP_NOWAIT, 0, kCaller));
  CHECK(arena.sound());
}

TEST(PageAllocator, AFullListGivesOnePageBackForEachThatComes) {
  TestArena arena{{.pages = 256, .list_limit = 4}};
  std::array<page*, 32> taken{};
  for (page*& p : taken) p = arena.pages().alloc(GFP_NOWAIT, 0, kCaller);
  for (page* p : taken) {
    const std::size_t listed = arena.pages().listed_pages(ZoneType::Normal);
    arena.pages().free(p, 0, kCaller);
    CHECK(arena.pages().listed_pages(ZoneType::Normal) <= listed + 1);
    CHECK(arena.pages().list(ZoneType::Normal, MigrateType::Unmovable).count() <= 4);
    CHECK(arena.sound());
  }
  CHECK(arena.whole());
}

TEST(PageAllocator, TypesAreKeptApartAndBorrowFromEachOther) {
  TestArena arena{{.pages = std::size_t{2} << kMaxOrder, .list_limit = 0}};
  LONGS_EQUAL(2, arena.pages().page_blocks(ZoneType::Normal, MigrateType::Movable));
  page* const u = arena.pages().alloc(GFP_NOWAIT, 0, kCaller);
  LONGS_EQUAL(1, arena.pages().page_blocks(ZoneType::Normal, MigrateType::Unmovable));
  CHECK(arena.sound());
  page* const m = arena.pages().alloc(GFP_NOWAIT | __GFP_MOVABLE, 0, kCaller);
  CHECK((arena.pages().pfn(u).raw() >> kMaxOrder) != (arena.pages().pfn(m).raw() >> kMaxOrder));
  page* const r = arena.pages().alloc(GFP_NOWAIT | __GFP_RECLAIMABLE, 0, kCaller);
  CHECK(r != nullptr);
  CHECK(arena.sound());
  // The unmovable ones take all there is, the other types' too.
  Stack<page*> rest;
  while (page* const p = arena.pages().alloc(GFP_NOWAIT | __GFP_NOWARN, 0, kCaller)) rest.push_back(p);
  LONGS_EQUAL((2u << kMaxOrder) - 3, rest.size());
  for (page* p : rest) arena.pages().free(p, 0, kCaller);
  arena.pages().free(u, 0, kCaller);
  arena.pages().free(m, 0, kCaller);
  arena.pages().free(r, 0, kCaller);
  CHECK(arena.whole());
  LONGS_EQUAL(2, arena.pages().free_blocks(ZoneType::Normal, kMaxOrder));
}

TEST(PageAllocator, ZonesAreTriedFromTheHighestAllowedDown) {
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

TEST(PageAllocator, GfpDmaIsServedFromDmaAlone) {
  TestArena arena{{.pages = 64, .dma_pages = 16}};
  unsigned got = 0;
  while (page* const p = arena.pages().alloc(GFP_NOWAIT | GFP_DMA | __GFP_NOWARN, 0, kCaller)) {
    CHECK(zone_of(*p) == ZoneType::Dma);
    ++got;
  }
  LONGS_EQUAL(16, got);
  LONGS_EQUAL(48, arena.pages().free_pages());
}

TEST(PageAllocator, LowerZonesKeepAReserveForTheirOwnUsers) {
  // DMA keeps a 256th of what is above it: 512 pages above are 2 pages.
  TestArena arena{{.pages = 528, .dma_pages = 16, .list_limit = 0}};
  LONGS_EQUAL(2, arena.pages().zone(ZoneType::Dma).lowmem_reserve[1]);
  while (arena.pages().alloc(GFP_NOWAIT | __GFP_NOWARN, 0, kCaller) != nullptr) {
  }
  LONGS_EQUAL(2, arena.pages().free_pages(ZoneType::Dma));
  LONGS_EQUAL(0, arena.pages().free_pages(ZoneType::Normal));
  CHECK(arena.pages().alloc(GFP_NOWAIT | GFP_DMA, 0, kCaller) != nullptr);
}

TEST(PageAllocator, TheReserveBelowMinIsForThoseWhoMayUseIt) {
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

TEST(PageAllocator, APageOnAListIsNoWayAroundTheMarks) {
  TestArena arena{{.pages = 1024, .min_free_kbytes = 256, .list_limit = 32}};
  PageAllocator& pages = arena.pages();
  Stack<page*> atomic;
  page* const mine = pages.alloc(GFP_NOWAIT, 0, kCaller);
  while (page* const p = pages.alloc(GFP_ATOMIC | __GFP_NOWARN, 0, kCaller)) atomic.push_back(p);
  pages.free(mine, 0, kCaller);
  POINTERS_EQUAL(nullptr, pages.alloc(GFP_NOWAIT | __GFP_NOWARN, 0, kCaller));
  CHECK(pages.alloc(GFP_ATOMIC | __GFP_NOWARN, 0, kCaller) != nullptr);
  for (page* p : atomic) pages.free(p, 0, kCaller);
  CHECK(pages.list(ZoneType::Normal, MigrateType::Unmovable).limit != 0);  // plenty again: lists are open
  CHECK(arena.sound());
}

TEST(PageAllocator, ReferencesKeepABlock) {
  for (const unsigned order : {0u, 2u}) {
    TestArena arena;
    page* const p = arena.pages().alloc(GFP_NOWAIT, order, kCaller);
    arena.pages().get(p, kCaller);
    arena.pages().put(p, kCaller);
    LONGS_EQUAL(64 - (1 << order), arena.pages().free_pages());
    LONGS_EQUAL(1, p->_refcount);
    CHECK(arena.sound());
    arena.pages().free(p, order, kCaller);
    CHECK(arena.whole());
    LONGS_EQUAL(0, arena.pages().faults());
  }
}

TEST(PageAllocator, ACompoundBlockIsFreedWhole) {
  TestArena arena;
  page* const p = arena.pages().alloc(GFP_NOWAIT | __GFP_COMP, 3, kCaller);
  CHECK(is_compound(*p));
  arena.pages().put(p + 5, kCaller);
  CHECK(arena.whole());
  page* const q = arena.pages().alloc(GFP_NOWAIT | __GFP_COMP, 0, kCaller);
  CHECK(!is_compound(*q));
  arena.pages().free(q, 0, kCaller);
  CHECK(arena.whole());
}

TEST(PageAllocator, SplitMakesPagesThatAreFreedOneByOne) {
  TestArena arena;
  page* const p = arena.pages().alloc(GFP_NOWAIT, 3, kCaller);
  arena.pages().split(p, 3, kCaller);
  CHECK(arena.sound());
  for (unsigned i = 0; i < 8; ++i) {
    arena.pages().free(p + (i * 3) % 8, 0, kCaller);
    CHECK(arena.sound());
  }
  CHECK(arena.whole());
  page* const c = arena.pages().alloc(GFP_NOWAIT | __GFP_COMP, 2, kCaller);
  arena.pages().split(c, 2, kCaller);
  LONGS_EQUAL(1, arena.pages().faults());
  CHECK(is_compound(*c));
}

TEST(PageAllocator, TrimGivesTheTailBack) {
  for (std::size_t keep = 1; keep <= 16; ++keep) {
    TestArena arena{{.list_limit = 0}};
    page* const p = arena.pages().alloc(GFP_NOWAIT, 4, kCaller);
    arena.pages().trim(p, 4, keep, kCaller);
    LONGS_EQUAL(64 - keep, arena.pages().free_pages());
    CHECK(arena.sound());
    for (std::size_t i = 0; i < keep; ++i) arena.pages().free(p + i, 0, kCaller);
    CHECK(arena.whole());
  }
}

TEST(PageAllocator, BulkFillsTheEmptySlots) {
  TestArena arena;
  page* const own = arena.pages().alloc(GFP_NOWAIT, 0, kCaller);
  std::array<page*, 40> slots{};
  slots[3] = slots[17] = own;
  LONGS_EQUAL(40, arena.pages().alloc_bulk(GFP_NOWAIT | __GFP_ZERO, slots, kCaller));
  CHECK(arena.sound());
  LONGS_EQUAL(64 - 1 - 38, arena.pages().free_pages());
  for (unsigned i = 0; i < 40; ++i) {
    CHECK(slots[i] != nullptr);
    if (slots[i] == own) continue;
    LONGS_EQUAL(0, static_cast<const char*>(arena.pages().address(slots[i]))[kPageSize - 1]);
    arena.pages().free(slots[i], 0, kCaller);
  }
  arena.pages().free(own, 0, kCaller);
  CHECK(arena.whole());
  std::array<page*, 100> too_many{};
  LONGS_EQUAL(64, arena.pages().alloc_bulk(GFP_NOWAIT | __GFP_NOWARN, too_many, kCaller));
  POINTERS_EQUAL(nullptr, too_many[64]);
  arena.pages().free_bulk({too_many.data(), 64}, kCaller);
  CHECK(arena.whole());
}

TEST(PageAllocator, BulkAndChainsWhereOnlySinglePagesAreFree) {
  constexpr std::size_t kAll = 512;
  TestArena arena{{.pages = kAll}};
  PageAllocator& pages = arena.pages();
  const auto odd = [&](const page* p) { return ((p - pages.mem_map()) & 1) != 0; };
  std::array<page*, kAll> all{};
  LONGS_EQUAL(kAll, pages.alloc_bulk(GFP_NOWAIT | __GFP_NOWARN, all, kCaller));
  for (page* const p : all) {
    if (odd(p)) pages.free(p, 0, kCaller);
  }
  pages.drain_lists();
  LONGS_EQUAL(kAll / 2, count_free(pages));

  std::array<page*, 100> got{};
  LONGS_EQUAL(100, pages.alloc_bulk(GFP_NOWAIT | __GFP_NOWARN, got, kCaller));
  for (unsigned i = 0; i < 100; ++i) {
    CHECK(odd(got[i]));
    for (unsigned k = 0; k < i; ++k) CHECK(got[k] != got[i]);
    LONGS_EQUAL(1, got[i]->_refcount);
    LONGS_EQUAL(0, got[i]->private_data);
    got[i]->private_data = 7;
    got[i]->next = i + 1 < 100 ? got[i + 1] : nullptr;
  }
  LONGS_EQUAL(kAll / 2 - 100, count_free(pages));
  CHECK(arena.sound());

  pages.get(got[50], kCaller);  // somebody else's, too: not for the chain
  page* rest = got[0];
  for (page* before = nullptr; rest != before;) rest = pages.free_chain(before = rest, kCaller);
  POINTERS_EQUAL(got[50], rest);
  LONGS_EQUAL(0, got[0]->private_data);
  LONGS_EQUAL(kAll / 2 - 50, count_free(pages));
  CHECK(arena.sound());
  pages.put(rest, kCaller);
  while (rest != nullptr) rest = pages.free_chain(rest, kCaller);
  LONGS_EQUAL(kAll / 2, count_free(pages));

  // With the other half everything merges.
  page* chain = nullptr;
  for (std::size_t i = 0; i < kAll; ++i) {
    if (odd(all[i])) continue;
    all[i]->next = chain;
    chain = all[i];
  }
  while (chain != nullptr) chain = pages.free_chain(chain, kCaller);
  CHECK(arena.whole());
  LONGS_EQUAL(0, pages.faults());
  page* const block = pages.alloc(GFP_NOWAIT, 9, kCaller);
  CHECK(block != nullptr);
  pages.free(block, 9, kCaller);
}

TEST(PageAllocator, ConversionsAreInverse) {
  TestArena arena{{.pages = 64, .highmem_pages = 16, .skip_pages = 5}};
  PageAllocator& pages = arena.pages();
  for (std::uintptr_t i = 0; i < 64; ++i) {
    const Pfn pfn = arena.start() + i;
    page* const p = pages.page_at(pfn);
    CHECK(pages.pfn(p) == pfn);
    CHECK(pages.phys(p) == phys_of(pfn));
    void* const va = pages.address(p);
    if (i >= 48) {
      POINTERS_EQUAL(nullptr, va);
      continue;
    }
    POINTERS_EQUAL(arena.backing(p), va);
    POINTERS_EQUAL(p, pages.page_of(static_cast<char*>(va) + kPageSize - 1));
    CHECK(pages.phys_of_linear(virt_of(va)) == phys_of(pfn));
    CHECK(pages.linear_of_phys(phys_of(pfn)) == virt_of(va));
  }
  POINTERS_EQUAL(nullptr, pages.page_of(nullptr));
  POINTERS_EQUAL(nullptr, pages.page_of(reinterpret_cast<const void*>(~std::uintptr_t{0})));
  POINTERS_EQUAL(nullptr, pages.page_at(Pfn{0}));
  POINTERS_EQUAL(nullptr, pages.page_at(arena.start() + (std::uintptr_t{4} << kMaxOrder)));
  POINTERS_EQUAL(nullptr, pages.block_head(pages.page_at(TestArena::first_pfn())));  // a hole before memory
}

// Random operations of every kind; the allocator checks itself after each.
TEST(PageAllocator, RandomOperationsKeepItSound) {
  for (const unsigned seed : {1u, 2u, 3u, 4u}) {
    TestArena arena{{.pages = 64, .dma_pages = 16, .highmem_pages = 16, .skip_pages = 3, .list_limit = seed}};
    PageAllocator& pages = arena.pages();
    Random random{seed};
    struct Held {
      page* p;
      unsigned order;
    };
    Stack<Held, 64> held;
    std::size_t held_pages = 0;
    constexpr gfp_t kMasks[] = {GFP_NOWAIT,
                                GFP_ATOMIC,
                                GFP_HIGHUSER_MOVABLE,
                                GFP_NOWAIT | GFP_DMA,
                                GFP_NOWAIT | __GFP_RECLAIMABLE,
                                GFP_NOWAIT | __GFP_COLD | __GFP_MOVABLE,
                                GFP_KERNEL | __GFP_COMP};
    for (unsigned step = 0; step < 4000; ++step) {
      const unsigned what = random() % 16;
      if (what < 8) {
        const unsigned order = random() % 3 == 0 ? random() % 5 : 0;
        page* const p = pages.alloc(kMasks[random() % std::size(kMasks)] | __GFP_NOWARN, order, kCaller);
        if (p != nullptr) {
          held.push_back({p, order});
          held_pages += std::size_t{1} << order;
        }
      } else if (what < 15) {
        if (held.size() == 0) continue;
        const Held h = held.take(random() % held.size());
        pages.free(h.p, h.order, kCaller);
        held_pages -= std::size_t{1} << h.order;
      } else if (random() % 4 == 0) {
        pages.drain_lists();
      } else {
        std::array<page*, 5> bulk{};
        const std::size_t got = pages.alloc_bulk(GFP_NOWAIT | __GFP_NOWARN, bulk, kCaller);
        for (std::size_t i = 0; i < got; ++i) held.push_back({bulk[i], 0});
        held_pages += got;
      }
      CHECK(arena.sound());
      LONGS_EQUAL(64 - held_pages, pages.free_pages());
    }
    for (const Held& h : held) pages.free(h.p, h.order, kCaller);
    LONGS_EQUAL(0, pages.faults());
    CHECK(arena.whole());
  }
}
