// SPDX-License-Identifier: MIT
// The bench's arithmetic: figures of many calls.
#include <CppUTest/TestHarness.h>

#include <array>

#include "bench/calls.hpp"

using mink::shell::Calls;

TEST_GROUP(BenchCalls) {
  std::array<std::uint32_t, 5> room{};
  Calls calls;
  void setup() override { calls.use(room); }
};

TEST(BenchCalls, NoCallHasNoFigures) {
  const Calls::Spread spread = calls.spread();
  LONGS_EQUAL(0, spread.least);
  LONGS_EQUAL(0, spread.median);
  LONGS_EQUAL(0, spread.most);
}

TEST(BenchCalls, TheMiddleOneIsTheMedian) {
  for (const std::uint32_t cycles : {9u, 2u, 100u, 3u, 7u}) calls.add(cycles);
  const Calls::Spread spread = calls.spread();
  LONGS_EQUAL(2, spread.least);
  LONGS_EQUAL(7, spread.median);
  LONGS_EQUAL(100, spread.most);
  LONGS_EQUAL(121, calls.sum());
}

TEST(BenchCalls, WhatHasNoRoomStillCountsForTheExtremes) {
  for (const std::uint32_t cycles : {5u, 5u, 5u, 5u, 5u, 1u, 50u}) calls.add(cycles);
  const Calls::Spread spread = calls.spread();
  LONGS_EQUAL(1, spread.least);
  LONGS_EQUAL(5, spread.median);
  LONGS_EQUAL(50, spread.most);
  LONGS_EQUAL(7, calls.count());
}

TEST(BenchCalls, ClearForgetsTheLastRow) {
  calls.add(1000);
  calls.clear();
  calls.add(4);
  const Calls::Spread spread = calls.spread();
  LONGS_EQUAL(4, spread.least);
  LONGS_EQUAL(4, spread.median);
  LONGS_EQUAL(4, spread.most);
}
