// SPDX-License-Identifier: MIT
// The lines typed before, in a buffer of their own: the shell takes no memory from the allocators that it
// shows.
#pragma once
#include <array>
#include <cstddef>
#include <string_view>

namespace mink::shell {

// Lines of any length share one buffer; the oldest leave when there is no room for a new one.
class History {
 public:
  static constexpr std::size_t kBytes = 4096;

  // Remembers `line`. Not remembered: an empty line, a repetition of the newest, a line longer than the
  // buffer.
  void add(std::string_view line);

  [[nodiscard]] std::size_t size() const { return count_; }

  // The line typed `age` lines ago, 0 the newest; empty if there is none. Valid until the next add().
  [[nodiscard]] std::string_view entry(std::size_t age) const;

 private:
  void drop_oldest();

  std::array<char, kBytes> text_{};  // oldest first, each ended by a NUL
  std::size_t used_ = 0;
  std::size_t count_ = 0;
};

}  // namespace mink::shell
