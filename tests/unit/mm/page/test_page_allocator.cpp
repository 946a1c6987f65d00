// SPDX-License-Identifier: MIT
// Blocks given out and taken back: exhaustion, splitting and merging, types, lists; every step followed by the
// allocator's own check.
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
  LONGS_EQUAL(0, arena.pages().free_pages());
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
    LONGS_EQUAL(64 - (1 << order), arena.pages().free_pages());
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
    LONGS_EQUAL(77, arena.pages().free_pages());
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

TEST(PageAllocator, TheListsOfAZoneShareItsPlaces) {
  TestArena arena{{.pages = 256, .list_limit = 12}};
  PageAllocator& pages = arena.pages();
  const auto listed = [&](MigrateType type) { return pages.list(ZoneType::Normal, type).count(); };
  constexpr gfp_t kMovable = GFP_NOWAIT | __GFP_MOVABLE;
  std::array<page*, 40> fixed{}, movable{};
  for (page*& p : fixed) p = pages.alloc(GFP_NOWAIT, 0, kCaller);
  for (page*& p : movable) p = pages.alloc(kMovable, 0, kCaller);
  for (unsigned i = 0; i < 20; ++i) pages.free(fixed[i], 0, kCaller);
  CHECK(listed(MigrateType::Unmovable) >= 7);  // the greater part
  for (unsigned i = 0; i < 20; ++i) {
    pages.free(movable[i], 0, kCaller);
    CHECK(listed(MigrateType::Movable) != 0);
    CHECK(pages.listed_pages(ZoneType::Normal) <= 12);
    CHECK(arena.sound());
  }
  for (unsigned i = 20; i < 40; ++i) {  // by turns
    pages.free(fixed[i], 0, kCaller);
    pages.free(movable[i], 0, kCaller);
    CHECK(arena.sound());
  }
  CHECK(listed(MigrateType::Unmovable) >= 4 && listed(MigrateType::Movable) >= 4);
  CHECK(pages.listed_pages(ZoneType::Normal) <= 12);
  pages.set_min_free_kbytes(64);  // new marks: the lists begin anew
  LONGS_EQUAL(0, pages.listed_pages(ZoneType::Normal));
  CHECK(arena.whole());
}

TEST(PageAllocator, AReadyBlockIsFreeAndOutOfTheCountOfTheMarks) {
  TestArena arena;
  PageAllocator& pages = arena.pages();
  page* const p = pages.alloc(GFP_NOWAIT, 3, kCaller);
  const std::size_t counted = pages.zone(ZoneType::Normal).free_pages;
  pages.free(p, 3, kCaller);
  LONGS_EQUAL(counted, pages.zone(ZoneType::Normal).free_pages);
  LONGS_EQUAL(8, pages.ready_pages(ZoneType::Normal));
  LONGS_EQUAL(64, pages.free_pages());
  CHECK(arena.sound());
  POINTERS_EQUAL(p, pages.alloc(GFP_NOWAIT, 3, kCaller));
  pages.free(p, 3, kCaller);
  pages.drain_lists();
  LONGS_EQUAL(64, pages.zone(ZoneType::Normal).free_pages);
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

TEST(PageAllocator, WhatIsKeptForLongComesOffTheListButFillsNone) {
  TestArena arena{{.pages = 256, .list_limit = 8}};
  const auto listed = [&] { return arena.pages().listed_pages(ZoneType::Normal); };
  page* const first = arena.pages().alloc_for_long(GFP_NOWAIT, 0, kCaller);  // all memory is Movable's as yet
  LONGS_EQUAL(0, listed());
  page* const second = arena.pages().alloc_for_long(GFP_NOWAIT, 0, kCaller);
  LONGS_EQUAL(0, listed());
  POINTERS_EQUAL(first, second - 1);
  CHECK(arena.sound());
  page* const filling = arena.pages().alloc(GFP_NOWAIT, 0, kCaller);
  const std::size_t filled = listed();
  CHECK(filled != 0);
  page* const third = arena.pages().alloc_for_long(GFP_NOWAIT, 0, kCaller);
  UNSIGNED_LONGS_EQUAL(filled - 1, listed());
  page* const block = arena.pages().alloc_for_long(GFP_NOWAIT, 3, kCaller);
  LONGS_EQUAL(3, order_of(*block));
  CHECK(arena.sound());
  for (page* p : {first, second, filling, third}) arena.pages().free(p, 0, kCaller);
  arena.pages().free(block, 3, kCaller);
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
