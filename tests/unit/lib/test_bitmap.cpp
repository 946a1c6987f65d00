// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include <initializer_list>
#include <lib/bitmap.hpp>

using mink::Bitmap;

TEST_GROUP(Bitmap) { Bitmap<70> bits; };

TEST(Bitmap, starts_clear) {
  CHECK(bits.none());
  LONGS_EQUAL(0, bits.count());
  LONGS_EQUAL(0, bits.find_clear());
  LONGS_EQUAL(Bitmap<70>::kNone, bits.find_set());
}

TEST(Bitmap, each_bit_is_its_own) {
  for (std::size_t i = 0; i < 70; ++i) {
    bits.set(i);
    CHECK(bits.test(i));
    LONGS_EQUAL(1, bits.count());
    LONGS_EQUAL(i, bits.find_set());
    LONGS_EQUAL(i == 0 ? 1 : 0, bits.find_clear());
    bits.clear(i);
    CHECK_FALSE(bits.test(i));
  }
}

TEST(Bitmap, finds_from_a_place_on) {
  for (const std::size_t i : {std::size_t{3}, std::size_t{31}, std::size_t{32}, std::size_t{69}}) bits.set(i);
  LONGS_EQUAL(3, bits.find_set(3));
  LONGS_EQUAL(31, bits.find_set(4));
  LONGS_EQUAL(32, bits.find_set(32));
  LONGS_EQUAL(69, bits.find_set(33));
  LONGS_EQUAL(70, bits.find_set(70));
  LONGS_EQUAL(33, bits.find_clear(31));
}

TEST(Bitmap, a_full_one_has_no_clear_bit_in_the_last_words_rest) {
  for (std::size_t i = 0; i < 70; ++i) bits.set(i);
  LONGS_EQUAL(Bitmap<70>::kNone, bits.find_clear());
  LONGS_EQUAL(70, bits.count());
  bits.clear(69);
  LONGS_EQUAL(69, bits.find_clear());
}
