// SPDX-License-Identifier: MIT
// The verdict before the allocation against the allocation itself; the place that is cheapest to free; the sentence.
#include <CppUTest/TestHarness.h>

#include <cstring>
#include <inspect/why.hpp>
#include <mm/gfp_policy.hpp>

#include "fakes/log.hpp"
#include "fakes/test_arena.hpp"

using namespace mink;
using namespace mink::inspect;
using fakes::TestArena;
using mm::ZoneType;

namespace {

constexpr gfp_t kQuiet = __GFP_NOWARN;
const void* const kCaller = reinterpret_cast<const void*>(0x4000);

void check_text(const char* text, const char* part) {
  if (std::strstr(text, part) == nullptr)
    FAIL(StringFromFormat("\"%s\" is not in \"%s\"", part, text).asCharString());
}

// Normal: 1000 pages free in blocks of 0 to 3, marks 100/125/150.
MemoryView normal_zone(std::size_t free = 1000, std::uint32_t orders = 0xf) {
  MemoryView view;
  ZoneView& zone = view.zone[1];
  zone.populated = true;
  zone.free = free;
  zone.blocks = 300;
  zone.orders = orders;
  zone.mark = {100, 125, 150};
  return view;
}

}  // namespace

TEST_GROUP(Verdict){};

TEST(Verdict, by_table) {
  struct Row {
    std::size_t free;
    std::uint32_t orders;
    gfp_t gfp;
    unsigned order;
    Outcome outcome;
    std::size_t must_leave;
  };
  const Row rows[] = {
      {1000, 0xf, GFP_KERNEL, 3, Outcome::AboveLow, 125},
      {1000, 0xf, GFP_KERNEL, 4, Outcome::Refused, 100},
      {126, 0xf, GFP_KERNEL, 0, Outcome::AboveLow, 125},
      {125, 0xf, GFP_KERNEL, 0, Outcome::AboveMin, 100},
      {101, 0xf, GFP_KERNEL, 0, Outcome::AboveMin, 100},
      {100, 0xf, GFP_KERNEL, 0, Outcome::Refused, 100},
      {100, 0xf, GFP_ATOMIC, 0, Outcome::AboveMin, 38},  // half, and a quarter of that
      {38, 0xf, GFP_ATOMIC, 0, Outcome::Refused, 38},
      {1, 0x1, __GFP_MEMALLOC, 0, Outcome::AboveMin, 0},
      {0, 0, __GFP_MEMALLOC, 0, Outcome::Refused, 0},
      {1000, 0xf, GFP_KERNEL, mm::kMaxOrder + 1, Outcome::TooLarge, 0},
  };
  for (const Row& row : rows) {
    const Verdict verdict = judge(normal_zone(row.free, row.orders), row.gfp, row.order);
    const auto text = StringFromFormat("%zu free, %#x, order %u", row.free, row.gfp, row.order);
    LONGS_EQUAL_TEXT(static_cast<int>(row.outcome), static_cast<int>(verdict.outcome), text.asCharString());
    UNSIGNED_LONGS_EQUAL_TEXT(row.must_leave, verdict.must_leave, text.asCharString());
    LONGS_EQUAL(static_cast<int>(ZoneType::Normal), static_cast<int>(verdict.zone));
  }
}

TEST(Verdict, listed_pages_first_and_last) {
  MemoryView view = normal_zone(0, 0);
  view.zone[1].listed[0] = 200;
  LONGS_EQUAL(static_cast<int>(Outcome::Listed), static_cast<int>(judge(view, GFP_KERNEL, 0).outcome));
  // Of another type: only when they have been given back.
  LONGS_EQUAL(static_cast<int>(Outcome::AfterDrain),
              static_cast<int>(judge(view, GFP_KERNEL | __GFP_MOVABLE, 0).outcome));
  // ... and then down to min, no further.
  view.zone[1].listed[0] = 101;
  const Verdict drained = judge(view, GFP_KERNEL | __GFP_MOVABLE, 0);
  LONGS_EQUAL(static_cast<int>(Outcome::AfterDrain), static_cast<int>(drained.outcome));
  UNSIGNED_LONGS_EQUAL(100, drained.must_leave);
  view.zone[1].listed[0] = 100;
  LONGS_EQUAL(static_cast<int>(Outcome::Refused),
              static_cast<int>(judge(view, GFP_KERNEL | __GFP_MOVABLE, 0).outcome));
  view.zone[1].listed[0] = 200;
  // What they might merge to is not promised.
  LONGS_EQUAL(static_cast<int>(Outcome::Refused), static_cast<int>(judge(view, GFP_KERNEL, 1).outcome));
}

TEST(Verdict, a_lower_zone_keeps_its_reserve) {
  MemoryView view = normal_zone(10);
  view.zone[0] = {.populated = true,
                  .free = 500,
                  .blocks = 1,
                  .orders = 0x10,
                  .mark = {10, 12, 14},
                  .reserve = {0, 480, 480, 480}};
  const Verdict kernel = judge(view, GFP_KERNEL, 0);
  LONGS_EQUAL(static_cast<int>(ZoneType::Dma), static_cast<int>(kernel.zone));
  UNSIGNED_LONGS_EQUAL(492, kernel.must_leave);
  view.zone[0].free = 490;
  LONGS_EQUAL(static_cast<int>(Outcome::Refused), static_cast<int>(judge(view, GFP_KERNEL, 0).outcome));
  LONGS_EQUAL(static_cast<int>(Outcome::AboveLow), static_cast<int>(judge(view, GFP_DMA, 0).outcome));
}

bool not_merged(const mm::PageAllocator& pages) {
  for (unsigned z = 0; z < mm::kZones; ++z) {
    for (unsigned t = 0; t < mm::kListTypes; ++t) {
      const mm::PageList& list = pages.list(static_cast<ZoneType>(z), static_cast<mm::MigrateType>(t));
      if (list.count() != 0 || list.ready != 0) return true;
    }
  }
  return false;
}

// Whatever the state, the verdict is what the allocator then does.
TEST(Verdict, is_what_the_allocator_does) {
  TestArena arena{{.pages = 512, .dma_pages = 128, .highmem_pages = 128, .min_free_kbytes = 256}};
  mm::PageAllocator& pages = arena.pages();
  struct Held {
    page* head;
    unsigned order;
  } held[512];
  std::size_t count = 0;
  std::uint32_t random = 7;
  const auto next = [&random](std::uint32_t below) {
    random = random * 1664525 + 1013904223;
    return (random >> 8) % below;
  };
  constexpr gfp_t kMasks[] = {GFP_NOWAIT,
                              GFP_ATOMIC,
                              GFP_DMA,
                              GFP_ATOMIC | __GFP_HIGHMEM,
                              GFP_NOWAIT | __GFP_HIGHMEM | __GFP_MOVABLE,
                              __GFP_MEMALLOC,
                              GFP_NOWAIT | __GFP_RECLAIMABLE,
                              __GFP_HIGH};
  unsigned granted = 0, refused = 0, below_low = 0;
  for (unsigned step = 0; step < 20000; ++step) {
    const gfp_t gfp = kMasks[next(8)] | kQuiet;
    const unsigned order = next(3) != 0 ? 0 : next(6);
    const bool take = step / 700 % 2 == 0 ? next(3) != 0 : next(3) == 0;
    if (take && count < 512) {
      const MemoryView view = look_at(pages);
      const Verdict verdict = judge(view, gfp, order);
      const bool may_merge = order != 0 && not_merged(pages);
      page* const p = pages.alloc(gfp, order, kCaller);
      if (verdict.granted() || !may_merge)
        CHECK_TEXT((p != nullptr) == verdict.granted(), StringFromFormat("step %u", step).asCharString());
      if (verdict.granted() && !may_merge)
        LONGS_EQUAL(static_cast<int>(verdict.zone), static_cast<int>(mm::zone_of(*p)));
      granted += verdict.granted() ? 1 : 0;
      below_low += verdict.granted() && verdict.outcome > Outcome::AboveLow ? 1 : 0;
      refused += verdict.granted() ? 0 : 1;
      if (p != nullptr) held[count++] = {p, order};
    } else if (!take && count != 0) {
      const std::size_t i = next(static_cast<std::uint32_t>(count));
      pages.free(held[i].head, held[i].order, kCaller);
      held[i] = held[--count];
    }
  }
  CHECK_TEXT(granted > 1000 && refused > 500 && below_low > 100,
             StringFromFormat("%u %u %u", granted, refused, below_low).asCharString());
  while (count != 0) {
    --count;
    pages.free(held[count].head, held[count].order, kCaller);
  }
}

TEST_GROUP(Opening) {
  TestArena arena{{.pages = 64, .list_limit = 0}};
  mm::PageAllocator& pages = arena.pages();
  page* got[64] = {};

  void fill() {
    for (page*& p : got) p = pages.alloc(GFP_KERNEL, 0, kCaller);
  }
  page*& at(std::size_t index) {  // in order of frames
    for (page*& p : got) {
      if (p != nullptr && pages.pfn(p) == arena.start() + index) return p;
    }
    FAIL("no such page");
    return got[0];
  }
  void release(std::size_t index) {
    page*& p = at(index);
    pages.free(p, 0, kCaller);
    p = nullptr;
  }
  void teardown() override {
    for (page* p : got) pages.free(p, 0, kCaller);
  }
};

TEST(Opening, where_the_fewest_pages_are_in_use) {
  fill();
  for (const std::size_t i : {1u, 3u, 5u, 16u, 17u, 19u, 40u, 42u}) release(i);
  const Opening opening = cheapest_opening({pages}, ZoneType::Normal, 2);
  CHECK(opening.start == arena.start() + 16);
  UNSIGNED_LONGS_EQUAL(1, opening.pages);
  UNSIGNED_LONGS_EQUAL(1, opening.blocks);
  UNSIGNED_LONGS_EQUAL(4, opening.span);
  POINTERS_EQUAL(at(18), opening.first);
}

TEST(Opening, not_across_a_table) {
  fill();
  for (const std::size_t i : {16u, 17u, 19u, 33u}) release(i);
  mm::set_page_kind(*at(18), mm::PageKind::PageTable);
  const Opening opening = cheapest_opening({pages}, ZoneType::Normal, 2);
  CHECK(opening.start == arena.start() + 32);
  UNSIGNED_LONGS_EQUAL(3, opening.pages);
  mm::set_page_kind(*at(18), mm::PageKind::Allocated);
}

TEST(Opening, a_larger_block_counts_whole) {
  page* const large = pages.alloc(GFP_KERNEL, 4, kCaller);
  const Opening opening = cheapest_opening({pages}, ZoneType::Normal, 2);
  POINTERS_EQUAL(large, opening.first);
  UNSIGNED_LONGS_EQUAL(16, opening.pages);
  UNSIGNED_LONGS_EQUAL(16, opening.span);
  pages.free(large, 4, kCaller);
}

TEST(Opening, nowhere_if_all_is_reserved) {
  const mm::PageRange reserved[] = {{TestArena::first_pfn(), TestArena::first_pfn() + 64}};
  TestArena closed{{.pages = 64, .reserved = reserved}};
  POINTERS_EQUAL(nullptr, cheapest_opening({closed.pages()}, ZoneType::Normal, 0).first);
}

TEST_GROUP(Explain) {
  char buffer[1024];
  BufferSink out{buffer};
};

TEST(Explain, a_broken_up_zone) {
  TestArena arena{{.pages = 64, .list_limit = 0}};
  mm::PageAllocator& pages = arena.pages();
  page* got[64];
  for (page*& p : got) p = pages.alloc(GFP_KERNEL, 0, kCaller);
  for (page*& p : got) {
    if (((pages.pfn(p) - arena.start()) & 1) != 0) continue;
    pages.free(p, 0, kCaller);
    p = nullptr;
  }
  explain(out, {pages}, GFP_ATOMIC, 2);
  check_text(
      out.text(),
      "order 2 in Normal refused: 128 kB free in 32 blocks, largest free order 0; watermark min 0 pages");
  check_text(out.text(), "; freeing 2 of the 4 pages at pfn ");
  check_text(out.text(), " and 1 more block) would make one");
  CHECK(std::strstr(out.text(), "needed") == nullptr);
  CHECK(std::strstr(out.text(), "sleep") == nullptr);
  out.clear();
  explain(out, {pages}, GFP_KERNEL, 2);
  check_text(out.text(), "It may sleep, so it reclaims before it fails");
  for (page* p : got) pages.free(p, 0, kCaller);
  out.clear();
  explain(out, {pages}, GFP_KERNEL, 2);
  check_text(out.text(), "order 2 granted from Normal: 256 kB free in ");
}

TEST(Explain, want_of_memory) {
  TestArena arena{{.pages = 256, .min_free_kbytes = 256, .list_limit = 0}};
  mm::PageAllocator& pages = arena.pages();
  page* got[256] = {};
  std::size_t count = 0;
  while ((got[count] = pages.alloc(GFP_NOWAIT | kQuiet, 0, kCaller)) != nullptr) ++count;
  explain(out, {pages}, GFP_NOWAIT, 0);
  check_text(out.text(), "order 0 in Normal refused: 256 kB free in ");
  check_text(out.text(), "watermark min 64 pages; 1 more free page is needed");
  out.clear();
  explain(out, {pages}, GFP_ATOMIC, 0);
  check_text(out.text(), "order 0 granted from Normal below its low mark of 80 pages, and kswapd is woken: ");
  check_text(out.text(), "it must leave 24");
  out.clear();
  explain(out, {pages}, GFP_ATOMIC, mm::kMaxOrder + 1);
  check_text(out.text(), "refused: the largest block is of order ");
  for (std::size_t i = 0; i < count; ++i) pages.free(got[i], 0, kCaller);
}

TEST(Explain, masks) {
  explain_gfp(out, GFP_ATOMIC | __GFP_HIGHMEM);
  check_text(out.text(), "HighMem, then Normal, then DMA");
  check_text(out.text(), "37.5% of min");
  check_text(out.text(), "may sleep  no");
  check_text(out.text(), "__GFP_ATOMIC");
  out.clear();
  explain_gfp(out, GFP_NOFS | GFP_DMA);
  check_text(out.text(), "zones      DMA\n");
  check_text(out.text(), "may sleep  yes\n");
  check_text(out.text(), "with I/O, without file systems");
}
