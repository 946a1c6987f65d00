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

TEST(VmallocMemory, rights_change_for_the_pages_that_are_named) {
  ArmWorld w;
  auto* const p = static_cast<char*>(w.alloc(40 * kPageSize));
  const auto attr = [&](std::size_t i) { return w.mapper().translate(virt_of(p + i * kPageSize))->attr; };
  const mm::VmallocSpace::Asker who{"set_memory", nullptr};
  CHECK_TRUE(ok(w.space.protect(p + 3 * kPageSize, 20, {.write = false}, who)));
  CHECK_TRUE(ok(w.space.protect(p + 10 * kPageSize, 2, {.exec = true}, who)));
  CHECK_TRUE(ok(w.space.protect(p + 12 * kPageSize, 1, {.write = true}, who)));
  for (std::size_t i = 0; i < 40; ++i) {
    const arch::PageAttr expected = i == 10 || i == 11            ? arch::kKernelText
                                    : i < 3 || i >= 23 || i == 12 ? arch::kKernelData
                                                                  : arch::kKernelRoData;
    CHECK_TRUE(expected == attr(i));
  }
  // Text among them stays executable; a range with text in it does not become writable, nor any part of it.
  CHECK_TRUE(ok(w.space.protect(p, 40, {.write = false}, who)));
  CHECK_TRUE(arch::kKernelText == attr(10) && arch::kKernelRoData == attr(0));
  CHECK_TRUE(w.space.protect(p, 40, {.write = true}, who) == Err::Inval);
  CHECK_TRUE(logged("writable and executable"));
  CHECK_TRUE(arch::kKernelText == attr(10) && arch::kKernelRoData == attr(0));
  w.check();
  w.free(p);
  w.check_empty();
}

TEST(VmallocMemory, rights_of_what_vmalloc_did_not_give_stay) {
  ArmWorld w;
  auto* const p = static_cast<char*>(w.alloc(2 * kPageSize));
  page* const one = w.pages.alloc(GFP_KERNEL, 0, nullptr);
  page* pages[] = {one};
  void* const mapped = w.space.map(pages, arch::kKernelData, {"vmap", nullptr});
  const mm::VmallocSpace::Asker who{"set_memory_ro", nullptr};
  const auto refused = [&](const void* at, std::size_t count) {
    take_log();
    return w.space.protect(at, count, {.write = false}, who) == Err::Inval && logged("set_memory_ro: ");
  };
  CHECK_TRUE(refused(p, 3));
  CHECK_TRUE(refused(p, SIZE_MAX));
  CHECK_TRUE(refused(p + kPageSize, 2));
  CHECK_TRUE(refused(p + 2 * kPageSize, 1));  // the guard page
  CHECK_TRUE(refused(p + 16, 1));
  CHECK_TRUE(refused(mapped, 1));
  CHECK_TRUE(refused(nullptr, 1));
  CHECK_TRUE(arch::kKernelData == w.mapper().translate(virt_of(p))->attr);
  w.space.unmap(mapped, {"vunmap", nullptr});
  w.pages.free(one, 0, nullptr);
  w.free(p);
  w.check_empty();
}
