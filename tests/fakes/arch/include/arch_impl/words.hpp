// SPDX-License-Identifier: MIT
// The host's.
#pragma once
#include <bit>

namespace mink::arch {

inline unsigned rotate_right(unsigned value, unsigned by) {
  return std::rotr(value, static_cast<int>(by % 32));
}

template <class T>
T load_at_once(const T& from) {
  T words = from;
  asm("" : "+m"(words));  // gcc 12 loses track of where a pointer in it points, and then stores through it
  return words;
}

template <class A, class B>
void load_two(const A& a, const B& b, A& first, B& second) {
  first = a;
  second = b;
}

}  // namespace mink::arch
