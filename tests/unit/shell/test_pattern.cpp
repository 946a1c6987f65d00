// SPDX-License-Identifier: MIT
// The soak's patterns: what they notice, and that they stay inside their memory.
#include "soak/pattern.hpp"

#include <array>

#include "CppUTest/TestHarness.h"

using mink::shell::has_pattern;
using mink::shell::is_zero;
using mink::shell::kWholeBytes;
using mink::shell::Random;
using mink::shell::write_pattern;

TEST_GROUP(Pattern) {
  static constexpr std::size_t kBytes = 3 * kWholeBytes + 100;
  alignas(8) unsigned char memory[kBytes + 1] = {};
};

TEST(Pattern, every_size_is_verified_and_kept_inside) {
  for (std::size_t bytes = 0; bytes <= kBytes; bytes += bytes < 200 ? 1 : 61) {
    memory[bytes] = 0xa5;
    write_pattern(memory, bytes, 7);
    CHECK(has_pattern(memory, bytes, 7));
    LONGS_EQUAL(0xa5, memory[bytes]);
  }
}

TEST(Pattern, each_changed_byte_of_a_small_object_is_noticed) {
  constexpr std::size_t kSmall = 131;
  write_pattern(memory, kSmall, 99);
  for (std::size_t i = 0; i < kSmall; ++i) {
    memory[i] ^= 1;
    CHECK(!has_pattern(memory, kSmall, 99));
    memory[i] ^= 1;
  }
  CHECK(has_pattern(memory, kSmall, 99));
}

TEST(Pattern, the_edges_of_each_page_and_the_end_are_noticed) {
  write_pattern(memory, kBytes, 5);
  for (const std::size_t i :
       {kWholeBytes - 1, kWholeBytes, 2 * kWholeBytes - 1, 2 * kWholeBytes, 3 * kWholeBytes, kBytes - 1}) {
    memory[i] ^= 0x80;
    CHECK(!has_pattern(memory, kBytes, 5));
    memory[i] ^= 0x80;
  }
}

TEST(Pattern, another_key_or_another_place_is_another_pattern) {
  write_pattern(memory, 64, 1);
  CHECK(!has_pattern(memory, 64, 2));
  CHECK(!has_pattern(memory + 4, 32, 1));
}

TEST(Pattern, zero) {
  CHECK(is_zero(memory, kBytes));
  memory[kBytes - 1] = 1;
  CHECK(!is_zero(memory, kBytes));
  CHECK(is_zero(memory, kBytes - 1));
}

TEST(Pattern, random_is_repeatable_and_spread) {
  Random a{42}, b{42};
  std::array<unsigned, 5> seen{};
  for (int i = 0; i < 5000; ++i) {
    LONGS_EQUAL(a.next(), b.next());
    ++seen[a.below(5)];
    b.below(5);
  }
  for (const unsigned n : seen) CHECK(n > 800 && n < 1200);
  Random zero{0};
  CHECK(zero.next() != 0);
}
