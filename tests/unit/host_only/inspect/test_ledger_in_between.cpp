// SPDX-License-Identifier: MIT
// The figures add up at every moment at which somebody else could run: whenever interrupts are switched on inside an operation.
#include <CppUTest/TestHarness.h>

#include <inspect/ledger.hpp>

#include "unit/host_only/mm/vmalloc/worlds.hpp"
#include "unit/mm/slab/slab_box.hpp"

using namespace mink;
using namespace mink::inspect;

namespace {

const void* const kCaller = reinterpret_cast<const void*>(0x1234);

struct Looker {
  Memory memory;
  unsigned looks = 0, settled = 0;
  char text[512] = {};

  static void look(void* context) {
    auto& self = *static_cast<Looker*>(context);
    BufferSink why{self.text};
    Ledger ledger;
    ledger.take(self.memory);
    ++self.looks;
    self.settled += ledger.settled() ? 1u : 0u;
    if (!ledger.adds_up(why)) FAIL(self.text);
  }
};

}  // namespace

TEST_GROUP(LedgerInBetween){void setup() override{fakes::reset_fake_irq();
}
void teardown() override { fakes::reset_fake_irq(); }

static void watch(Looker& looker) {
  fakes::fake_irq.context = &looker;
  fakes::fake_irq.on_enable = Looker::look;
}
}
;

TEST(LedgerInBetween, Slab) {
  mm::SlabBox box{256};
  Looker looker{{box.arena.pages(), &box.slab}};
  watch(looker);
  for (const slab_flags_t flags :
       {slab_flags_t{0}, slab_flags_t{SLAB_RECLAIM_ACCOUNT}, slab_flags_t{SLAB_POISON}}) {
    kmem_cache* const cache = box.make("things", 700, flags);
    void* held[60];
    for (void*& object : held) object = box.take(*cache);
    for (void* object : held) box.give(*cache, object);
    for (void*& object : held) object = box.take(*cache);
    for (unsigned i = 0; i < 60; ++i) box.give(*cache, held[(i * 7) % 60]);
    LONGS_EQUAL(0, box.slab.destroy(*cache, kCaller));
  }
  for (const std::size_t size : {9000u, 20000u, 65536u}) {
    void* const large = box.slab.kmalloc(size, GFP_KERNEL, kCaller);
    CHECK(large != nullptr);
    box.slab.kfree(large, kCaller);
  }
  box.slab.shrink(GFP_KERNEL, ~std::size_t{0});
  fakes::reset_fake_irq();
  CHECK(looker.looks > 500);
  box.close();
}

TEST(LedgerInBetween, Vmalloc) {
  fakes::ArmWorld world;
  Looker looker{{world.pages, nullptr, &world.space}};
  watch(looker);
  for (unsigned round = 0; round < 12; ++round) {
    void* areas[6];
    for (unsigned i = 0; i < 6; ++i) {
      areas[i] = world.alloc((i * 5 + 1) << kPageShift);
      CHECK(areas[i] != nullptr);
    }
    for (unsigned i = 0; i < 6; ++i) world.free(areas[(i + round) % 6]);
    world.space.purge();
  }
  fakes::reset_fake_irq();
  CHECK(looker.looks > 500);
  CHECK(looker.settled > 50);
  Looker::look(&looker);
  world.check_empty();
}

TEST(LedgerInBetween, AWrongBookOfVmallocIsNamed) {
  fakes::ArmWorld world;
  const Memory memory{world.pages, nullptr, &world.space};
  const auto names = [&](const char* words) {
    char text[512];
    BufferSink why{text};
    Ledger ledger;
    ledger.take(memory);
    CHECK_FALSE(ledger.adds_up(why));
    STRCMP_CONTAINS(words, text);
  };
  void* const area = world.alloc(2 * kPageSize);
  const VirtAddr va = virt_of(area);
  const PhysAddr pa = world.pages.phys(world.space.page_of(area));
  world.tables.unmap_run(va, 1);
  world.tables.purge(va, va + kPageSize);
  names("vmalloc: mapped: 2 pages in the mem_map, 1 in the books");
  CHECK_TRUE(ok(world.tables.map_run(va, pa, 1, arch::kKernelData)));
  page* const p = world.pages.alloc(GFP_KERNEL, 0, kCaller);
  mm::set_page_kind(*p, mm::PageKind::PageTable);
  names("tables: counted: ");
  mm::set_page_kind(*p, mm::PageKind::Vmalloc);
  names("vmalloc: counted: ");
  names("vmalloc: of the areas: ");
  mm::set_page_kind(*p, mm::PageKind::Allocated);
  world.pages.free(p, 0, kCaller);
  world.free(area);
  world.check_empty();
}
