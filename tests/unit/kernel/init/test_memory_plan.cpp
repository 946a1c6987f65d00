// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include <kernel/memory_plan.hpp>

using namespace mink;
using namespace mink::kernel;

namespace {

constexpr std::uintptr_t M = 1u << 20;
constexpr AddressSpace kVersatile{PhysAddr{0}, VirtAddr{0xc0000000}, VirtAddr{0xff000000}, 4 * M};
constexpr AddressSpace kSamsung{PhysAddr{0x50000000}, VirtAddr{0xc0000000}, VirtAddr{0xff000000}, 4 * M};

}  // namespace

TEST_GROUP(MemoryPlan) {
  MemoryBanks banks;
  MemoryOptions options;
  char text[256];
  BufferSink report{text};

  void bank(std::uintptr_t start, std::uintptr_t size) { banks.add({PhysAddr{start}, size}); }
  MemoryPlan plan(const AddressSpace& space = kVersatile) {
    return plan_memory(banks, space, options, report);
  }
};

TEST(MemoryPlan, all_of_a_small_machine_is_low) {
  bank(0, 128 * M);
  const MemoryPlan p = plan();
  CHECK_TRUE(p.low_end == PhysAddr{128 * M});
  CHECK_FALSE(p.has_highmem());
  CHECK_TRUE(p.dma_end == PhysAddr{16 * M});
  CHECK_TRUE(p.high_memory == VirtAddr{0xc8000000});
  CHECK_TRUE(p.vmalloc_start == VirtAddr{0xc8800000});
  CHECK_TRUE(p.vmalloc_end == VirtAddr{0xff000000});
  STRCMP_EQUAL("", report.text());
}

TEST(MemoryPlan, memory_need_not_begin_at_zero) {
  bank(0x50000000, 64 * M);
  const MemoryPlan p = plan(kSamsung);
  CHECK_TRUE(p.low_end == PhysAddr{0x54000000});
  CHECK_TRUE(p.dma_end == PhysAddr{0x51000000});
  CHECK_TRUE(p.high_memory == VirtAddr{0xc4000000});
}

TEST(MemoryPlan, a_machine_of_16_mb_is_all_dma) {
  bank(0, 16 * M);
  const MemoryPlan p = plan();
  CHECK_TRUE(p.dma_end == p.low_end);
}

TEST(MemoryPlan, mem_cuts_from_the_top) {
  bank(0, 128 * M);
  options.mem = 40 * M;
  const MemoryPlan p = plan();
  CHECK_TRUE(p.ram_end == PhysAddr{40 * M});
  CHECK_EQUAL(40u * M, banks.total());
}

TEST(MemoryPlan, highmem_is_taken_from_the_top_in_whole_blocks) {
  bank(0, 64 * M);
  options.highmem = 14 * M;
  const MemoryPlan p = plan();
  CHECK_TRUE(p.low_end == PhysAddr{48 * M});
  CHECK_TRUE(p.has_highmem());
  CHECK_TRUE(p.vmalloc_start == VirtAddr{0xc3800000});
}

TEST(MemoryPlan, highmem_counts_memory_not_holes) {
  bank(0, 32 * M);
  bank(64 * M, 16 * M);
  options.highmem = 20 * M;
  const MemoryPlan p = plan();
  CHECK_TRUE(p.low_end == PhysAddr{28 * M});
  CHECK_TRUE(p.ram_end == PhysAddr{80 * M});
}

TEST(MemoryPlan, highmem_that_takes_all_is_named_and_ignored) {
  bank(0, 16 * M);
  options.highmem = 9 * M;
  const MemoryPlan p = plan();
  CHECK_FALSE(p.has_highmem());
  STRCMP_EQUAL("highmem=9M leaves less than 8M of low memory, ignored\n", report.text());
}

TEST(MemoryPlan, more_memory_than_addresses_becomes_highmem) {
  bank(0, 1024 * M);
  const MemoryPlan p = plan();
  CHECK_TRUE(p.low_end == PhysAddr{760 * M});  // 1008 - 240 - 8
  CHECK_TRUE(p.has_highmem());
  CHECK_TRUE(p.vmalloc_end - p.vmalloc_start >= 240 * M);
}

TEST(MemoryPlan, vmalloc_pushes_the_border_down) {
  bank(0, 256 * M);
  options.vmalloc = 900 * M;
  const MemoryPlan p = plan();
  CHECK_TRUE(p.low_end == PhysAddr{100 * M});
  CHECK_TRUE(p.has_highmem());
  CHECK_TRUE(p.vmalloc_end - p.vmalloc_start >= 900 * M);
}

TEST(MemoryPlan, the_gap_is_there_whatever_the_size) {
  bank(0, 64 * M + 4096);
  const MemoryPlan p = plan();
  CHECK_TRUE(p.high_memory == VirtAddr{0xc4001000});
  CHECK_TRUE(p.vmalloc_start == VirtAddr{0xc4800000});
}

TEST(MemoryPlan, dma_is_whole_blocks) {
  bank(0, 64 * M);
  options.dma = 5 * M;
  CHECK_TRUE(plan().dma_end == PhysAddr{8 * M});
}
