// SPDX-License-Identifier: MIT
// The order of the kernel's own spinlocks: one may be taken only while all held ones have a lower rank. docs/locking.md says
// what each guards.
#pragma once

namespace mink::sync {

enum LockRank : unsigned short {
  kRankNone,  // a lock of a driver or a test: no place in the order
  kRankCardInodes,
  kRankPageCache,
  kRankKmap,
  kLockRanks
};

}  // namespace mink::sync
