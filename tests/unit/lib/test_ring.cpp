// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include <lib/ring.hpp>

TEST_GROUP(Ring) {
  mink::Ring<int, 4> ring;
  int value = -1;
};

TEST(Ring, gives_the_oldest_first) {
  CHECK(ring.empty());
  for (int i = 1; i <= 3; ++i) CHECK(ring.push(i));
  LONGS_EQUAL(3, ring.size());
  for (int i = 1; i <= 3; ++i) {
    CHECK(ring.pop(value));
    LONGS_EQUAL(i, value);
  }
  CHECK(ring.empty());
}

TEST(Ring, an_empty_one_changes_nothing) {
  CHECK_FALSE(ring.pop(value));
  LONGS_EQUAL(-1, value);
  LONGS_EQUAL(0, ring.size());
}

TEST(Ring, holds_all_of_its_slots_and_no_more) {
  for (int i = 1; i <= 4; ++i) CHECK(ring.push(i));
  CHECK(ring.full());
  CHECK_FALSE(ring.push(5));
  LONGS_EQUAL(4, ring.size());
  CHECK(ring.pop(value));
  LONGS_EQUAL(1, value);
  CHECK(ring.push(5));
  for (int i = 2; i <= 5; ++i) {
    CHECK(ring.pop(value));
    LONGS_EQUAL(i, value);
  }
}

TEST(Ring, goes_round_many_times) {
  for (int i = 0; i < 1000; ++i) {
    CHECK(ring.push(2 * i));
    CHECK(ring.push(2 * i + 1));
    CHECK(ring.pop(value));
    LONGS_EQUAL(2 * i, value);
    CHECK(ring.pop(value));
    LONGS_EQUAL(2 * i + 1, value);
  }
  CHECK(ring.empty());
}
