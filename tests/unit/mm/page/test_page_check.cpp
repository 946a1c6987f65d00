// SPDX-License-Identifier: MIT
// What the page allocator's check finds: each thing that can be wrong with a page is made so, is found and named, and is
// mended again. All other tests rely on it.
#include <CppUTest/TestHarness.h>

#include <mm/page_allocator.hpp>

#include "fakes/test_arena.hpp"

using namespace mink;
using namespace mink::mm;
using mink::fakes::TestArena;

namespace {

const void* const kCaller = reinterpret_cast<const void*>(0x1234);

// A page as it was, again when this ends.
class Restored {
 public:
  explicit Restored(page& p) : page_{p}, was_{p} {}
  ~Restored() { page_ = was_; }
  Restored(const Restored&) = delete;
  Restored& operator=(const Restored&) = delete;

 private:
  page& page_;
  const page was_;
};

void change_state(page& p, unsigned mask, unsigned bits) { p.state = (p.state & ~mask) | bits; }
void set_block(page& p, PageKind kind, unsigned order) {
  change_state(p, page_state::kBlockMask, page_state::block(kind, order));
}

}  // namespace

TEST_GROUP(PageCheck) {
  TestArena arena{{.pages = 64, .dma_pages = 16}};
  PageAllocator& pages = arena.pages();
  char text[2048];

  void setup() override { sound(); }
  void teardown() override { sound(); }
  void sound() {
    BufferSink why{text};
    if (!pages.check(why)) FAIL(text);
  }
  void finds(const char* words) {
    BufferSink why{text};
    CHECK_FALSE(pages.check(why));
    STRCMP_CONTAINS(words, text);
  }
  page& take(unsigned order) {
    page* const p = pages.alloc(GFP_NOWAIT, order, kCaller);
    CHECK(p != nullptr);
    return *p;
  }
  page& first(PageKind kind) {
    for (std::size_t i = 0; i < pages.map_count(); ++i)
      if (kind_of(pages.mem_map()[i]) == kind) return pages.mem_map()[i];
    FAIL("no such page");
    return *pages.mem_map();
  }
};

TEST(PageCheck, ABlockThatCannotBeginThere) {
  page& block = take(1);
  pages.split(&block, 1, kCaller);
  page& odd = (&block)[1];
  {
    const Restored was{odd};
    set_block(odd, PageKind::Allocated, 1);
    finds("a block of order 1 cannot begin here");
  }
  {
    const Restored was{odd};
    set_block(odd, PageKind::Allocated, kMaxOrder + 1);
    finds("cannot begin here");
  }
}

TEST(PageCheck, AnotherZone) {
  page& block = take(2);
  const Restored was{block};
  change_state(block, 3u << page_state::kZoneShift,
               static_cast<unsigned>(ZoneType::HighMem) << page_state::kZoneShift);
  finds("a block of order 2 of zone 2 lies in another");
}

TEST(PageCheck, AStateInsideABlock) {
  page& block = take(2);
  for (unsigned i = 1; i < 4; ++i) {
    const Restored was{(&block)[i]};
    (&block)[i].state = page_state::block(PageKind::Allocated, 0);
    finds("inside a block of order 2 there is a page with state");
  }
}

TEST(PageCheck, AStateThatIsNone) {
  page& block = take(0);
  const Restored was{block};
  change_state(block, page_state::kKindMask, 9);
  finds(" is none");
}

TEST(PageCheck, FreeBuddiesApart) {
  page& block = take(1);
  pages.split(&block, 1, kCaller);
  page& other = (&block)[1];
  const Restored was{block}, other_was{other};
  for (page* const p : {&block, &other}) {
    set_block(*p, PageKind::Free, 0);
    p->_refcount = 0;
    p->link = {&p->link, &p->link};
  }
  finds("two free buddies of order 0 apart");
}

TEST(PageCheck, References) {
  page& block = take(0);
  {
    const Restored was{block};
    block._refcount = 0;
    finds("in use, with 0 references");
  }
  page& free_one = first(PageKind::Free);
  {
    const Restored was{free_one};
    free_one._refcount = 1;
    finds("free, with 1 references");
  }
}

TEST(PageCheck, ABrokenList) {
  page& free_one = first(PageKind::Free);
  {
    const Restored was{free_one};
    free_one.link.prev = nullptr;
    finds("free, but its list is broken");
  }
  {
    const Restored was{free_one};
    free_one.link.next = &free_one.link;
    finds("the list does not end");
  }
}

TEST(PageCheck, AMemberOfAnotherState) {
  page& free_one = first(PageKind::Free);
  const unsigned order = order_of(free_one);
  {
    const Restored was{free_one};
    change_state(
        free_one, 3u << page_state::kMigrateShift,
        static_cast<unsigned>(page_state::type(free_one.state)) == 0 ? 1u << page_state::kMigrateShift : 0);
    finds("a member with state");
    finds("in the mem_map");
  }
  {
    const Restored was{free_one};
    change_state(free_one, 3u << page_state::kMigrateShift, 3u << page_state::kMigrateShift);
    finds("free, of type 3");
  }
  LONGS_EQUAL(static_cast<long>(order), static_cast<long>(order_of(free_one)));
}

TEST(PageCheck, Counts) {
  page& block = take(0);
  {
    const Restored was{block};
    set_block(block, PageKind::Reserved, 0);
    finds("used pages are not");
    finds("more given out than taken back");
  }
  {
    const Restored was{block};
    set_block(block, PageKind::Listed, 0);
    block.link = {&block.link, &block.link};
    finds("are listed");
  }
  {
    const Restored was{block};
    set_block(block, PageKind::Free, 0);
    block._refcount = 0;
    block.link = {&block.link, &block.link};
    finds("free blocks of order 0");
  }
}
