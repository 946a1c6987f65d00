// SPDX-License-Identifier: MIT
// Wrong frees, one of each kind: named, reported once with who did it, and without consequences. And what else the page
// allocator says: failures, and masks that are wrong for their context.
#include <CppUTest/TestHarness.h>

#include <mm/page_allocator.hpp>
#include <sync/preempt.hpp>

#include "fakes/log.hpp"
#include "fakes/test_arena.hpp"

using namespace mink;
using namespace mink::mm;
using mink::fakes::TestArena;

namespace {
const void* const kCaller = reinterpret_cast<const void*>(0x1234);
const void* const kOther = reinterpret_cast<const void*>(0x5678);
}  // namespace

TEST_GROUP(PageFaults) {
  TestArena arena;
  PageAllocator& pages = arena.pages();
  std::size_t faults = 0;
  std::size_t free_before = 0;

  void setup() override { fakes::take_log(); }
  // The last call must have been refused for this reason, said so, and changed nothing.
  void refused(FreeFault why) {
    LONGS_EQUAL(faults + 1, pages.faults());
    ++faults;
    CHECK_TEXT(pages.last_fault() == why, fault_name(pages.last_fault()));
    CHECK(fakes::logged("BUG: "));
    CHECK(fakes::logged("; refused, called from"));
    CHECK(fakes::logged(fault_name(why)));
    fakes::take_log();
    LONGS_EQUAL(free_before, pages.free_pages());
    CHECK(arena.sound());
  }
};

TEST(PageFaults, DoubleFree) {
  page* const p = pages.alloc(GFP_NOWAIT, 0, kCaller);
  pages.free(p, 0, kCaller);
  free_before = pages.free_pages();
  pages.free(p, 0, kCaller);
  refused(FreeFault::AlreadyFree);
  pages.drain_lists();  // merged: now inside a large free block
  page* const second = pages.alloc(GFP_NOWAIT, 1, kCaller);
  pages.free(second, 1, kCaller);
  pages.free(second, 1, kCaller);
  refused(FreeFault::AlreadyFree);
  pages.free(second + 1, 0, kCaller);
  refused(FreeFault::AlreadyFree);
}

TEST(PageFaults, WrongOrder) {
  page* const p = pages.alloc(GFP_NOWAIT, 2, kCaller);
  page* const compound = pages.alloc(GFP_NOWAIT | __GFP_COMP, 2, kCaller);
  free_before = pages.free_pages();
  for (const unsigned order : {0u, 1u, 3u, 10u, 99u}) {
    pages.free(p, order, kCaller);
    refused(FreeFault::WrongOrder);
    pages.free(compound, order, kCaller);
    refused(FreeFault::WrongOrder);
  }
  pages.free(compound, 2, kCaller);
  page* const q = pages.alloc(GFP_NOWAIT, 0, kCaller);
  free_before = pages.free_pages();
  pages.free(q, 1, kCaller);
  refused(FreeFault::WrongOrder);
  pages.free(p, 2, kCaller);
  pages.free(q, 0, kCaller);
  CHECK(arena.whole());
}

TEST(PageFaults, InnerPage) {
  page* const p = pages.alloc(GFP_NOWAIT, 3, kCaller);
  free_before = pages.free_pages();
  for (unsigned i = 1; i < 8; ++i) {
    pages.free(p + i, 0, kCaller);
    refused(FreeFault::InnerPage);
  }
  pages.free_address(pages.linear_address(p) + kPageSize, 0, kCaller);
  refused(FreeFault::InnerPage);
  pages.free(p, 3, kCaller);
  CHECK(arena.whole());
}

TEST(PageFaults, OutsideMemory) {
  free_before = pages.free_pages();
  page elsewhere[2] = {};
  pages.free(&elsewhere[0], 0, kCaller);
  refused(FreeFault::OutsideMemory);
  pages.free(reinterpret_cast<page*>(reinterpret_cast<char*>(pages.mem_map()) + 4), 0, kCaller);
  refused(FreeFault::OutsideMemory);
  pages.free(pages.mem_map() + 64, 0, kCaller);  // in the mem_map, behind the last page
  refused(FreeFault::OutsideMemory);
  pages.free_address(pages.linear_base().raw() - kPageSize, 0, kCaller);
  refused(FreeFault::OutsideMemory);
  pages.free_address(pages.linear_base().raw() + 64 * kPageSize, 0, kCaller);
  refused(FreeFault::OutsideMemory);
  pages.free_address(16, 0, kCaller);
  refused(FreeFault::OutsideMemory);
}

TEST(PageFaults, UnalignedAddress) {
  page* const p = pages.alloc(GFP_NOWAIT, 0, kCaller);
  free_before = pages.free_pages();
  pages.free_address(pages.linear_address(p) + 1, 0, kCaller);
  refused(FreeFault::Unaligned);
  pages.free_address(pages.linear_address(p) + 2048, 0, kCaller);
  refused(FreeFault::Unaligned);
  pages.free_address(pages.linear_address(p), 0, kCaller);
  CHECK(arena.whole());
}

TEST(PageFaults, PagesOfSlabsAndTables) {
  page* const p = pages.alloc(GFP_NOWAIT, 1, kCaller);
  free_before = pages.free_pages();
  set_slab_state(*p, true);
  pages.free(p, 1, kCaller);
  refused(FreeFault::SlabPage);
  pages.free(p + 1, 0, kCaller);
  refused(FreeFault::SlabPage);
  set_slab_state(*p, false);
  set_page_kind(*p, PageKind::PageTable);
  pages.free(p, 1, kCaller);
  refused(FreeFault::TablePage);
  set_page_kind(*p, PageKind::Allocated);
  pages.free(p, 1, kCaller);
  CHECK(arena.whole());
}

// kmalloc's blocks and vmalloc's pages are not anybody's to free; only their owner's kind releases them, and only the last
// reference.
TEST(PageFaults, BlocksOfKmallocAndVmalloc) {
  for (const unsigned order : {0u, 2u}) {
    for (const PageKind kind : {PageKind::Large, PageKind::Vmalloc}) {
      page* const p = pages.alloc(GFP_NOWAIT, order, kCaller);
      free_before = pages.free_pages();
      set_page_kind(*p, kind);
      const FreeFault fault = kind == PageKind::Large ? FreeFault::LargeBlock : FreeFault::AreaPage;
      pages.free(p, order, kCaller);
      refused(fault);
      pages.free(p, 1, kCaller);
      refused(fault);
      pages.free_address(pages.linear_address(p), order, kCaller);
      refused(fault);
      pages.put(p, kCaller);
      refused(fault);
      if (order != 0) {
        pages.free(p + 1, 0, kCaller);
        refused(fault);
      }
      CHECK_FALSE(pages.release(p, PageKind::Allocated, kCaller));
      pages.get(p, kCaller);
      CHECK_FALSE(pages.release(p, kind, kCaller));
      LONGS_EQUAL(2, p->_refcount);
      CHECK(kind_of(*p) == kind);
      pages.put(p, kCaller);
      LONGS_EQUAL(free_before, pages.free_pages());
      CHECK(arena.sound());
      CHECK(pages.release(p, kind, kCaller));
      CHECK(arena.whole());
    }
  }
}

TEST(PageFaults, ReservedPages) {
  const PageRange reserved[] = {{TestArena::first_pfn() + 8, TestArena::first_pfn() + 16}};
  TestArena with{{.reserved = reserved}};
  with.pages().free(with.pages().mem_map() + 8, 3, kCaller);
  CHECK(with.pages().last_fault() == FreeFault::Reserved);
  with.pages().free(with.pages().mem_map() + 11, 0, kCaller);
  CHECK(with.pages().last_fault() == FreeFault::Reserved);
  LONGS_EQUAL(2, with.pages().faults());
  CHECK(with.whole());
}

TEST(PageFaults, ReferencesOfWhatIsNotInUse) {
  page* const p = pages.alloc(GFP_NOWAIT, 1, kCaller);
  pages.free(p, 1, kCaller);
  free_before = pages.free_pages();
  pages.get(p, kCaller);
  refused(FreeFault::NotReferenced);
  pages.put(p, kCaller);
  refused(FreeFault::AlreadyFree);
}

TEST(PageFaults, GetAndPut) {
  page* const p = pages.alloc(GFP_NOWAIT | __GFP_COMP, 2, kCaller);
  pages.get(p + 3, kCaller);  // of a compound block any page counts for all
  LONGS_EQUAL(2, p->_refcount);
  free_before = pages.free_pages();
  pages.free(p, 2, kCaller);  // not while others hold it
  refused(FreeFault::Shared);
  LONGS_EQUAL(2, p->_refcount);
  pages.put(p + 1, kCaller);
  pages.free(p, 2, kCaller);
  CHECK(arena.whole());
  page* const q = pages.alloc(GFP_NOWAIT, 2, kCaller);
  pages.put(q, kCaller);
  CHECK(arena.whole());
  LONGS_EQUAL(1, pages.faults());
}

TEST(PageFaults, NothingIsNothing) {
  pages.free(nullptr, 0, kCaller);
  pages.free(nullptr, 5, kCaller);
  pages.free_address(0, 0, kCaller);
  pages.free_address(0, 3, kCaller);
  LONGS_EQUAL(0, pages.faults());
}

TEST(PageFaults, AFailureSaysWhatWasWanted) {
  CHECK(pages.alloc(GFP_ATOMIC | __GFP_ZERO, 7, kCaller) == nullptr);
  CHECK(fakes::logged("page allocation failure: order:7"));
  CHECK(fakes::logged("GFP_ATOMIC|__GFP_ZERO"));
  CHECK(fakes::logged("Normal: 0*4kB"));
  CHECK(fakes::logged("1*256kB"));
  fakes::take_log();
  CHECK(pages.alloc(GFP_ATOMIC | __GFP_NOWARN, 7, kCaller) == nullptr);
  STRCMP_EQUAL("", fakes::take_log());
  LONGS_EQUAL(2, pages.events().failures);
}

TEST(PageFaults, AMaskThatMaySleepInAtomicContextIsSaidOnceForEachCaller) {
  pages.begin_context_checks();
  sync::preempt_disable();
  page* const a = pages.alloc(GFP_KERNEL, 0, kCaller);
  sync::preempt_enable();
  CHECK(a != nullptr);
  CHECK(fakes::logged("BUG: sleeping function called from invalid context"));
  CHECK(fakes::logged("use GFP_ATOMIC here"));
  fakes::take_log();
  sync::preempt_disable();
  page* const b = pages.alloc(GFP_KERNEL, 0, kCaller);
  STRCMP_EQUAL("", fakes::take_log());
  page* const c = pages.alloc(__GFP_WAIT, 0, kOther);
  sync::preempt_enable();
  CHECK(fakes::logged("BUG: sleeping function"));
  fakes::take_log();
  const arch::IrqState irq = arch::irq_save();
  page* const d = pages.alloc(GFP_KERNEL, 2, kCaller);
  arch::irq_restore(irq);
  LONGS_EQUAL(4, pages.events().wrong_contexts);
  pages.free(a, 0, kCaller);
  pages.free(b, 0, kCaller);
  pages.free(c, 0, kCaller);
  pages.free(d, 2, kCaller);
  CHECK(arena.whole());
}

TEST(PageFaults, TheWrongMaskIsServedAsNowaitNotFromTheReserve) {
  TestArena small{{.pages = 1024, .min_free_kbytes = 256}};
  small.pages().begin_context_checks();
  sync::preempt_disable();
  while (small.pages().alloc(GFP_KERNEL | __GFP_NOFAIL | __GFP_NOWARN, 0, kCaller) != nullptr) {
  }
  sync::preempt_enable();
  LONGS_EQUAL(64, small.pages().free_pages());
  LONGS_EQUAL(0, small.pages().events().direct_reclaims);
}

namespace {
// Holds pages until it is asked for them.
class Hoard final : public Shrinker {
 public:
  explicit Hoard(PageAllocator& pages) : pages_{pages} {}
  void fill(unsigned count) {
    for (; count_ < count; ++count_) held_[count_] = pages_.alloc(GFP_NOWAIT, 0, kCaller);
  }
  std::size_t shrink(gfp_t gfp, std::size_t pages) override {
    ++asked;
    last_gfp = gfp;
    // An allocation in here must not come back in here.
    if (page* const p = pages_.alloc(GFP_KERNEL | __GFP_NOWARN, 0, kCaller); p != nullptr)
      pages_.free(p, 0, kCaller);
    std::size_t given = 0;
    for (; given < pages && given < most && count_ > 0; ++given) pages_.free(held_[--count_], 0, kCaller);
    return given;
  }
  unsigned asked = 0;
  std::size_t most = 1000;
  gfp_t last_gfp = 0;

 private:
  PageAllocator& pages_;
  page* held_[64] = {};
  unsigned count_ = 0;
};
}  // namespace

TEST(PageFaults, ASleepingAllocationGetsWhatShrinkersHold) {
  Hoard hoard{pages};
  hoard.fill(64);
  pages.add_shrinker(hoard);
  LONGS_EQUAL(0, pages.free_pages());
  CHECK(pages.alloc(GFP_NOWAIT | __GFP_NOWARN, 0, kCaller) == nullptr);
  CHECK(pages.alloc(GFP_ATOMIC | __GFP_NOWARN, 0, kCaller) == nullptr);
  LONGS_EQUAL(0, hoard.asked);
  page* const p = pages.alloc(GFP_NOFS, 0, kCaller);
  CHECK(p != nullptr);
  LONGS_EQUAL(1, hoard.asked);
  LONGS_EQUAL(GFP_NOFS, hoard.last_gfp);
  // A block of 16 pages: round after round, as long as there is progress.
  hoard.most = 4;
  page* const block = pages.alloc(GFP_KERNEL, 3, kCaller);
  CHECK(block != nullptr);
  CHECK(arena.sound());
}

TEST(PageFaults, NoretryAsksOnceAndCostlyOrdersToo) {
  Hoard hoard{pages};
  hoard.fill(64);
  hoard.most = 1;
  pages.add_shrinker(hoard);
  CHECK(pages.alloc(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 3, kCaller) == nullptr);
  LONGS_EQUAL(1, hoard.asked);
  hoard.asked = 0;
  CHECK(pages.alloc(GFP_KERNEL | __GFP_NOWARN, 4, kCaller) == nullptr);
  LONGS_EQUAL(1, hoard.asked);
  hoard.asked = 0;
  CHECK(pages.alloc(GFP_KERNEL | __GFP_NOWARN | __GFP_REPEAT, 4, kCaller) != nullptr);
  CHECK(hoard.asked > 4);
}

// HighMem is zeroed through the window, and comes from low memory if there is none.
TEST(PageFaults, ZeroedHighMemory) {
  class Window final : public PageWindow {
   public:
    explicit Window(TestArena& a) : arena_{a} {}
    void* open(PhysAddr pa) override {
      ++opened;
      return arena_.backing(arena_.pages().page_at(pfn_of(pa)));
    }
    void close() override { ++closed; }
    unsigned opened = 0, closed = 0;

   private:
    TestArena& arena_;
  };
  TestArena high{{.pages = 64, .highmem_pages = 32}};
  page* const low = high.pages().alloc(GFP_HIGHUSER | __GFP_ZERO, 1, kCaller);
  CHECK(zone_of(*low) == ZoneType::Normal);
  CHECK(high.sound());
  Window window{high};
  high.pages().set_window(&window);
  for (std::size_t i = 0; i < 64 * kPageSize; ++i) {
    if (i / kPageSize >= 32) static_cast<char*>(high.backing(high.pages().mem_map()))[i] = 1;
  }
  page* const p = high.pages().alloc(GFP_HIGHUSER | __GFP_ZERO, 1, kCaller);
  CHECK(zone_of(*p) == ZoneType::HighMem);
  LONGS_EQUAL(2, window.opened);
  LONGS_EQUAL(2, window.closed);
  for (std::size_t i = 0; i < 2 * kPageSize; ++i) LONGS_EQUAL(0, static_cast<char*>(high.backing(p))[i]);
}
