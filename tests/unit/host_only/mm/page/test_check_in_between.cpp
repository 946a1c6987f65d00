// SPDX-License-Identifier: MIT
// The check at every moment at which somebody else could run: whenever interrupts are switched on inside an operation.
#include <CppUTest/TestHarness.h>

#include <arch_impl/fake_irq.hpp>
#include <cstring>
#include <lib/text_sink.hpp>
#include <mm/page_allocator.hpp>

#include "fakes/test_arena.hpp"

using namespace mink;
using namespace mink::mm;
using mink::fakes::fake_irq;
using mink::fakes::TestArena;

namespace {

const void* const kCaller = reinterpret_cast<const void*>(0x1234);

struct Looker {
  PageAllocator* pages;
  unsigned looks = 0;
  char text[256] = {};

  static void look(void* context) {
    auto& self = *static_cast<Looker*>(context);
    BufferSink why{self.text};
    ++self.looks;
    if (!self.pages->check(why)) FAIL(self.text);
  }
};

// An interrupt that takes or gives a block of any order, wherever one can come.
struct Taker {
  PageAllocator* pages;
  page* held[32] = {};
  unsigned order_of_held[32] = {};
  unsigned runs = 0;

  static void run(void* context) {
    auto& self = *static_cast<Taker*>(context);
    const unsigned slot = self.runs++ * 7 % 32, order = self.runs % 5;
    page*& p = self.held[slot];
    if (p != nullptr) {
      self.pages->free(p, self.order_of_held[slot], kCaller);
      p = nullptr;
    } else if ((p = self.pages->alloc(GFP_ATOMIC | __GFP_NOWARN, order, kCaller)) != nullptr) {
      self.order_of_held[slot] = order;
    }
  }
  void give_all() {
    for (unsigned i = 0; i < 32; ++i)
      if (held[i] != nullptr) pages->free(held[i], order_of_held[i], kCaller);
  }
};

}  // namespace

TEST_GROUP(CheckInBetween){void teardown() override{fakes::reset_fake_irq();
}
}
;

TEST(CheckInBetween, EveryOperationLeavesNothingHalfDoneWhereInterruptsAreOn) {
  TestArena arena;
  PageAllocator& pages = arena.pages();
  Looker looker{&pages};
  fake_irq.context = &looker;
  fake_irq.on_enable = Looker::look;
  for (unsigned order = 0; order <= 4; ++order) {
    page* const p = pages.alloc(GFP_KERNEL | __GFP_COMP, order, kCaller);
    CHECK(p != nullptr);
    pages.free(p, order, kCaller);
  }
  page* const block = pages.alloc(GFP_ATOMIC, 3, kCaller);
  pages.split(block, 3, kCaller);
  for (unsigned i = 0; i < 8; ++i) pages.free(block + i, 0, kCaller);
  page* const whole = pages.alloc(GFP_KERNEL, 3, kCaller);
  pages.trim(whole, 3, 5, kCaller);
  for (unsigned i = 0; i < 5; ++i) pages.free(whole + i, 0, kCaller);
  page* many[21] = {};
  UNSIGNED_LONGS_EQUAL(21, pages.alloc_bulk(GFP_KERNEL, many, kCaller));
  pages.free_bulk(many, kCaller);
  pages.drain_lists();
  CHECK(looker.looks > 50);
}

TEST(CheckInBetween, ABlockInFluxMayHavePagesWithStates) {
  TestArena arena;
  page* const block = arena.pages().alloc(GFP_KERNEL, 2, kCaller);
  char text[256];
  BufferSink why{text};
  block[3].state = page_state::block(PageKind::Allocated, 0);
  CHECK_FALSE(arena.pages().check(why));
  block->state |= page_state::kInFlux;
  CHECK(arena.pages().check(why));
  block->state &= ~page_state::kInFlux;
  block[3].state = 0;
  CHECK(arena.pages().check(why));
  arena.pages().free(block, 2, kCaller);
}

// High memory cannot be zeroed without a window: the block goes back, and interrupts are given it at once, for another
// mask. What comes instead is still what was asked for.
TEST(CheckInBetween, ABlockGivenBackIsSomebodyElsesAtOnce) {
  TestArena arena{{.pages = 64, .highmem_pages = 32}};
  std::memset(arena.backing(arena.pages().mem_map()), 1, 64 * kPageSize);
  fake_irq.context = &arena.pages();
  fake_irq.on_enable = [](void* pages) {
    page* p;
    do {
      p = static_cast<PageAllocator*>(pages)->alloc(GFP_ATOMIC | __GFP_HIGHMEM | __GFP_NOWARN, 0, nullptr);
    } while (p != nullptr && zone_of(*p) == ZoneType::HighMem);
    if (p != nullptr) static_cast<PageAllocator*>(pages)->free(p, 0, nullptr);
  };
  page* const p = arena.pages().alloc(GFP_HIGHUSER | __GFP_ZERO, 1, kCaller);
  fakes::reset_fake_irq();
  CHECK(p != nullptr && zone_of(*p) == ZoneType::Normal);
  LONGS_EQUAL(0, static_cast<char*>(arena.backing(p))[0]);
}

TEST(CheckInBetween, InterruptsComeWhileItLooksAndAreNoFault) {
  constexpr unsigned kLargest = 1u << kMaxOrder, kPieces = 3;
  TestArena arena{{.pages = kPieces * kLargest, .min_free_kbytes = 0}};
  Taker taker{&arena.pages()};
  fake_irq.context = &taker;
  fake_irq.on_enable = Taker::run;
  fake_irq.anywhere = true;
  char text[256];
  for (unsigned i = 0; i < 50; ++i) {
    BufferSink why{text};
    const unsigned before = taker.runs;
    if (!arena.pages().check(why)) FAIL(text);
    CHECK(taker.runs - before > kPieces);  // off for one piece at a time
  }
  fakes::reset_fake_irq();
  taker.give_all();
  CHECK(arena.whole());
}
