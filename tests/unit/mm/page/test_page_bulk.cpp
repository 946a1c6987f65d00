// SPDX-License-Identifier: MIT
// Many single pages at once: bulk calls and chains.
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

TEST_GROUP(PageBulk){void setup() override{fakes::take_log();
}
}
;

TEST(PageBulk, BulkFillsTheEmptySlots) {
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

// A chain comes off and goes onto the hot list as it hangs together.
TEST(PageBulk, ChainsOfTheHotList) {
  constexpr std::size_t kAll = 256;
  TestArena arena{{.pages = kAll, .list_limit = 40}};
  PageAllocator& pages = arena.pages();
  std::array<page*, kAll> all{};
  LONGS_EQUAL(kAll, pages.alloc_bulk(GFP_NOWAIT | __GFP_NOWARN, all, kCaller));
  for (std::size_t i = 0; i < kAll; i += 2) pages.free(all[i], 0, kCaller);
  LONGS_EQUAL(40, pages.listed_pages(ZoneType::Normal));
  const auto take = [&] {
    return pages.alloc_chain(GFP_NOWAIT | __GFP_NOWARN, 12, PageKind::Vmalloc, kCaller);
  };
  const PageChain chain = take();
  LONGS_EQUAL(12, chain.count);
  LONGS_EQUAL(28, pages.listed_pages(ZoneType::Normal));
  std::array<page*, 12> got{};
  std::size_t n = 0;
  for (page* p = chain.first; p != nullptr; p = p->next) {
    got[n++] = p;
    LONGS_EQUAL(1, p->_refcount);
    CHECK(kind_of(*p) == PageKind::Vmalloc);
    POINTERS_EQUAL(kCaller, p->caller);
  }
  LONGS_EQUAL(12, n);
  POINTERS_EQUAL(got[11], chain.last);
  CHECK(arena.sound());

  pages.get(got[5], kCaller);  // others hold it: the chain is taken as far as there
  page* rest = pages.free_chain(chain.first, PageKind::Vmalloc, kCaller);
  POINTERS_EQUAL(got[5], rest);
  LONGS_EQUAL(33, pages.listed_pages(ZoneType::Normal));
  CHECK(arena.sound());
  POINTERS_EQUAL(rest, pages.free_chain(rest, PageKind::Vmalloc, kCaller));
  pages.put(rest, kCaller);
  POINTERS_EQUAL(rest, pages.free_chain(rest, PageKind::Large, kCaller));  // of another kind
  POINTERS_EQUAL(nullptr, pages.free_chain(rest, PageKind::Vmalloc, kCaller));
  LONGS_EQUAL(40, pages.listed_pages(ZoneType::Normal));
  CHECK(arena.sound());

  // One that is longer than what there is room for: the rest goes to the free lists.
  const PageChain first = take(), second = take();
  second.last->next = first.first;
  for (std::size_t i = 1; i < 20; i += 2) pages.free(all[i], 0, kCaller);
  for (rest = second.first; rest != nullptr;) rest = pages.free_chain(rest, PageKind::Vmalloc, kCaller);
  LONGS_EQUAL(40, pages.listed_pages(ZoneType::Normal));
  for (std::size_t i = 21; i < kAll; i += 2) pages.free(all[i], 0, kCaller);
  CHECK(arena.whole());
}

TEST(PageBulk, BulkAndChainsWhereOnlySinglePagesAreFree) {
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
  LONGS_EQUAL(kAll / 2, pages.free_pages());

  std::array<page*, 100> got{};
  LONGS_EQUAL(100, pages.alloc_bulk(GFP_NOWAIT | __GFP_NOWARN, got, kCaller));
  for (unsigned i = 0; i < 100; ++i) {
    CHECK(odd(got[i]));
    for (unsigned k = 0; k < i; ++k) CHECK(got[k] != got[i]);
    LONGS_EQUAL(1, got[i]->_refcount);
    LONGS_EQUAL(0, got[i]->private_data);
    set_page_kind(*got[i], PageKind::Vmalloc);
    got[i]->next = i + 1 < 100 ? got[i + 1] : nullptr;
  }
  LONGS_EQUAL(kAll / 2 - 100, pages.free_pages());
  CHECK(arena.sound());

  pages.get(got[50], kCaller);  // somebody else's, too: not for the chain
  page* rest = got[0];
  for (page* before = nullptr; rest != before;)
    rest = pages.free_chain(before = rest, PageKind::Vmalloc, kCaller);
  POINTERS_EQUAL(got[50], rest);
  LONGS_EQUAL(kAll / 2 - 50, pages.free_pages());
  CHECK(arena.sound());
  pages.put(rest, kCaller);
  while (rest != nullptr) rest = pages.free_chain(rest, PageKind::Vmalloc, kCaller);
  LONGS_EQUAL(kAll / 2, pages.free_pages());

  pages.drain_lists();
  const PageChain some = pages.alloc_chain(GFP_NOWAIT | __GFP_NOWARN, 20, PageKind::Vmalloc, kCaller);
  LONGS_EQUAL(20, some.count);
  POINTERS_EQUAL(nullptr, some.last->next);
  std::size_t linked = 0;
  for (const page* p = some.first; p != nullptr; p = p->next, ++linked) {
    CHECK(odd(p) && kind_of(*p) == PageKind::Vmalloc);
    LONGS_EQUAL(1, p->_refcount);
    POINTERS_EQUAL(kCaller, p->caller);
    if (p->next == nullptr) POINTERS_EQUAL(some.last, p);
  }
  LONGS_EQUAL(20, linked);
  LONGS_EQUAL(kAll / 2 - 20, pages.free_pages());
  CHECK(arena.sound());
  for (page* p = some.first; p != nullptr;) p = pages.free_chain(p, PageKind::Vmalloc, kCaller);

  // With the other half everything merges.
  page* chain = nullptr;
  for (std::size_t i = 0; i < kAll; ++i) {
    if (odd(all[i])) continue;
    all[i]->next = chain;
    chain = all[i];
  }
  POINTERS_EQUAL(chain, pages.free_chain(chain, PageKind::Vmalloc, kCaller));  // of another kind
  while (chain != nullptr) chain = pages.free_chain(chain, PageKind::Allocated, kCaller);
  CHECK(arena.whole());
  LONGS_EQUAL(0, pages.faults());
  page* const block = pages.alloc(GFP_NOWAIT, 9, kCaller);
  CHECK(block != nullptr);
  pages.free(block, 9, kCaller);
}

TEST(PageBulk, ChainsOfAllThereIs) {
  TestArena arena{{.pages = 64}};
  PageAllocator& pages = arena.pages();
  page* chains[3] = {};
  std::size_t taken = 0;
  for (page*& first : chains) {  // of a large block, with zeroes; then in single pages; then nothing
    const gfp_t gfp = GFP_NOWAIT | __GFP_NOWARN | (taken == 0 ? __GFP_ZERO : 0u);
    const PageChain chain = pages.alloc_chain(gfp, 100, PageKind::Vmalloc, kCaller);
    LONGS_EQUAL(taken == 64 ? 0 : PageAllocator::kMostInChain, chain.count);
    std::size_t linked = 0;
    for (const page* p = chain.first; p != nullptr; p = p->next, ++linked) {
      CHECK(kind_of(*p) == PageKind::Vmalloc);
      if (taken == 0) LONGS_EQUAL(0, static_cast<const char*>(pages.address(p))[kPageSize - 1]);
    }
    LONGS_EQUAL(chain.count, linked);
    first = chain.first;
    taken += chain.count;
    CHECK(arena.sound());
  }
  LONGS_EQUAL(64, taken);
  for (page* p : chains) {
    while (p != nullptr) {
      page* const next = p->next;
      CHECK(pages.release(p, PageKind::Vmalloc, kCaller));
      p = next;
    }
  }
  CHECK(arena.whole());
}

TEST(PageBulk, AChainGoesOntoTheListAndComesOffItAsItHangs) {
  TestArena arena{{.pages = 1024, .list_limit = 24}};
  PageAllocator& pages = arena.pages();
  const PageList& list = pages.list(ZoneType::Normal, MigrateType::Unmovable);
  const std::size_t all = pages.free_pages();
  const PageChain chain = pages.alloc_chain(GFP_NOWAIT, 32, PageKind::Vmalloc, kCaller);
  LONGS_EQUAL(32, chain.count);
  page* order[32] = {};
  page* p = chain.first;
  for (page*& in_turn : order) in_turn = p, p = p->next;
  pages.get(order[20], kCaller);  // somebody else's, too

  const unsigned before = list.count();
  p = pages.free_chain(chain.first, PageKind::Vmalloc, kCaller);
  POINTERS_EQUAL(order[20], p);
  LONGS_EQUAL(before + 20, list.count());
  CHECK(arena.sound());
  const PageChain again = pages.alloc_chain(GFP_NOWAIT, 20, PageKind::Vmalloc, this);
  LONGS_EQUAL(20, again.count);
  LONGS_EQUAL(before, list.count());
  p = again.first;
  for (unsigned i = 0; i < 20; ++i, p = p->next) {
    POINTERS_EQUAL(order[i], p);
    CHECK(kind_of(*p) == PageKind::Vmalloc);
    POINTERS_EQUAL(this, p->caller);
  }
  POINTERS_EQUAL(nullptr, p);
  CHECK(arena.sound());

  // More than the list takes: the rest merges.
  again.last->next = order[21];
  p = again.first;
  while (p != nullptr) p = pages.free_chain(p, PageKind::Vmalloc, kCaller);
  LONGS_EQUAL(24, list.count());
  CHECK(arena.sound());
  pages.put(order[20], kCaller);
  CHECK(pages.release(order[20], PageKind::Vmalloc, kCaller));
  UNSIGNED_LONGS_EQUAL(all, pages.free_pages());
  CHECK(arena.whole());
}
