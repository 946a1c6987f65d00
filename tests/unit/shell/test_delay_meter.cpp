// SPDX-License-Identifier: MIT
#include "CppUTest/TestHarness.h"
#include "storm/delay_meter.hpp"

using mink::shell::DelayMeter;

namespace {
const void* at(unsigned i) {
  static const char places[8] = {};
  return &places[i];
}
}  // namespace

TEST_GROUP(DelayMeter) { DelayMeter meter{1000, 100}; };

TEST(DelayMeter, TheDelayIsFromTheDeadlineThatWasDue) {
  meter.note(1105, at(1), false);
  meter.note(1220, at(2), false);
  meter.note(1303, at(3), false);
  LONGS_EQUAL(3, meter.interrupts());
  LONGS_EQUAL(0, meter.missed());
  LONGS_EQUAL(3, meter.least());
  LONGS_EQUAL(20, meter.alone().delay);
  POINTERS_EQUAL(at(2), meter.alone().at);
  POINTERS_EQUAL(nullptr, meter.behind_others().at);
}

TEST(DelayMeter, WhatAnotherHandlerDelayedIsKeptApart) {
  meter.note(1150, at(1), true);
  meter.note(1210, at(2), false);
  LONGS_EQUAL(50, meter.behind_others().delay);
  LONGS_EQUAL(10, meter.alone().delay);
}

TEST(DelayMeter, LaterThanAPeriodMissesDeadlinesAndCountsFromTheFirst) {
  meter.note(1105, at(1), false);
  meter.note(1450, at(2), false);  // due at 1200; 1300 and 1400 went by
  LONGS_EQUAL(2, meter.missed());
  LONGS_EQUAL(250, meter.alone().delay);
  meter.note(1502, at(3), false);
  LONGS_EQUAL(2, meter.missed());
  LONGS_EQUAL(2, meter.least());
}

TEST(DelayMeter, ALittleEarlyIsNoDelay) {
  meter.note(1099, at(1), false);
  meter.note(1204, at(2), false);
  LONGS_EQUAL(0, meter.missed());
  LONGS_EQUAL(4, meter.least());
}
