// SPDX-License-Identifier: MIT
// How long each of many calls took: the shortest, the median, the longest, the mean.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace mink::shell {

class Calls {
 public:
  struct Spread {
    unsigned least = 0, median = 0, most = 0;
  };

  void use(std::span<std::uint32_t> room) { room_ = room; }
  void clear() { count_ = 0, sum_ = 0, most_ = 0, least_ = UINT32_MAX; }
  void add(std::uint32_t cycles) {
    if (count_ < room_.size()) room_[count_] = cycles;
    ++count_;
    sum_ += cycles;
    if (cycles > most_) most_ = cycles;
    if (cycles < least_) least_ = cycles;
  }

  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] std::uint64_t sum() const { return sum_; }
  // All 0 if there was no call. The median is that of as many as there was room for; sorts them.
  [[nodiscard]] Spread spread();

 private:
  std::span<std::uint32_t> room_;
  std::size_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint32_t most_ = 0, least_ = UINT32_MAX;
};

}  // namespace mink::shell
