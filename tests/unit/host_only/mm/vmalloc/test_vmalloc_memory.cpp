// SPDX-License-Identifier: MIT
// What only one of the two MMUs can show: contents; maintenance and table pages.
#include "worlds.hpp"

using namespace mink;
using namespace mink::fakes;

TEST_GROUP(VmallocMemory){};

TEST(VmallocMemory, what_is_written_through_the_area_is_in_the_pages) {
  HostWorld w;
  w.fragment();
  constexpr std::size_t kBytes = 64 * 1024;
  void* p = w.alloc(kBytes);
  for (std::size_t i = 0; i < kBytes; ++i) World::byte(p, i) = static_cast<unsigned char>(i * 7 + (i >> 12));
  for (std::size_t i = 0; i < kBytes; ++i) {
    const page* here = w.space.page_of(static_cast<char*>(p) + i);
    const unsigned char* in_page = w.arena.bytes(w.pages.phys(here)) + i % kPageSize;
    CHECK_EQUAL(static_cast<unsigned char>(i * 7 + (i >> 12)), *in_page);
  }
  w.free(p);
  w.unfragment();
  w.check_empty();
}

TEST(VmallocMemory, zeroed_when_asked_blocks_and_single_pages_low_and_high) {
  for (const bool fragmented : {false, true}) {
    HostWorld w{World::kPages / 2};
    if (fragmented) w.fragment();
    void* p = w.alloc(300 * kPageSize, GFP_KERNEL | __GFP_ZERO);
    CHECK_TRUE(p != nullptr);
    for (std::size_t i = 0; i < 300 * kPageSize; ++i) CHECK_EQUAL(0, World::byte(p, i));
    w.free(p);
    w.unfragment();
    w.check_empty();
  }
}

TEST(VmallocMemory, high_memory_first_and_low_when_it_is_used_up) {
  HostWorld w{World::kPages / 2};
  void* first = w.alloc(100 * kPageSize);
  for (std::size_t i = 0; i < 100; ++i) {
    POINTERS_EQUAL(nullptr, w.pages.address(w.space.page_of(static_cast<char*>(first) + i * kPageSize)));
  }
  void* low = w.alloc(100 * kPageSize, GFP_KERNEL | __GFP_DMA32);
  CHECK_TRUE(w.pages.address(w.space.page_of(low)) != nullptr);
  void* rest = w.alloc((World::kPages / 2) * kPageSize);
  CHECK_TRUE(rest != nullptr);
  const mm::Zone& high = w.pages.zone(mm::ZoneType::HighMem);
  CHECK_TRUE(w.pages.free_pages(mm::ZoneType::HighMem) <= high.mark.low);
  w.free(first);
  w.free(low);
  w.free(rest);
  w.check_empty();
}

TEST(VmallocMemory, what_little_high_memory_has_is_not_passed_over_for_a_larger_low_block) {
  HostWorld w{World::kPages / 2};
  void* most = w.alloc((World::kPages / 2 - 156) * kPageSize);
  CHECK_EQUAL(156u, w.pages.free_pages(mm::ZoneType::HighMem));
  w.pages.set_min_free_kbytes(64);
  CHECK_TRUE(w.pages.zone(mm::ZoneType::HighMem).mark.low >= 32);
  void* p = w.alloc(200 * kPageSize);  // a block of 128 would take high memory below its mark
  POINTERS_EQUAL(nullptr, w.pages.address(w.space.page_of(p)));
  CHECK_TRUE(w.pages.free_pages(mm::ZoneType::HighMem) <= w.pages.zone(mm::ZoneType::HighMem).mark.low);
  w.pages.set_min_free_kbytes(0);
  w.free(most);
  w.free(p);
  w.check_empty();
}

TEST(VmallocMemory, high_single_pages_come_before_low_blocks) {
  HostWorld w{World::kPages / 2};
  w.fragment();
  // Low memory is whole again; high memory has single pages alone.
  std::erase_if(w.held, [&](page* p) {
    if (w.pages.address(p) == nullptr) return false;
    w.pages.free(p, 0, nullptr);
    return true;
  });
  void* p = w.alloc(64 * kPageSize);
  for (std::size_t i = 0; i < 64; ++i) {
    POINTERS_EQUAL(nullptr, w.pages.address(w.space.page_of(static_cast<char*>(p) + i * kPageSize)));
  }
  w.free(p);
  w.unfragment();
  w.check_empty();
}

TEST(VmallocMemory, unused_tables_come_back_at_the_purge) {
  ArmWorld w;
  void* p = w.alloc(5 << 20);
  CHECK_TRUE(w.tables.table_pages() >= 2);
  void* q = w.alloc(kPageSize);
  w.free(p);
  w.space.purge();
  CHECK_EQUAL(1u, w.tables.table_pages());  // q's
  CHECK_TRUE(w.space.page_of(q) != nullptr);
  w.check();
  w.free(q);
  w.space.purge();
  CHECK_EQUAL(0u, w.tables.table_pages());
  w.check_empty();
}

TEST(VmallocMemory, a_run_of_frees_costs_one_tlb_purge) {
  ArmWorld w;
  for (unsigned i = 0; i < 50; ++i) w.free(w.alloc(kPageSize));
  CHECK_EQUAL(0u, w.recorder.count(MmuRecorder::Step::TlbAll) + w.recorder.count(MmuRecorder::Step::TlbMva));
  CHECK_EQUAL(50u, w.recorder.unpurged());
  w.space.purge();
  CHECK_EQUAL(0u, w.recorder.unpurged());
  w.check_empty();
}
