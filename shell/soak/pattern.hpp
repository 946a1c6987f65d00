// SPDX-License-Identifier: MIT
// Contents that tell whose memory this is: written at allocation, verified before the free.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mink::shell {

// Marks `bytes` at `memory` (word aligned) with a pattern that depends on `key` and on the place: all words
// of the first kWholeBytes, beyond them the first and the last words of each kWholeBytes.
inline constexpr std::size_t kWholeBytes = 4096;
void write_pattern(void* memory, std::size_t bytes, std::uint32_t key);

// Is it all there?
[[nodiscard]] bool has_pattern(const void* memory, std::size_t bytes, std::uint32_t key);

[[nodiscard]] bool is_zero(const void* memory, std::size_t bytes);

// xorshift32: quick, repeatable, never 0.
class Random {
 public:
  explicit Random(std::uint32_t seed) : state_{seed != 0 ? seed : 1} {}
  std::uint32_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_;
  }
  // 0 … below - 1.
  std::uint32_t below(std::uint32_t limit) {
    return static_cast<std::uint32_t>((std::uint64_t{next()} * limit) >> 32);
  }

 private:
  std::uint32_t state_;
};

}  // namespace mink::shell
