// SPDX-License-Identifier: MIT
// The kernel's final tables for machines of several shapes, read back page by page.
#include <arch_arm/linear_map.hpp>

#include "table_fixture.hpp"

using namespace mink;
using namespace mink::arch;
using namespace mink::arch::arm;

namespace {

constexpr PhysAddr kRam{0x50000000};
constexpr std::size_t kMiB = 1 << 20;
constexpr Guard kGuards[] = {{VirtAddr{0xC0072000}, 2 * kPageSize}, {VirtAddr{0xC0079000}, kPageSize}};
constexpr ImageLayout kImage{VirtAddr{0xC0008000}, VirtAddr{0xC0045000}, VirtAddr{0xC0061000},
                             VirtAddr{0xC0093000}, kGuards};
constexpr PhysAddr kVectorsPage{0x50009000};
constexpr PhysAddr kRegisters[] = {PhysAddr{0x7F000000}, PhysAddr{0x7E000000}};

}  // namespace

TEST_GROUP(LinearMap) {
  fakes::Tables t;

  Err build(std::span<const LowMemory> low, const ImageLayout& image = kImage) {
    return build_tables(t.tables, {kRam, low, image, kVectorsPage, kRegisters});
  }
  void expect_range(VirtAddr from, VirtAddr to, PageAttr attr, std::size_t granule) {
    for (VirtAddr va = from; va != to; va += kPageSize) {
      const auto found = t.tables.translate(va);
      CHECK_TRUE(found.has_value());
      CHECK_EQUAL((kRam + (va - kPageOffset)).raw(), found->pa.raw());
      CHECK_TRUE(found->attr == attr);
      if (granule != 0) CHECK_EQUAL(granule, found->granule);
    }
  }
  void expect_holes(VirtAddr from, VirtAddr to) {
    for (VirtAddr va = from; va < to; va += kPageSize) CHECK_FALSE(t.tables.translate(va).has_value());
  }
  // All but guards and what lies behind `end`; then what every machine has.
  void expect_machine(VirtAddr end) {
    expect_range(kPageOffset, kImage.start, kKernelData, 0);
    expect_range(kImage.start, kImage.text_end, kKernelText, 0);
    expect_range(kImage.text_end, kImage.rodata_end, kKernelRoData, 0);
    expect_range(kImage.rodata_end, kGuards[0].start, kKernelData, 0);
    for (const Guard& g : kGuards) expect_holes(g.start, g.start + g.bytes);
    expect_range(kGuards[1].start + kGuards[1].bytes, end, kKernelData, 0);
    expect_holes(end, kBootDevice);
    expect_holes(VirtAddr{0}, VirtAddr{0x10000});
    expect_holes(VirtAddr{0x7FFF0000}, kPageOffset);
    CHECK_EQUAL(0x7F005678u, t.tables.translate(kBootDevice + 0x5678)->pa.raw());
    CHECK_EQUAL(0x7E0FFFFCu, t.tables.translate(kBootDevice + 0x1FFFFC)->pa.raw());
    CHECK_TRUE(t.tables.translate(kBootDevice)->attr == kDeviceRegs);
    expect_holes(kBootDevice + 2 * kBootDeviceStep, kBootDevice + kBootDeviceSize);
    CHECK_EQUAL(kVectorsPage.raw(), t.tables.translate(kVectors)->pa.raw());
    CHECK_TRUE(t.tables.translate(kVectors)->attr == kKernelText);
    t.check();
  }
};

TEST(LinearMap, of_16_megabytes) {
  const LowMemory low[] = {{kRam, 16 * kMiB}};
  CHECK_TRUE(ok(build(low)));
  expect_machine(kPageOffset + 16 * kMiB);
  expect_range(kPageOffset + kMiB, kPageOffset + 16 * kMiB, kKernelData, kSection);
  CHECK_EQUAL(2u, t.memory.live);  // the image's megabyte, the vectors'
}

TEST(LinearMap, of_256_megabytes_is_supersections) {
  const LowMemory low[] = {{kRam, 256 * kMiB}};
  CHECK_TRUE(ok(build(low)));
  expect_machine(kPageOffset + 256 * kMiB);
  expect_range(kPageOffset + 16 * kMiB, kPageOffset + 256 * kMiB, kKernelData, kSupersection);
  CHECK_EQUAL(2u, t.memory.live);
}

TEST(LinearMap, what_may_change_later_has_no_supersections) {
  const LowMemory low[] = {{kRam, 32 * kMiB + 0x13000, true}, {kRam + 64 * kMiB, 16 * kMiB}};
  CHECK_TRUE(ok(build(low)));
  expect_range(kPageOffset + 16 * kMiB, kPageOffset + 32 * kMiB, kKernelData, kSection);
  expect_range(kPageOffset + 32 * kMiB, kPageOffset + 32 * kMiB + 0x10000, kKernelData, kLargePage);
  expect_range(kPageOffset + 64 * kMiB, kPageOffset + 80 * kMiB, kKernelData, kSupersection);
  t.check();
}

TEST(LinearMap, highmem_stays_out_of_it) {
  const LowMemory low[] = {{kRam, 24 * kMiB}};  // of 64, by highmem=40M
  CHECK_TRUE(ok(build(low)));
  expect_machine(kPageOffset + 24 * kMiB);
  expect_range(kPageOffset + 16 * kMiB, kPageOffset + 24 * kMiB, kKernelData, kSection);
}

TEST(LinearMap, a_ragged_end_is_pages) {
  const LowMemory low[] = {{kRam, 17 * kMiB + 0x13000}};
  CHECK_TRUE(ok(build(low)));
  const VirtAddr end = kPageOffset + 17 * kMiB + 0x13000;
  expect_machine(end);
  expect_range(end - 0x13000, end - 0x3000, kKernelData, kLargePage);
  expect_range(end - 0x3000, end, kKernelData, kSmallPage);
  CHECK_EQUAL(3u, t.memory.live);
}

TEST(LinearMap, banks_with_a_hole_between_them) {
  const LowMemory low[] = {{kRam, 4 * kMiB}, {kRam + 8 * kMiB, 24 * kMiB}};
  CHECK_TRUE(ok(build(low)));
  expect_range(kPageOffset + kMiB, kPageOffset + 4 * kMiB, kKernelData, kSection);
  expect_holes(kPageOffset + 4 * kMiB, kPageOffset + 8 * kMiB);
  expect_range(kPageOffset + 8 * kMiB, kPageOffset + 16 * kMiB, kKernelData, kSection);
  expect_range(kPageOffset + 16 * kMiB, kPageOffset + 32 * kMiB, kKernelData, kSupersection);
  t.check();
}

TEST(LinearMap, an_image_across_megabytes) {
  const ImageLayout image{
      VirtAddr{0xC00F8000}, VirtAddr{0xC0145000}, VirtAddr{0xC0161000}, VirtAddr{0xC0203000}, {}};
  const LowMemory low[] = {{kRam, 16 * kMiB}};
  CHECK_TRUE(ok(build(low, image)));
  expect_range(kPageOffset, image.start, kKernelData, 0);
  expect_range(image.start, image.text_end, kKernelText, 0);
  expect_range(image.text_end, image.rodata_end, kKernelRoData, 0);
  expect_range(image.rodata_end, VirtAddr{0xC0300000}, kKernelData, 0);
  CHECK_TRUE(t.tables.translate(VirtAddr{0xC0203000})->granule <= kLargePage);
  expect_range(VirtAddr{0xC0300000}, VirtAddr{0xC1000000}, kKernelData, kSection);
  t.check();
}

TEST(LinearMap, says_when_the_tables_cannot_be_had) {
  const LowMemory low[] = {{kRam, 17 * kMiB + 0x13000}};
  for (unsigned n = 1; n <= 3; ++n) {
    fakes::Tables fresh;
    fresh.memory.fail_in = n;
    CHECK_TRUE(build_tables(fresh.tables, {kRam, low, kImage, kVectorsPage, kRegisters}) == Err::NoMem);
    fresh.check();
  }
}
