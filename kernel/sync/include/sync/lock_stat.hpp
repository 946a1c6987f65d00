// SPDX-License-Identifier: MIT
// How long spinlocks are held, by rank, while somebody measures. Otherwise it costs a test at each taking and release.
#pragma once
#include <cstdint>
#include <sync/lock_rank.hpp>

namespace mink::sync {

struct LockStat {
  const char* name;        // of the lock of that rank that was released last; nullptr: none was
  unsigned long released;  // how often
  std::uint64_t longest;   // in the clock's steps, with the interrupts that came meanwhile
  const void* taken_by;    // code address: who held it so long
};

// Begins anew with this clock; nullptr ends it, and the figures stay. Any context.
void measure_locks(std::uint64_t (*clock)());

// Of kRankNone: all locks without a rank.
LockStat lock_stat(LockRank rank);

}  // namespace mink::sync
