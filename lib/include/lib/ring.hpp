// SPDX-License-Identifier: MIT
// A bounded queue in an array: one index each for the writer and the reader, counted without wrapping.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mink {

// Oldest first. One writer and one reader may be in different contexts on one CPU, if an access to a 32-bit
// word is one access: each changes only its own index. N: a power of two.
template <class T, std::size_t N>
class Ring {
  static_assert(N != 0 && (N & (N - 1)) == 0 && N <= 0x80000000u);

 public:
  constexpr Ring() = default;

  [[nodiscard]] bool empty() const { return head_ == tail_; }
  [[nodiscard]] bool full() const { return size() == N; }
  [[nodiscard]] std::size_t size() const { return static_cast<std::uint32_t>(head_ - tail_); }
  static constexpr std::size_t capacity() { return N; }

  // False, and nothing changes, when full.
  bool push(const T& value) {
    if (full()) return false;
    slots_[head_ & (N - 1)] = value;
    asm volatile("" ::: "memory");  // the slot before the index that shows it
    head_ = head_ + 1;
    return true;
  }
  // False, and `value` is unchanged, when empty.
  bool pop(T& value) {
    if (empty()) return false;
    value = slots_[tail_ & (N - 1)];
    asm volatile("" ::: "memory");  // the slot is read before the writer may have it
    tail_ = tail_ + 1;
    return true;
  }

 private:
  T slots_[N] = {};
  volatile std::uint32_t head_ = 0;
  volatile std::uint32_t tail_ = 0;
};

}  // namespace mink
