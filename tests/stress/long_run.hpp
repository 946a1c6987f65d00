// SPDX-License-Identifier: MIT
// How much a stress program does: as much as every test run has time for, or all that was promised (tests/run --long).
#pragma once
#include <cstdlib>

namespace mink::stress {

inline bool long_run() { return std::getenv("MINK_LONG") != nullptr; }
template <class T>
T by_length(T in_every_run, T in_a_long_one) {
  return long_run() ? in_a_long_one : in_every_run;
}

}  // namespace mink::stress
