// SPDX-License-Identifier: MIT
// Each page has one owner; what the allocators count is what is there, and a wrong book is named.
#include <CppUTest/TestHarness.h>

#include <cstring>
#include <inspect/ledger.hpp>

#include "unit/mm/slab/slab_box.hpp"

using namespace mink;
using namespace mink::inspect;
using mm::SlabBox;

namespace {

const void* const kCaller = reinterpret_cast<const void*>(0x1234);

}  // namespace

TEST_GROUP(Ledger) {
  char buffer[1024];
  BufferSink out{buffer};
  Ledger ledger;

  void adds_up(const Memory& memory) {
    out.clear();
    ledger.take(memory);
    if (!ledger.adds_up(out)) FAIL(buffer);
  }
  void does_not(const Memory& memory, const char* why) {
    out.clear();
    ledger.take(memory);
    CHECK_FALSE(ledger.adds_up(out));
    if (std::strstr(buffer, why) == nullptr)
      FAIL(StringFromFormat("\"%s\" is not in:\n%s", why, buffer).asCharString());
  }
};

TEST(Ledger, EveryPageHasOneOwner) {
  SlabBox box{256};
  mm::PageAllocator& pages = box.arena.pages();
  const Memory memory{pages, &box.slab};
  adds_up(memory);
  kmem_cache* const cache = box.make("things", 40);
  void* const object = box.take(*cache);
  void* const large = box.slab.kmalloc(20000, GFP_KERNEL, kCaller);
  page* const block = pages.alloc(GFP_KERNEL, 2, kCaller);
  page* const table = pages.alloc(GFP_KERNEL, 0, kCaller);
  mm::set_page_kind(*table, mm::PageKind::PageTable);
  adds_up(memory);
  UNSIGNED_LONGS_EQUAL(8, ledger.pages(Owner::Large));
  UNSIGNED_LONGS_EQUAL(4, ledger.pages(Owner::Pages));
  UNSIGNED_LONGS_EQUAL(1, ledger.pages(Owner::Tables));
  CHECK(ledger.pages(Owner::Slab) != 0);
  mm::set_page_kind(*table, mm::PageKind::Allocated);
  pages.free(table, 0, kCaller);
  pages.free(block, 2, kCaller);
  box.slab.kfree(large, kCaller);
  box.give(*cache, object);
  adds_up(memory);
  box.close();
}

TEST(Ledger, PrintsATableWhoseRowsAddUp) {
  fakes::TestArena arena{{.pages = 64, .dma_pages = 16}};
  page* const p = arena.pages().alloc(GFP_KERNEL, 3, kCaller);
  ledger.take({arena.pages()});
  ledger.print(out);
  STRCMP_EQUAL(
      "pages      managed      free    listed      slab   kmalloc   vmalloc  coherent     pages    tables  "
      "reserved\n"
      "DMA             16        16         0         0         0         0         0         0         0    "
      "     0\n"
      "Normal          48        40         0         0         0         0         0         8         0    "
      "     0\n"
      "all             64        56         0         0         0         0         0         8         0    "
      "     0\n",
      buffer);
  arena.pages().free(p, 3, kCaller);
}

TEST(Ledger, AWrongBookIsNamed) {
  SlabBox box{128};
  mm::PageAllocator& pages = box.arena.pages();
  const Memory memory{pages, &box.slab};
  page* const p = pages.alloc(GFP_KERNEL, 1, kCaller);
  mm::set_page_kind(*p, mm::PageKind::Slab);  // of no cache
  does_not(memory, "slab: counted: ");
  mm::set_page_kind(*p, mm::PageKind::Free);
  does_not(memory, "Normal: in the free lists: ");
  mm::set_page_kind(*p, mm::PageKind::Reserved);
  does_not(memory, "Normal: managed: ");
  mm::set_page_kind(*p, mm::PageKind::Inner);  // nobody's
  p->state = 0;
  does_not(memory, "Normal: present: ");
  p->state = mm::page_state::block(mm::PageKind::Allocated, 1) |
             mm::page_state::place(mm::ZoneType::Normal, mm::MigrateType::Unmovable);
  kmem_cache* const cache = box.make("things", 40);
  void* const object = box.take(*cache);
  ++cache->slab_count;
  does_not(memory, "slab: of the caches: ");
  --cache->slab_count;
  box.give(*cache, object);
  void* const large = box.slab.kmalloc(20000, GFP_KERNEL, kCaller);
  page* const head = pages.page_of(large);
  mm::set_page_kind(*head, mm::PageKind::Allocated);
  does_not(memory, "kmalloc: beyond its caches: ");
  mm::set_page_kind(*head, mm::PageKind::Large);
  box.slab.kfree(large, kCaller);
  pages.free(p, 1, kCaller);
  adds_up(memory);
  box.close();
}
