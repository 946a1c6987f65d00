// SPDX-License-Identifier: MIT
// What the CPU says of its data cache is what buffers are aligned to.
#include <CppUTest/TestHarness.h>

#include <arch/dma_cache.hpp>
#include <arch_cpu/cpu.hpp>

TEST_GROUP(CacheLine){};

TEST(CacheLine, is_as_long_as_what_kmalloc_keeps_apart) {
  CHECK_EQUAL(mink::arch::kDmaLine, mink::arch::dcache_line());
}
