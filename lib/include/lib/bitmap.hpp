// SPDX-License-Identifier: MIT
// A fixed number of bits, a word at a time.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>

namespace mink {

// All clear at first. Bits are numbered from 0; an index must be below Bits. No locking of its own.
template <std::size_t Bits>
class Bitmap {
  static_assert(Bits > 0);

 public:
  static constexpr std::size_t kNone = Bits;  // what find() answers if there is none

  [[nodiscard]] constexpr bool test(std::size_t i) const { return ((word(i) >> (i % kWord)) & 1) != 0; }
  constexpr void set(std::size_t i) { words_[i / kWord] |= mask(i); }
  constexpr void clear(std::size_t i) { words_[i / kWord] &= ~mask(i); }

  // The first set, or clear, bit at or after `from`; kNone if there is none. O(Bits / 32).
  [[nodiscard]] constexpr std::size_t find_set(std::size_t from = 0) const { return find(from, 0); }
  [[nodiscard]] constexpr std::size_t find_clear(std::size_t from = 0) const {
    return find(from, ~std::uint32_t{0});
  }

  [[nodiscard]] constexpr std::size_t count() const {
    std::size_t bits = 0;
    for (const std::uint32_t w : words_) bits += static_cast<std::size_t>(std::popcount(w));
    return bits;
  }
  [[nodiscard]] constexpr bool none() const { return find_set() == kNone; }

 private:
  static constexpr std::size_t kWord = 32;
  static constexpr std::uint32_t mask(std::size_t i) { return std::uint32_t{1} << (i % kWord); }
  [[nodiscard]] constexpr std::uint32_t word(std::size_t i) const { return words_[i / kWord]; }

  // `flip`: all ones to look for clear bits.
  [[nodiscard]] constexpr std::size_t find(std::size_t from, std::uint32_t flip) const {
    if (from >= Bits) return kNone;
    std::size_t at = from / kWord;
    std::uint32_t w = (words_[at] ^ flip) & (~std::uint32_t{0} << (from % kWord));
    while (w == 0) {
      if (++at == kWords) return kNone;
      w = words_[at] ^ flip;
    }
    // Bits to spare in the last word are clear: the first of them is kNone.
    return at * kWord + static_cast<std::size_t>(std::countr_zero(w));
  }

  static constexpr std::size_t kWords = (Bits + kWord - 1) / kWord;
  std::uint32_t words_[kWords] = {};
};

}  // namespace mink
