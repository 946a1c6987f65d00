// SPDX-License-Identifier: MIT
// LDM. Its registers ascend, so they are named here: such that the slab's fast paths, which live on them, need
// no moves. Thumb has neither these instructions nor fast paths: there the compiler does as it likes.
#pragma once
#include <arch_impl/arm_state.hpp>
#include <bit>
#include <cstdint>
#include <type_traits>

namespace mink::arch {

// ROR by register looks at the low byte of the amount, and at its low five bits if that is not 0 (ARM DDI 0100I, A5.1.11).
[[gnu::always_inline]] inline unsigned rotate_right(unsigned value, unsigned by) {
  if constexpr (!kArmState) return std::rotr(value, static_cast<int>(by));
  unsigned result;
  asm("ror %0, %1, %2" : "=r"(result) : "r"(value), "r"(by));
  return result;
}

template <unsigned kCount>
struct Words {
  unsigned word[kCount];
};

template <class T>
[[gnu::always_inline]] inline T load_at_once(const T& from) {
  static_assert(std::is_trivially_copyable_v<T> && (sizeof(T) == 12 || sizeof(T) == 16));
  if constexpr (!kArmState) {
    return from;
  } else if constexpr (sizeof(T) == 12) {
    register unsigned a asm("r2"), b asm("r3"), c asm("ip");
    asm("ldm %3, {r2, r3, ip}" : "=r"(a), "=r"(b), "=r"(c) : "r"(&from), "m"(from));
    return std::bit_cast<T>(Words<3>{{a, b, c}});
  } else {
    register unsigned a asm("r4"), b asm("r5"), c asm("r6"), d asm("r7");
    asm("ldm %4, {r4, r5, r6, r7}" : "=r"(a), "=r"(b), "=r"(c), "=r"(d) : "r"(&from), "m"(from));
    return std::bit_cast<T>(Words<4>{{a, b, c, d}});
  }
}

// LDRD: the compiler finds its own pair of registers.
template <class A, class B>
[[gnu::always_inline]] inline void load_two(const A& a, const B& b, A& first, B& second) {
  static_assert(sizeof(A) == 4 && sizeof(B) == 4);
  if constexpr (kArmState) {
    std::uint64_t both;
    asm("ldrd %0, %H0, %1" : "=r"(both) : "m"(a), "m"(b));
    first = std::bit_cast<A>(static_cast<unsigned>(both));
    second = std::bit_cast<B>(static_cast<unsigned>(both >> 32));
  } else {
    first = a;
    second = b;
  }
}

}  // namespace mink::arch
