// SPDX-License-Identifier: MIT
// The shape of ARMv6's translation tables, stated once as data and proved here (ARM DDI 0301H, 6.11; short
// descriptors).
//
//   L1: 4096 words, one per megabyte  ->  fault | section 1 M | supersection 16 M (16 equal words) | L2 table
//   L2:  256 words, one per page      ->  fault | small page 4 K | large page 64 K (16 equal words)
#pragma once
#include <base/addr.hpp>
#include <cstddef>
#include <cstdint>

namespace mink::arch::arm {

using Descriptor = std::uint32_t;

struct Level {
  unsigned shift, bits;
};

inline constexpr Level kL1{20, 12};
inline constexpr Level kL2{12, 8};

constexpr std::size_t entries(Level level) { return std::size_t{1} << level.bits; }
constexpr std::size_t table_bytes(Level level) { return sizeof(Descriptor) * entries(level); }
constexpr std::size_t span_bytes(Level level) { return std::size_t{1} << level.shift; }
constexpr unsigned index(Level level, VirtAddr va) {
  return static_cast<unsigned>(va.raw() >> level.shift) & static_cast<unsigned>(entries(level) - 1);
}

inline constexpr std::size_t kSmallPage = span_bytes(kL2);
inline constexpr std::size_t kLargePage = 64 * 1024;
inline constexpr std::size_t kSection = span_bytes(kL1);
inline constexpr std::size_t kSupersection = 16 * kSection;

// A large page and a supersection are written as this many equal words, aligned to their own size in the
// table.
inline constexpr unsigned kRepeat = 16;

// Four L2 tables fill a page. The page of a table also serves its three neighbours in the aligned group of
// four L1 entries, so the L1 words themselves say which quarters are used: there are no other books.
inline constexpr unsigned kTablesPerPage = static_cast<unsigned>(kPageSize / table_bytes(kL2));

// TTBCR.N = 1: TTBR0 covers the lower 2 GB with a table of half the size; TTBR1 the upper 2 GB, with a
// full-size table whose lower half is never read. One 16 KB table serves as both, its lower half being the
// empty user half.
inline constexpr unsigned kTtbcrN = 1;
inline constexpr VirtAddr kKernelHalf{std::uintptr_t{1} << (32 - kTtbcrN)};

// Of the data cache that descriptor writes are cleaned from: the shortest of any CPU's, so a step over no line. A longer one
// is cleaned twice, which costs time and no right; what invalidates asks the CPU (arch_arm/dma_cache.hpp).
inline constexpr std::size_t kCacheLine = 32;

static_assert(kL1.shift + kL1.bits == 32, "L1 spans the address space");
static_assert(kL2.shift + kL2.bits == kL1.shift, "the levels tile");
static_assert(table_bytes(kL1) == 16384 && table_bytes(kL2) == 1024);
static_assert(kSmallPage == kPageSize && kLargePage == kRepeat * kSmallPage &&
              kSupersection == kRepeat * kSection);
static_assert(kTablesPerPage == 4);
static_assert(index(kL1, kKernelHalf) == entries(kL1) / 2, "TTBR1 uses the upper half of its table");
static_assert(index(kL1, VirtAddr{0xC0123456}) == 0xC01 && index(kL2, VirtAddr{0xC0123456}) == 0x23);

}  // namespace mink::arch::arm
