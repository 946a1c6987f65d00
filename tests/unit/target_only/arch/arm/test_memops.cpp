// SPDX-License-Identifier: MIT
// memset, memcpy, memmove: every small size at every alignment, against bytes moved one by one.
#include <CppUTest/TestHarness.h>

#include <arch/memory.hpp>
#include <base/addr.hpp>
#include <cstddef>
#include <cstring>

namespace {

constexpr std::size_t kMaxSize = 200;  // beyond every loop's first round and all of its tails
constexpr std::size_t kRoom = 3 * 32 + 2 * kMaxSize;

alignas(32) constinit unsigned char real[kRoom] = {}, model[kRoom] = {}, source[kRoom] = {};
alignas(mink::kPageSize) constinit unsigned char pages[3 * mink::kPageSize] = {};

unsigned char pattern(std::size_t i) { return static_cast<unsigned char>(i * 7 + (i >> 8) + 1); }

// The compiler must not turn these into the functions under test.
void fill(unsigned char* to, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) static_cast<volatile unsigned char*>(to)[i] = pattern(i);
}
bool equal(const unsigned char* a, const unsigned char* b, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}
void model_move(std::size_t to, std::size_t from, std::size_t bytes) {
  volatile unsigned char* m = model;
  if (to < from) {
    for (std::size_t i = 0; i < bytes; ++i) m[to + i] = m[from + i];
  } else {
    for (std::size_t i = bytes; i-- > 0;) m[to + i] = m[from + i];
  }
}

// Not the compiler's own idea of them.
void* (*volatile set)(void*, int, std::size_t) = std::memset;
void* (*volatile copy)(void*, const void*, std::size_t) = std::memcpy;
void* (*volatile move)(void*, const void*, std::size_t) = std::memmove;

}  // namespace

TEST_GROUP(MemOps){};

TEST(MemOps, memset_sets_just_those_bytes) {
  for (std::size_t at = 32; at < 40; ++at) {
    for (std::size_t size = 0; size <= kMaxSize; ++size) {
      fill(real, kRoom);
      fill(model, kRoom);
      for (std::size_t i = 0; i < size; ++i) static_cast<volatile unsigned char*>(model)[at + i] = 0xa5;
      POINTERS_EQUAL(real + at, set(real + at, static_cast<int>(0xffffffa5u), size));
      if (!equal(real, model, kRoom)) FAIL(StringFromFormat("size %zu at %zu", size, at - 32).asCharString());
    }
  }
}

TEST(MemOps, memcpy_at_every_alignment_of_both) {
  fill(source, kRoom);
  for (std::size_t to = 32; to < 40; ++to) {
    for (std::size_t from = 0; from < 4; ++from) {
      for (std::size_t size = 0; size <= kMaxSize; ++size) {
        fill(real + to - 2, 2);
        for (std::size_t i = 0; i < size + 4; ++i) static_cast<volatile unsigned char*>(real)[to + i] = 0xee;
        POINTERS_EQUAL(real + to, copy(real + to, source + from, size));
        const bool around = real[to - 2] == pattern(0) && real[to - 1] == pattern(1) &&
                            real[to + size] == 0xee && real[to + size + 1] == 0xee &&
                            real[to + size + 2] == 0xee && real[to + size + 3] == 0xee;
        if (!around || !equal(real + to, source + from, size))
          FAIL(StringFromFormat("size %zu from %zu to %zu", size, from, to - 32).asCharString());
      }
    }
  }
}

TEST(MemOps, memmove_over_itself_both_ways) {
  for (std::size_t from = 64; from < 68; ++from) {
    for (std::size_t to = 24; to < 110; ++to) {
      for (std::size_t size = 0; size <= kMaxSize; size += size < 72 ? 1 : 13) {
        fill(real, kRoom);
        fill(model, kRoom);
        model_move(to, from, size);
        POINTERS_EQUAL(real + to, move(real + to, real + from, size));
        if (!equal(real, model, kRoom))
          FAIL(StringFromFormat("size %zu from %zu to %zu", size, from, to).asCharString());
      }
    }
  }
}

TEST(MemOps, pages_whole_and_no_further) {
  using mink::kPageSize;
  fill(pages, sizeof pages);
  clear_page(pages + kPageSize);
  for (std::size_t i = 0; i < kPageSize; ++i) {
    if (pages[i] != pattern(i) || pages[kPageSize + i] != 0 ||
        pages[2 * kPageSize + i] != pattern(2 * kPageSize + i))
      FAIL(StringFromFormat("clear_page: byte %zu", i).asCharString());
  }
  copy_page(pages + kPageSize, pages);
  for (std::size_t i = 0; i < kPageSize; ++i) {
    if (pages[i] != pattern(i) || pages[kPageSize + i] != pattern(i) ||
        pages[2 * kPageSize + i] != pattern(2 * kPageSize + i))
      FAIL(StringFromFormat("copy_page: byte %zu", i).asCharString());
  }
}
