// SPDX-License-Identifier: MIT
// What the fuzz targets share. Each is a file with libFuzzer's LLVMFuzzerTestOneInput; corpus/<target>/ is where it
// starts from, and what the host's tests replay.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace mink::fuzz {

inline void must(bool holds) {
  if (!holds) __builtin_trap();
}

// The input in memory of just its size: a byte read beyond is found.
class Exact {
 public:
  Exact(const std::uint8_t* data, std::size_t size)
      : bytes_{static_cast<char*>(std::malloc(size + (size == 0)))}, size_{size} {
    if (size != 0) std::memcpy(bytes_, data, size);
  }
  ~Exact() { std::free(bytes_); }
  Exact(const Exact&) = delete;
  Exact& operator=(const Exact&) = delete;
  [[nodiscard]] std::string_view text() const { return {bytes_, size_}; }
  [[nodiscard]] char* bytes() const { return bytes_; }

 private:
  char* bytes_;
  std::size_t size_;
};

inline bool inside(std::string_view whole, std::string_view part) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace mink::fuzz
