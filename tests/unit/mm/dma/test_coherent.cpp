// SPDX-License-Identifier: MIT
// Runs of uncached pages, in an instance of the test's own.
#include <CppUTest/TestHarness.h>

#include <linux/gfp.h>

#include <bit>
#include <cstring>
#include <mm/dma.hpp>

#include "fakes/kernel_memory.hpp"

using namespace mink;

namespace {

constexpr std::size_t kPages = 128;
constexpr PhysAddr kPhys{0x4000'0000};

}  // namespace

TEST_GROUP(Coherent) {
  char* base = nullptr;
  mm::CoherentMemory::Record records[kPages] = {};
  mm::CoherentMemory coherent;

  void setup() override {
    fakes::use_kernel_memory();
    base = static_cast<char*>(alloc_pages_exact(kPages * kPageSize, GFP_KERNEL));
    coherent.init(base, kPhys, kPages, records);
  }
  void teardown() override {
    CHECK_TRUE(right());
    free_pages_exact(base, kPages * kPageSize);
  }
  bool right() {
    char text[100];
    BufferSink why{text};
    return coherent.check(why);
  }
  std::size_t page_of(const void* p) const {
    return static_cast<std::size_t>(static_cast<const char*>(p) - base) / kPageSize;
  }
};

TEST(Coherent, gives_zeroed_pages_and_their_bus_address) {
  std::memset(base, 0xff, kPages * kPageSize);
  auto* const p = static_cast<char*>(coherent.alloc(5000));
  CHECK_EQUAL(0u, page_of(p));
  for (std::size_t i = 0; i < 2 * kPageSize; ++i) CHECK_EQUAL(0, p[i]);
  CHECK_EQUAL(2u, coherent.used_pages());
  auto* const q = static_cast<char*>(coherent.alloc(1));
  CHECK_EQUAL(2u, page_of(q));
  CHECK_EQUAL(kPhys.raw() + 2 * kPageSize + 7, coherent.phys(q + 7).raw());
  CHECK_TRUE(coherent.contains(base) && coherent.contains(base + kPages * kPageSize - 1));
  CHECK_FALSE(coherent.contains(base + kPages * kPageSize));
}

TEST(Coherent, a_run_is_aligned_to_the_power_of_two_above_it) {
  for (std::size_t pages = 1; pages <= kPages; ++pages) {
    void* const one = coherent.alloc(kPageSize);
    void* const run = coherent.alloc(pages * kPageSize);
    if (run == nullptr) {
      CHECK_TRUE(std::bit_ceil(pages) > kPages / 2);
    } else {
      CHECK_EQUAL(0u, page_of(run) % std::bit_ceil(pages));
      CHECK_TRUE(page_of(run) != 0);
      CHECK_EQUAL(pages + 1, coherent.used_pages());
      POINTERS_EQUAL(nullptr, coherent.free(run, pages * kPageSize));
    }
    POINTERS_EQUAL(nullptr, coherent.free(one, kPageSize));
    CHECK_TRUE(right());
  }
  void* const all = coherent.alloc(kPages * kPageSize);
  POINTERS_EQUAL(base, all);
  POINTERS_EQUAL(nullptr, coherent.alloc(1));
  POINTERS_EQUAL(nullptr, coherent.free(all, kPages * kPageSize));
}

TEST(Coherent, is_used_up_to_the_last_page_and_no_run_meets_another) {
  std::uint32_t random = 1;
  void* runs[kPages] = {};
  std::size_t sizes[kPages] = {};
  for (unsigned step = 0; step < 4000; ++step) {
    random = random * 1664525 + 1013904223;
    const std::size_t i = random >> 16 & (kPages - 1);
    if (runs[i] != nullptr) {
      POINTERS_EQUAL(nullptr, coherent.free(runs[i], sizes[i]));
      runs[i] = nullptr;
    } else {
      sizes[i] = (1 + (random >> 8 & 0xff) % 40) * kPageSize - (random & 0xfff);
      runs[i] = coherent.alloc(sizes[i], &runs[i]);
      if (runs[i] != nullptr) POINTERS_EQUAL(&runs[i], coherent.owner(runs[i]));
    }
    CHECK_TRUE(right());
  }
  for (std::size_t i = 0; i < kPages; ++i) {
    if (runs[i] != nullptr) POINTERS_EQUAL(nullptr, coherent.free(runs[i], sizes[i]));
  }
  CHECK_EQUAL(0u, coherent.used_pages());
  for (std::size_t i = 0; i < kPages; ++i) CHECK_TRUE(coherent.alloc(1) != nullptr);
  POINTERS_EQUAL(nullptr, coherent.alloc(1));
  CHECK_EQUAL(kPages, coherent.used_pages());
}

TEST(Coherent, refuses_wrong_sizes_and_addresses) {
  POINTERS_EQUAL(nullptr, coherent.alloc(0));
  POINTERS_EQUAL(nullptr, coherent.alloc(kPages * kPageSize + 1));
  POINTERS_EQUAL(nullptr, coherent.alloc(SIZE_MAX));
  auto* const p = static_cast<char*>(coherent.alloc(3 * kPageSize));
  STRCMP_EQUAL("of another size", coherent.free(p, 2 * kPageSize));
  STRCMP_EQUAL("of another size", coherent.free(p, 0));
  STRCMP_EQUAL("inside an allocation", coherent.free(p + kPageSize, 2 * kPageSize));
  STRCMP_EQUAL("inside an allocation", coherent.free(p + 4, 3 * kPageSize));
  STRCMP_EQUAL("no coherent memory", coherent.free(base - kPageSize, kPageSize));
  STRCMP_EQUAL("free already", coherent.free(base + 64 * kPageSize, kPageSize));
  POINTERS_EQUAL(nullptr, coherent.free(p, 2 * kPageSize + 1));
  STRCMP_EQUAL("free already", coherent.free(p, 3 * kPageSize));
}
