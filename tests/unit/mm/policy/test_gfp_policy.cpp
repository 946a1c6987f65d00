// SPDX-License-Identifier: MIT
// What every flag means, as tables.
#include <CppUTest/TestHarness.h>

#include <cstring>
#include <mm/gfp_names.hpp>
#include <mm/gfp_policy.hpp>
#include <mm/watermark.hpp>

using namespace mink;
using namespace mink::mm;

TEST_GROUP(GfpPolicy){};

namespace {

struct Row {
  const char* name;
  gfp_t gfp;
  ZoneType zone;
  unsigned column;  // of lowmem_reserve
  MigrateType type;
  std::size_t mark;  // what is left of a min of 1024
  bool sleeps;
};

constexpr auto kDma = ZoneType::Dma;
constexpr auto kNormal = ZoneType::Normal;
constexpr auto kHigh = ZoneType::HighMem;
constexpr auto kU = MigrateType::Unmovable;
constexpr auto kM = MigrateType::Movable;
constexpr auto kR = MigrateType::Reclaimable;

// Every flag alone, every group, and the pairs that mean something together.
constexpr Row kRows[] = {
    {"none", 0, kNormal, 1, kU, 1024, false},
    {"__GFP_DMA", __GFP_DMA, kDma, 0, kU, 1024, false},
    {"__GFP_HIGHMEM", __GFP_HIGHMEM, kHigh, 2, kU, 1024, false},
    {"__GFP_DMA32", __GFP_DMA32, kNormal, 1, kU, 1024, false},
    {"__GFP_MOVABLE", __GFP_MOVABLE, kNormal, 1, kM, 1024, false},
    {"__GFP_RECLAIMABLE", __GFP_RECLAIMABLE, kNormal, 1, kR, 1024, false},
    {"__GFP_HIGH", __GFP_HIGH, kNormal, 1, kU, 512, false},
    {"__GFP_IO", __GFP_IO, kNormal, 1, kU, 1024, false},
    {"__GFP_FS", __GFP_FS, kNormal, 1, kU, 1024, false},
    {"__GFP_ZERO", __GFP_ZERO, kNormal, 1, kU, 1024, false},
    {"__GFP_ATOMIC", __GFP_ATOMIC, kNormal, 1, kU, 768, false},
    {"__GFP_DIRECT_RECLAIM", __GFP_DIRECT_RECLAIM, kNormal, 1, kU, 1024, true},
    {"__GFP_KSWAPD_RECLAIM", __GFP_KSWAPD_RECLAIM, kNormal, 1, kU, 1024, false},
    {"__GFP_WRITE", __GFP_WRITE, kNormal, 1, kU, 1024, false},
    {"__GFP_NOWARN", __GFP_NOWARN, kNormal, 1, kU, 1024, false},
    {"__GFP_RETRY_MAYFAIL", __GFP_RETRY_MAYFAIL, kNormal, 1, kU, 1024, false},
    {"__GFP_NOFAIL", __GFP_NOFAIL, kNormal, 1, kU, 1024, false},
    {"__GFP_NORETRY", __GFP_NORETRY, kNormal, 1, kU, 1024, false},
    {"__GFP_MEMALLOC", __GFP_MEMALLOC, kNormal, 1, kU, 0, false},
    {"__GFP_COMP", __GFP_COMP, kNormal, 1, kU, 1024, false},
    {"__GFP_NOMEMALLOC", __GFP_NOMEMALLOC, kNormal, 1, kU, 1024, false},
    {"__GFP_HARDWALL", __GFP_HARDWALL, kNormal, 1, kU, 1024, false},
    {"__GFP_THISNODE", __GFP_THISNODE, kNormal, 1, kU, 1024, false},
    {"__GFP_ACCOUNT", __GFP_ACCOUNT, kNormal, 1, kU, 1024, false},
    {"__GFP_COLD", __GFP_COLD, kNormal, 1, kU, 1024, false},
    {"__GFP_REPEAT", __GFP_REPEAT, kNormal, 1, kU, 1024, false},
    {"__GFP_WAIT", __GFP_WAIT, kNormal, 1, kU, 1024, true},
    {"GFP_KERNEL", GFP_KERNEL, kNormal, 1, kU, 1024, true},
    {"GFP_ATOMIC", GFP_ATOMIC, kNormal, 1, kU, 384, false},
    {"GFP_USER", GFP_USER, kNormal, 1, kU, 1024, true},
    {"GFP_HIGHUSER", GFP_HIGHUSER, kHigh, 2, kU, 1024, true},
    {"GFP_HIGHUSER_MOVABLE", GFP_HIGHUSER_MOVABLE, kHigh, 3, kM, 1024, true},
    {"GFP_NOIO", GFP_NOIO, kNormal, 1, kU, 1024, true},
    {"GFP_NOFS", GFP_NOFS, kNormal, 1, kU, 1024, true},
    {"GFP_NOWAIT", GFP_NOWAIT, kNormal, 1, kU, 1024, false},
    {"GFP_DMA", GFP_DMA, kDma, 0, kU, 1024, false},
    {"GFP_KERNEL_ACCOUNT", GFP_KERNEL_ACCOUNT, kNormal, 1, kU, 1024, true},
    {"atomic, no reserve", GFP_ATOMIC | __GFP_NOMEMALLOC, kNormal, 1, kU, 512, false},
    {"all, no reserve", __GFP_MEMALLOC | __GFP_NOMEMALLOC, kNormal, 1, kU, 1024, false},
    {"both movable and not", __GFP_MOVABLE | __GFP_RECLAIMABLE, kNormal, 1, kU, 1024, false},
    {"DMA and high", __GFP_DMA | __GFP_HIGHMEM, kDma, 0, kU, 1024, false},
    {"DMA32 and high", __GFP_DMA32 | __GFP_HIGHMEM, kNormal, 1, kU, 1024, false},
    {"movable DMA", __GFP_DMA | __GFP_MOVABLE, kDma, 0, kM, 1024, false},
};

}  // namespace

TEST(GfpPolicy, EveryFlag) {
  for (const Row& row : kRows) {
    CHECK_TEXT(zone_of_gfp(row.gfp) == row.zone, row.name);
    LONGS_EQUAL_TEXT(row.column, reserve_class(row.gfp), row.name);
    CHECK_TEXT(migrate_type_of(row.gfp) == row.type, row.name);
    LONGS_EQUAL_TEXT(row.mark, effective_mark(1024, alloc_depth(row.gfp)), row.name);
    CHECK_TEXT(may_sleep(row.gfp) == row.sleeps, row.name);
  }
}

TEST(GfpPolicy, HowLongEachGoesOn) {
  struct {
    const char* name;
    gfp_t gfp;
    unsigned order;
    unsigned rounds;
    bool endless, may_kill;
  } constexpr kPatience[] = {
      {"atomic", GFP_ATOMIC, 0, 0, false, false},
      {"nowait that must not fail", GFP_NOWAIT | __GFP_NOFAIL, 0, 0, false, false},
      {"kernel", GFP_KERNEL, 0, 16, false, true},
      {"kernel, 8 pages", GFP_KERNEL, 3, 16, false, true},
      {"kernel, costly", GFP_KERNEL, 4, 1, false, false},
      {"costly and patient", GFP_KERNEL | __GFP_RETRY_MAYFAIL, 4, 16, false, false},
      {"patient", GFP_KERNEL | __GFP_RETRY_MAYFAIL, 0, 16, false, false},
      {"repeat", GFP_KERNEL | __GFP_REPEAT, 0, 16, false, false},
      {"noretry", GFP_KERNEL | __GFP_NORETRY, 0, 1, false, false},
      {"nofail", GFP_KERNEL | __GFP_NOFAIL, 0, 16, true, true},
      {"nofail, costly", GFP_KERNEL | __GFP_NOFAIL, 5, 16, true, false},
      {"DMA", GFP_KERNEL | GFP_DMA, 0, 16, false, false},
      {"the books' wait", __GFP_WAIT, 0, 16, false, true},
  };
  for (const auto& row : kPatience) {
    const RetryPolicy policy = retry_policy(row.gfp, row.order);
    LONGS_EQUAL_TEXT(row.rounds, policy.rounds, row.name);
    CHECK_TEXT(policy.endless == row.endless, row.name);
    CHECK_TEXT(policy.may_kill == row.may_kill, row.name);
  }
}

TEST(GfpPolicy, EachBitHasOneMeaning) {
  GfpName flag;
  gfp_t seen = 0;
  unsigned count = 0;
  for (; gfp_flag(count, flag); ++count) {
    CHECK_TEXT((flag.mask & (flag.mask - 1)) == 0, flag.name);
    CHECK_TEXT((seen & flag.mask) == 0, flag.name);
    seen |= flag.mask;
  }
  LONGS_EQUAL(26, count);
}

TEST(GfpPolicy, WatermarkLeavesMarkAndReserveBehind) {
  struct {
    std::size_t free;
    std::uint32_t orders;
    unsigned order;
    std::size_t mark, reserve;
    unsigned depth;
    bool ok;
  } rows[] = {
      {101, 1, 0, 100, 0, 0, true},
      {100, 1, 0, 100, 0, 0, false},
      {51, 1, 0, 100, 0, kAllocHigh, true},
      {50, 1, 0, 100, 0, kAllocHigh, false},
      {39, 1, 0, 100, 0, kAllocHigh | kAllocHarder, true},  // 50 - 12
      {38, 1, 0, 100, 0, kAllocHigh | kAllocHarder, false},
      {51, 1, 0, 100, 0, kAllocOom, true},
      {50, 1, 0, 100, 0, kAllocOom, false},
      {1, 1, 0, 100, 50, kAllocNoWatermarks, true},
      {0, 0, 0, 0, 0, kAllocNoWatermarks, false},
      {1, 1, 0, 0, 0, 0, true},
      {0, 0, 0, 0, 0, 0, false},
      {151, 1, 0, 100, 50, 0, true},
      {150, 1, 0, 100, 50, 0, false},
      {100, 1, 0, 100, 50, kAllocHigh, false},  // the zone's reserve is not the mask's to use
      {1000, 0x7, 3, 100, 0, 0, false},         // nothing of that size
      {1000, 0x8, 3, 100, 0, 0, true},
      {1000, 0x400, 3, 100, 0, 0, true},
      {108, 0x8, 3, 100, 0, 0, true},  // the block's other 7 pages do not count
      {107, 0x8, 3, 100, 0, 0, false},
      {5, 0x8, 3, 0, 0, 0, false},
      {1000, 0x7, 3, 100, 0, kAllocNoWatermarks, false},
  };
  unsigned n = 0;
  for (const auto& row : rows) {
    CHECK_EQUAL_TEXT(row.ok, watermark_ok(row.free, row.orders, row.order, row.mark, row.reserve, row.depth),
                     StringFrom(n).asCharString());
    ++n;
  }
}

TEST(GfpPolicy, RetiredFlagsInTodaysWords) {
  LONGS_EQUAL(__GFP_RECLAIM, modern_gfp(__GFP_WAIT));
  LONGS_EQUAL(GFP_KERNEL, modern_gfp(__GFP_WAIT | __GFP_IO | __GFP_FS));
  LONGS_EQUAL(__GFP_RETRY_MAYFAIL, modern_gfp(__GFP_REPEAT));
  LONGS_EQUAL(__GFP_COLD, modern_gfp(__GFP_COLD));
}

TEST(GfpPolicy, HowOftenItIsTried) {
  LONGS_EQUAL(0, retry_policy(GFP_ATOMIC, 0).rounds);
  LONGS_EQUAL(0, retry_policy(GFP_NOWAIT | __GFP_NOFAIL, 0).rounds);
  CHECK(retry_policy(GFP_KERNEL, 3).rounds > 1);
  LONGS_EQUAL(1, retry_policy(GFP_KERNEL, 4).rounds);
  CHECK(retry_policy(GFP_KERNEL | __GFP_RETRY_MAYFAIL, 4).rounds > 1);
  CHECK(retry_policy(GFP_KERNEL | __GFP_REPEAT, 4).rounds > 1);
  LONGS_EQUAL(1, retry_policy(GFP_KERNEL | __GFP_NORETRY, 0).rounds);
  CHECK(retry_policy(GFP_KERNEL | __GFP_NOFAIL, 9).endless);
  CHECK(!retry_policy(GFP_KERNEL, 0).endless);
}

TEST(GfpPolicy, MarksAsLinuxComputesThem) {
  // The reference kernel: 31522 pages managed, min 354 pages; and its HighMem without memory.
  const Watermarks w = zone_watermarks(1418, 31522, 31522, false);
  LONGS_EQUAL(354, w.min);
  LONGS_EQUAL(442, w.low);
  LONGS_EQUAL(530, w.high);
  const Watermarks h = zone_watermarks(1418, 0, 31522, true);
  LONGS_EQUAL(32, h.min);
  LONGS_EQUAL(32, h.low);
  LONGS_EQUAL(32, h.high);
  LONGS_EQUAL(128, zone_watermarks(1418, 1000000, 31522, true).min);
  // A large zone: the step is a thousandth of it.
  LONGS_EQUAL(1262, zone_watermarks(4096, 262144, 262144, false).low - 24);
  LONGS_EQUAL(1418, default_min_free_kbytes(125672));
  LONGS_EQUAL(128, default_min_free_kbytes(100));
  if constexpr (sizeof(std::size_t) == 8) LONGS_EQUAL(262144, default_min_free_kbytes(~std::size_t{0} >> 5));
  for (unsigned long long n : {0ull, 1ull, 3ull, 4ull, 15ull, 16ull, 1ull << 40, (1ull << 40) - 1}) {
    const unsigned long long r = int_sqrt(n);
    CHECK(r * r <= n && (r + 1) * (r + 1) > n);
  }
}

TEST(GfpPolicy, LowZonesKeepPagesForThoseWhoNeedThem) {
  const std::size_t managed[kZones] = {4096, 12288, 8192};
  LONGS_EQUAL(0, lowmem_reserve(managed, 0, 0));
  LONGS_EQUAL(48, lowmem_reserve(managed, 0, 1));
  LONGS_EQUAL(80, lowmem_reserve(managed, 0, 2));
  LONGS_EQUAL(80, lowmem_reserve(managed, 0, 3));
  LONGS_EQUAL(0, lowmem_reserve(managed, 1, 1));
  LONGS_EQUAL(256, lowmem_reserve(managed, 1, 2));
  LONGS_EQUAL(256, lowmem_reserve(managed, 1, 3));
  LONGS_EQUAL(0, lowmem_reserve(managed, 2, 3));
  const std::size_t no_dma[kZones] = {0, 12288, 0};
  LONGS_EQUAL(0, lowmem_reserve(no_dma, 0, 1));
}

TEST_GROUP(GfpNames) {
  char text[2048];
  BufferSink out{text};
  const char* format(gfp_t mask) {
    out.clear();
    format_gfp(out, mask);
    return out.text();
  }
};

TEST(GfpNames, Formats) {
  STRCMP_EQUAL("none", format(0));
  STRCMP_EQUAL("GFP_KERNEL", format(GFP_KERNEL));
  STRCMP_EQUAL("GFP_KERNEL|__GFP_COMP", format(GFP_KERNEL | __GFP_COMP));
  STRCMP_EQUAL("GFP_KERNEL|__GFP_ZERO", format(GFP_KERNEL | __GFP_ZERO));
  STRCMP_EQUAL("GFP_ATOMIC", format(GFP_ATOMIC));
  STRCMP_EQUAL("GFP_HIGHUSER_MOVABLE", format(GFP_HIGHUSER_MOVABLE));
  STRCMP_EQUAL("GFP_DMA|__GFP_NOWARN", format(GFP_DMA | __GFP_NOWARN));
  STRCMP_EQUAL("__GFP_DIRECT_RECLAIM", format(__GFP_DIRECT_RECLAIM));
  STRCMP_EQUAL("__GFP_ZERO|0x800000", format(__GFP_ZERO | 0x800000));
}

TEST(GfpNames, WhatIsFormattedIsParsed) {
  std::uint32_t random = 12345;
  for (unsigned i = 0; i < 5000; ++i) {
    random = random * 1664525u + 1013904223u;
    const gfp_t mask = random;
    gfp_t back = 0;
    const char* bad = nullptr;
    if (mask == 0) continue;
    CHECK_TEXT(parse_gfp(format(mask), back, bad), text);
    LONGS_EQUAL_TEXT(mask, back, text);
  }
}

TEST(GfpNames, Parses) {
  gfp_t mask = 77;
  const char* bad = nullptr;
  CHECK(parse_gfp("GFP_KERNEL", mask, bad));
  LONGS_EQUAL(GFP_KERNEL, mask);
  CHECK(parse_gfp("kernel|zero", mask, bad));
  LONGS_EQUAL(GFP_KERNEL | __GFP_ZERO, mask);
  CHECK(parse_gfp("__GFP_ATOMIC", mask, bad));
  LONGS_EQUAL(__GFP_ATOMIC, mask);
  CHECK(parse_gfp("atomic", mask, bad));
  LONGS_EQUAL(GFP_ATOMIC, mask);
  CHECK(parse_gfp("0xcc0+GFP_DMA,16", mask, bad));
  LONGS_EQUAL(0xcc0 | __GFP_DMA | 16, mask);
  CHECK(parse_gfp("__GFP_RECLAIM", mask, bad));
  LONGS_EQUAL(__GFP_RECLAIM, mask);
  const char* const wrong = "GFP_KERNEL|GFP_SOON";
  CHECK(!parse_gfp(wrong, mask, bad));
  POINTERS_EQUAL(wrong + 11, bad);
  LONGS_EQUAL(__GFP_RECLAIM, mask);  // untouched
  for (const char* text_in :
       {"", "|", "GFP_KERNEL|", "0x", "0xg", "4294967296", "GFP_", "__GFP_", "KERNE", "KERNELS"}) {
    CHECK_TEXT(!parse_gfp(text_in, mask, bad), text_in);
  }
}
