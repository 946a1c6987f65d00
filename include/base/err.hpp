// SPDX-License-Identifier: MIT
// Why something failed, in Linux's numbers. Inside the kernel the reason is kept; at the Linux face it may become NULL.
#pragma once

namespace mink {

// The formatter takes the attribute for the name.
// clang-format off
enum class [[nodiscard]] Err : int {
  Ok = 0,
  Perm = -1,
  NoEnt = -2,
  Io = -5,
  Again = -11,
  NoMem = -12,
  Fault = -14,
  Busy = -16,
  Exist = -17,
  NoDev = -19,
  Inval = -22,
  NoSpace = -28,
  Range = -34,
  IlSeq = -84,      // the check sum is wrong
  TimedOut = -110,
  NoMedium = -123,
};
// clang-format on

constexpr bool ok(Err e) { return e == Err::Ok; }

}  // namespace mink
