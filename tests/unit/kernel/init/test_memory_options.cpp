// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include <kernel/memory_options.hpp>

using mink::CommandLine;
using mink::kernel::MemoryOptions;

namespace {
constexpr std::uint64_t kMiB = MemoryOptions::kMiB;
}

TEST_GROUP(MemoryOptions) {
  char text[400];
  mink::BufferSink report{text};
  MemoryOptions options{};
  // Sets `options`; true if the report is as expected.
  void parse(const char* line, const char* expected_report = "", std::uint64_t ram = 128 * kMiB) {
    report.clear();
    options = mink::kernel::parse_memory_options(CommandLine{line}, mink::PhysAddr{0x50000000}, ram, report);
    STRCMP_EQUAL_TEXT(expected_report, text, line);
  }
};

TEST(MemoryOptions, have_linuxs_defaults) {
  parse("console=ttyAMA0 quiet");
  CHECK(options.mem == UINT64_MAX);
  LONGS_EQUAL(0, options.highmem);
  LONGS_EQUAL(240 * kMiB, options.vmalloc);
  LONGS_EQUAL(16 * kMiB, options.dma);
  LONGS_EQUAL(4 * kMiB, options.kmalloc_max);
}

TEST(MemoryOptions, are_obeyed) {
  parse("mem=64M highmem=32m vmalloc=0x10000000 dma=8192K kmalloc_max=128K");
  LONGS_EQUAL(64 * kMiB, options.mem);
  LONGS_EQUAL(32 * kMiB, options.highmem);
  LONGS_EQUAL(256 * kMiB, options.vmalloc);
  LONGS_EQUAL(8 * kMiB, options.dma);
  LONGS_EQUAL(128 * 1024, options.kmalloc_max);
}

TEST(MemoryOptions, the_last_of_several_counts) {
  parse("mem=64M mem=32M");
  LONGS_EQUAL(32 * kMiB, options.mem);
}

TEST(MemoryOptions, more_memory_than_there_is_limits_nothing) {
  parse("mem=3G");
  CHECK(options.mem == 3072 * kMiB);
}

TEST(MemoryOptions, nonsense_is_named_and_ignored) {
  parse("mem=lots", "mem=lots is not a number, ignored\n");
  CHECK(options.mem == UINT64_MAX);
  parse("mem", "mem= needs a size, ignored\n");
  parse("mem=", "mem= needs a size, ignored\n");
  parse("mem=-1", "mem=-1 is negative, ignored\n");
  parse("mem=64MB", "mem=64MB is not a number, ignored\n");
  parse("mem=99999999999999999999", "mem=99999999999999999999 is too large, ignored\n");
  parse("mem=1M", "mem=1M is less than 8M, ignored\n");
  LONGS_EQUAL(240 * kMiB, options.vmalloc);
}

TEST(MemoryOptions, highmem_leaves_low_memory) {
  parse("highmem=120M");
  LONGS_EQUAL(120 * kMiB, options.highmem);
  parse("highmem=121M", "highmem=121M is not between 0M and 120M, ignored\n");
  LONGS_EQUAL(0, options.highmem);
  parse("mem=64M highmem=60M", "highmem=60M is not between 0M and 56M, ignored\n");
  parse("highmem=1M", "highmem=1M is not between 0M and 0M, ignored\n", 4 * kMiB);
}

TEST(MemoryOptions, vmalloc_has_linuxs_bounds) {
  parse("vmalloc=15M", "vmalloc=15M is not between 16M and 976M, ignored\n");
  LONGS_EQUAL(240 * kMiB, options.vmalloc);
  parse("vmalloc=977M", "vmalloc=977M is not between 16M and 976M, ignored\n");
  parse("vmalloc=976M");
  LONGS_EQUAL(976 * kMiB, options.vmalloc);
}

TEST(MemoryOptions, a_ragged_size_is_rounded_and_said) {
  parse("vmalloc=16900K", "vmalloc=16900K is rounded down to 16M\n");
  LONGS_EQUAL(16 * kMiB, options.vmalloc);
  parse("dma=10M", "dma=10M is rounded down to 8M\n");
  LONGS_EQUAL(8 * kMiB, options.dma);
}

TEST(MemoryOptions, dma_holds_a_block_and_no_more_than_memory) {
  parse("dma=3M", "dma=3M is not between 4M and 128M, ignored\n");
  parse("dma=0", "dma=0 is not between 4M and 128M, ignored\n");
  parse("dma=256M", "dma=256M is not between 4M and 128M, ignored\n");
  LONGS_EQUAL(16 * kMiB, options.dma);
}

TEST(MemoryOptions, kmalloc_max_is_a_power_of_two) {
  parse("kmalloc_max=100K", "kmalloc_max=100K is no power of two, ignored\n");
  parse("kmalloc_max=8K", "kmalloc_max=8K is not between 16K and 4M, ignored\n");
  parse("kmalloc_max=8M", "kmalloc_max=8M is not between 16K and 4M, ignored\n");
  LONGS_EQUAL(4 * kMiB, options.kmalloc_max);
  parse("kmalloc-max=16K");
  LONGS_EQUAL(16 * 1024, options.kmalloc_max);
}

TEST(MemoryOptions, coherent_memory_is_megabytes) {
  parse("");
  LONGS_EQUAL(1 * kMiB, options.coherent);
  parse("coherent=0");
  LONGS_EQUAL(0, options.coherent);
  parse("coherent=2M");
  LONGS_EQUAL(2 * kMiB, options.coherent);
  parse("coherent=8M", "coherent=8M is not between 0M and 4M, ignored\n");
  LONGS_EQUAL(1 * kMiB, options.coherent);
}

TEST(MemoryOptions, track_is_on_or_off) {
  parse("");
  CHECK_FALSE(options.track);
  parse("track=on");
  CHECK(options.track);
  parse("track=off");
  CHECK_FALSE(options.track);
  parse("track=yes", "track=yes is neither on nor off, ignored\n");
  CHECK_FALSE(options.track);
}

TEST(MemoryOptions, mem_may_say_where_memory_begins_but_not_move_it) {
  parse("mem=64M@0x50000000");
  LONGS_EQUAL(64 * kMiB, options.mem);
  parse("mem=64M@1280M");
  LONGS_EQUAL(64 * kMiB, options.mem);
  parse("mem=64M@0x51000000", "mem=64M@0x51000000 does not begin where memory does, ignored\n");
  CHECK(options.mem == UINT64_MAX);
  parse("mem=64M@", "mem=64M@ has no address behind the @, ignored\n");
  parse("mem=64M@up", "mem=64M@up has no address behind the @, ignored\n");
  parse("mem=64M@-1", "mem=64M@-1 has no address behind the @, ignored\n");
  parse("mem=@0x50000000", "mem= needs a size, ignored\n");
  parse("mem=x@0x50000000", "mem=x is not a number, ignored\n");
}
