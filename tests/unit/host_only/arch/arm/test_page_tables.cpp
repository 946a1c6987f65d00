// SPDX-License-Identifier: MIT
#include "table_fixture.hpp"

using namespace mink;
using namespace mink::arch;
using namespace mink::arch::arm;
using Step = mink::fakes::MmuRecorder::Step;

namespace {
constexpr VirtAddr kVa{0xD0000000};
constexpr PhysAddr kPa{0x50123000};
}  // namespace

TEST_GROUP(PageTables) {
  fakes::Tables t;

  void expect(VirtAddr va, PhysAddr pa, PageAttr attr, std::size_t granule) {
    const auto found = t.tables.translate(va);
    CHECK_TRUE(found.has_value());
    CHECK_EQUAL(pa.raw(), found->pa.raw());
    CHECK_TRUE(found->attr == attr);
    CHECK_EQUAL(granule, found->granule);
  }
  void expect_hole(VirtAddr va) { CHECK_FALSE(t.tables.translate(va).has_value()); }
  std::size_t count(Step s) { return t.mmu.count(s); }
};

TEST(PageTables, maps_one_page_and_nothing_beside_it) {
  CHECK_TRUE(ok(t.tables.map_run(kVa + kPageSize, kPa, 1, kKernelData)));
  expect_hole(kVa);
  expect(kVa + kPageSize + 0x123, kPa + 0x123, kKernelData, kSmallPage);
  expect_hole(kVa + 2 * kPageSize);
  t.check();
}

TEST(PageTables, a_new_table_is_cleaned_whole_before_l1_names_it) {
  CHECK_TRUE(ok(t.tables.map_run(kVa, kPa, 1, kKernelData)));
  const Step expected[] = {Step::Clean, Step::Dsb,               // the table page
                           Step::Store, Step::Clean, Step::Dsb,  // the L1 word
                           Step::Store, Step::Clean, Step::Dsb};
  CHECK_EQUAL(std::size(expected), t.mmu.steps.size());
  for (std::size_t i = 0; i < std::size(expected); ++i) CHECK_TRUE(expected[i] == t.mmu.steps[i]);
}

TEST(PageTables, a_new_executable_mapping_is_fetched_as_it_was_written) {
  CHECK_TRUE(ok(t.tables.map_run(kVa, kPa, 1, kKernelData)));
  t.mmu.steps.clear();
  CHECK_TRUE(ok(t.tables.map_run(kVa + kPageSize, kPa, 1, kKernelText)));
  const Step expected[] = {Step::Store,     Step::Clean, Step::Dsb, Step::CleanText, Step::Dsb,
                           Step::IcacheAll, Step::Btb,   Step::Dsb, Step::Isb};
  CHECK_EQUAL(std::size(expected), t.mmu.steps.size());
  for (std::size_t i = 0; i < std::size(expected); ++i) CHECK_TRUE(expected[i] == t.mmu.steps[i]);
}

TEST(PageTables, consecutive_words_are_cleaned_and_ordered_once) {
  CHECK_TRUE(ok(t.tables.map_run(kVa, kPa, 1, kKernelData)));  // the table exists
  t.mmu.steps.clear();
  CHECK_TRUE(ok(t.tables.map_run(kVa + kPageSize, kPa + kPageSize, 40, kKernelData)));
  CHECK_EQUAL(40u, count(Step::Store));
  CHECK_EQUAL(1u, count(Step::Clean));
  CHECK_EQUAL(1u, count(Step::Dsb));
  CHECK_EQUAL(0u, count(Step::TlbMva) + count(Step::TlbAll));  // the TLB keeps no holes
  t.check();
}

TEST(PageTables, large_pages_where_both_ends_allow) {
  const PhysAddr pa{0x50110000};
  CHECK_TRUE(ok(t.tables.map_run(kVa - kPageSize, pa - kPageSize, 34, kKernelData)));
  expect(kVa - kPageSize, pa - kPageSize, kKernelData, kSmallPage);
  expect(kVa, pa, kKernelData, kLargePage);
  expect(kVa + 0x1ABCD, pa + 0x1ABCD, kKernelData, kLargePage);
  expect(kVa + 0x20000, pa + 0x20000, kKernelData, kSmallPage);
  t.check();
  CHECK_TRUE(
      ok(t.tables.map_run(kVa + 0x100000, pa + kPageSize, 32, kKernelData)));  // ends differ: never large
  expect(kVa + 0x100000, pa + kPageSize, kKernelData, kSmallPage);
  t.check();
}

TEST(PageTables, a_run_may_cross_tables) {
  const VirtAddr va{0xD03FF000};  // the last page of a group of four megabytes
  CHECK_TRUE(ok(t.tables.map_run(va, kPa, 258, kKernelData)));
  CHECK_EQUAL(2u, t.memory.live);
  for (std::size_t i = 0; i < 258; ++i)
    expect(va + i * kPageSize, kPa + i * kPageSize, kKernelData, kSmallPage);
  expect_hole(va + 258 * kPageSize);
  t.check();
  t.tables.unmap_run(va, 258);
  for (std::size_t i = 0; i < 258; ++i) expect_hole(va + i * kPageSize);
  t.tables.purge(va, va + 258 * kPageSize);
  CHECK_EQUAL(0u, t.mmu.unpurged());
  t.check();
}

TEST(PageTables, frames_from_anywhere_become_a_range) {
  PhysAddr frames[300];
  for (std::size_t i = 0; i < 300; ++i) frames[i] = PhysAddr{0x50000000 + (i * 37 % 300) * kPageSize};
  const VirtAddr va = kVa - 20 * kPageSize;
  CHECK_TRUE(ok(t.tables.map_frames(va, frames, kKernelData)));
  for (std::size_t i = 0; i < 300; ++i) expect(va + i * kPageSize, frames[i], kKernelData, kSmallPage);
  expect_hole(va - kPageSize);
  expect_hole(va + 300 * kPageSize);
  t.check();
}

TEST(PageTables, frames_without_a_table_page_leave_nothing_mapped) {
  const PhysAddr frames[] = {kPa, kPa + 0x5000};
  t.memory.fail_in = 2;
  CHECK_TRUE(t.tables.map_frames(kVa - kPageSize, frames, kKernelData) == Err::NoMem);
  expect_hole(kVa - kPageSize);
  expect_hole(kVa);
  t.check();
}

TEST(PageTables, four_neighbouring_megabytes_share_a_table_page) {
  for (const unsigned i : {2u, 0u, 3u, 1u}) {
    CHECK_TRUE(ok(t.tables.map_run(kVa + i * kSection, kPa + i * kPageSize, 1, kKernelData)));
  }
  CHECK_EQUAL(1u, t.memory.live);
  for (unsigned i = 0; i < 4; ++i) expect(kVa + i * kSection, kPa + i * kPageSize, kKernelData, kSmallPage);
  t.check();
}

TEST(PageTables, the_last_page_of_the_address_space_can_be_mapped) {
  const VirtAddr last{0xFFFFF000};
  CHECK_TRUE(ok(t.tables.map_run(last, kPa, 1, kKernelText)));
  expect(last, kPa, kKernelText, kSmallPage);
  t.tables.unmap_run(last, 1);
  t.tables.purge(last, last + kPageSize);
  CHECK_EQUAL(1u, t.tables.trim(last, last + kPageSize));
  t.check();
}

TEST(PageTables, removal_is_visible_to_the_walker_and_waits_for_its_purge) {
  CHECK_TRUE(ok(t.tables.map_run(kVa, kPa, 4, kKernelData)));
  t.tables.unmap_run(kVa, 4);
  expect_hole(kVa);
  CHECK_EQUAL(4u, t.mmu.unpurged());
  CHECK_EQUAL(0u, t.mmu.unseen());
  t.mmu.steps.clear();
  t.tables.purge(kVa, kVa + 4 * kPageSize);
  const Step expected[] = {Step::TlbMva, Step::TlbMva, Step::TlbMva, Step::TlbMva,
                           Step::Btb,    Step::Dsb,    Step::Isb};
  CHECK_EQUAL(std::size(expected), t.mmu.steps.size());
  for (std::size_t i = 0; i < std::size(expected); ++i) CHECK_TRUE(expected[i] == t.mmu.steps[i]);
  CHECK_EQUAL(0u, t.mmu.unpurged());
  CHECK_TRUE(ok(t.tables.map_run(kVa, kPa, 4, kKernelData)));
  t.check();
}

TEST(PageTables, the_recorder_notices_reuse_without_purge) {
  CHECK_TRUE(ok(t.tables.map_run(kVa, kPa, 1, kKernelData)));
  t.tables.unmap_run(kVa, 1);
  CHECK_TRUE(ok(t.tables.map_run(kVa, kPa, 1, kKernelData)));
  CHECK_EQUAL(1u, t.mmu.complaints.size());
}

TEST(PageTables, a_wide_purge_is_one_invalidation) {
  CHECK_TRUE(ok(t.tables.map_run(kVa, kPa, 300, kKernelData)));
  t.tables.unmap_run(kVa, 300);
  t.mmu.steps.clear();
  t.tables.purge(kVa, kVa + 300 * kPageSize);
  CHECK_EQUAL(1u, count(Step::TlbAll));
  CHECK_EQUAL(0u, count(Step::TlbMva));
  CHECK_EQUAL(0u, t.mmu.unpurged());
}

TEST(PageTables, holes_may_be_unmapped) {
  t.tables.unmap_run(kVa, 2048);
  CHECK_EQUAL(0u, count(Step::Store));
  CHECK_TRUE(ok(t.tables.map_run(kVa + 0x300000, kPa, 1, kKernelData)));
  t.tables.unmap_run(kVa, 2048);
  expect_hole(kVa + 0x300000);
  t.check();
}

TEST(PageTables, without_a_table_page_nothing_is_mapped) {
  t.memory.fail_in = 2;
  CHECK_TRUE(t.tables.map_run(kVa + 0x3FF000, kPa, 2, kKernelData) == Err::NoMem);
  expect_hole(kVa + 0x3FF000);
  expect_hole(kVa + 0x400000);
  t.check();
  CHECK_EQUAL(1u, t.tables.trim(kVa, kVa + 0x800000));
  CHECK_EQUAL(0u, t.memory.live);
}

TEST(PageTables, trim_gives_back_only_tables_that_map_nothing) {
  CHECK_TRUE(ok(t.tables.map_run(kVa, kPa, 1, kKernelData)));
  CHECK_TRUE(ok(t.tables.map_run(kVa + 0x400000, kPa, 1, kKernelData)));
  t.tables.unmap_run(kVa, 1);
  t.mmu.steps.clear();
  CHECK_EQUAL(1u, t.tables.trim(kVa, kVa + 0x800000));
  CHECK_EQUAL(1u, t.memory.live);
  CHECK_TRUE(count(Step::TlbAll) + count(Step::TlbMva) != 0);  // before the page is anybody else's
  CHECK_EQUAL(0u, t.tables.trim(kVa, kVa + 0x800000));
  expect(kVa + 0x400000, kPa, kKernelData, kSmallPage);
  t.check();
  CHECK_TRUE(ok(t.tables.map_run(kVa, kPa, 1, kKernelData)));
  t.check();
}

TEST(PageTables, protection_changes_by_break_before_make) {
  const PhysAddr pa{0x50110000};
  CHECK_TRUE(ok(t.tables.map_run(kVa, pa, 18, kKernelData)));
  CHECK_TRUE(ok(t.tables.protect_run(kVa, 18, kKernelText)));
  expect(kVa, pa, kKernelText, kLargePage);
  expect(kVa + 0x11000, pa + 0x11000, kKernelText, kSmallPage);
  CHECK_EQUAL(0u, t.mmu.unpurged());
  t.check();
  t.mmu.steps.clear();
  CHECK_TRUE(t.tables.protect_run(kVa + 0x10000, 3, kKernelData) == Err::Inval);  // a hole at the end
  CHECK_EQUAL(0u, t.mmu.steps.size());
  expect(kVa + 0x10000, pa + 0x10000, kKernelText, kSmallPage);
}

TEST(PageTables, protection_of_a_part_splits_a_large_page) {
  const PhysAddr pa{0x50110000};
  CHECK_TRUE(ok(t.tables.map_run(kVa, pa, 48, kKernelData)));
  CHECK_TRUE(ok(t.tables.protect_run(kVa + 14 * kPageSize, 20, kKernelRoData)));
  for (std::size_t i = 0; i < 48; ++i) {
    const bool changed = i >= 14 && i < 34;
    expect(kVa + i * kPageSize, pa + i * kPageSize, changed ? kKernelRoData : kKernelData,
           i >= 16 && i < 32 ? kLargePage : kSmallPage);
  }
  CHECK_EQUAL(0u, t.mmu.unpurged());
  t.check();
}

TEST(PageTables, text_beside_what_is_split_off_is_fetched_anew) {
  CHECK_TRUE(ok(t.tables.map_run(kVa, PhysAddr{0x50110000}, 16, kKernelText)));
  t.mmu.steps.clear();
  CHECK_TRUE(ok(t.tables.protect_run(kVa + kPageSize, 1, kKernelRoData)));
  expect(kVa, PhysAddr{0x50110000}, kKernelText, kSmallPage);
  expect(kVa + kPageSize, PhysAddr{0x50111000}, kKernelRoData, kSmallPage);
  CHECK_TRUE(t.mmu.steps.back() == Step::Isb);
  t.mmu.steps.clear();
  CHECK_TRUE(
      ok(t.tables.protect_run(kVa + 2 * kPageSize, 1, kKernelRoData)));  // it has no neighbours any more
  CHECK_TRUE(t.mmu.steps.back() == Step::Dsb);
  t.check();
}

TEST(PageTables, protection_changes_a_section_whole) {
  const PhysAddr pa{0x50300000};
  CHECK_TRUE(ok(t.tables.map_static(kVa, pa, 2 * kSection, kKernelData)));
  const std::size_t pages = kSection / kPageSize;
  CHECK_TRUE(t.tables.protect_run(kVa, pages / 2, kWriteCombined) == Err::Inval);
  CHECK_TRUE(t.tables.protect_run(kVa + kSection, pages + 1, kWriteCombined) == Err::Inval);
  CHECK_TRUE(ok(t.tables.protect_run(kVa + kSection, pages, kWriteCombined)));
  expect(kVa, pa, kKernelData, kSection);
  expect(kVa + kSection, pa + kSection, kWriteCombined, kSection);
  CHECK_EQUAL(0u, t.mmu.unpurged());
  t.check();
}

TEST(PageTables, protection_reaches_the_last_page_of_the_address_space) {
  const VirtAddr last{0xFFFFF000};
  CHECK_TRUE(ok(t.tables.map_run(last, kPa, 1, kKernelData)));
  CHECK_TRUE(ok(t.tables.protect_run(last, 1, kKernelRoData)));
  expect(last, kPa, kKernelRoData, kSmallPage);
  t.check();
}

TEST(PageTables, static_mappings_use_the_largest_granules) {
  const VirtAddr va{0xC0F00000};
  const PhysAddr pa{0x50F00000};
  CHECK_TRUE(ok(t.tables.map_static(va, pa, 0x01220000 + kPageSize, kKernelData)));
  expect(va, pa, kKernelData, kSection);
  expect(va + 0x100000, pa + 0x100000, kKernelData, kSupersection);
  expect(va + 0x10FFFFF, pa + 0x10FFFFF, kKernelData, kSupersection);
  expect(va + 0x1100000, pa + 0x1100000, kKernelData, kSection);
  expect(va + 0x1200000, pa + 0x1200000, kKernelData, kLargePage);
  expect(va + 0x1220000, pa + 0x1220000, kKernelData, kSmallPage);
  expect_hole(va + 0x1221000);
  expect_hole(va - kPageSize);
  t.check();
}

TEST(PageTables, the_check_finds_damage) {
  CHECK_TRUE(ok(t.tables.map_static(VirtAddr{0xC0000000}, PhysAddr{0x50000000}, kSupersection, kKernelData)));
  CHECK_TRUE(ok(t.tables.map_run(kVa, PhysAddr{0x50110000}, 16, kKernelData)));
  Descriptor* const l1 = t.memory.l1();
  Descriptor* const l2 = const_cast<Descriptor*>(t.tables.view().table_at(l2_table_address(l1[0xD00])));
  struct Damage {
    Descriptor* word;
    Descriptor value;
  };
  const Damage damages[] = {
      {&l1[0xC03], 0},                                                             // a hole in a supersection
      {&l1[0x000], section(PhysAddr{0x50000000}, kKernelData)},                    // page 0
      {&l1[0xD00], l1[0xD00] | 3u << 5},                                           // another domain
      {&l1[0xD01], l1[0xD00]},                                                     // a table used twice
      {&l1[0xE00], 3},                                                             // reserved
      {&l1[0xE00], section(PhysAddr{0x50000000}, {MemType::Normal, true, true})},  // W+X
      {&l2[7], 0},                                                                 // a hole in a large page
      {&l2[20], small_page(kPa, kKernelData) | 0x20},                              // user access
      {&l2[20], small_page(kPa, kKernelData) | 1u << 10},                          // Shared
      {&l2[20], small_page(kPa, kKernelData) | 1u << 11},                          // not global
  };
  t.check();
  for (const Damage& damage : damages) {
    const Descriptor saved = *damage.word;
    *damage.word = damage.value;
    VirtAddr where{};
    CHECK_TRUE(check_tables(t.tables.view(), where) != nullptr);
    *damage.word = saved;
  }
  t.check();
}
