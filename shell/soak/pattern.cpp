// SPDX-License-Identifier: MIT
// Writing and verifying patterns; see pattern.hpp.
#include "soak/pattern.hpp"

#include <cstring>

namespace mink::shell {
namespace {

constexpr std::size_t kWord = sizeof(std::uint32_t);
constexpr std::size_t kEdgeBytes = 32;  // at both ends of each piece beyond the first

constexpr std::uint32_t word_at(std::size_t offset, std::uint32_t key) {
  return key ^ (static_cast<std::uint32_t>(offset) * 0x9e3779b1u);
}

// Calls visit(offset of a word) for those that carry the pattern; stops when it says false.
template <class Visit>
bool each_word(std::size_t bytes, Visit visit) {
  const std::size_t whole = bytes - bytes % kWord;
  std::size_t offset = 0;
  for (; offset < whole && offset < kWholeBytes; offset += kWord) {
    if (!visit(offset)) return false;
  }
  for (; offset < whole; offset += kWord) {
    const std::size_t in_piece = offset % kWholeBytes;
    if (in_piece >= kEdgeBytes && in_piece < kWholeBytes - kEdgeBytes && whole - offset > kEdgeBytes) {
      const std::size_t to_edge = kWholeBytes - kEdgeBytes - in_piece;
      const std::size_t to_end = whole - kEdgeBytes - offset;
      offset += (to_edge < to_end ? to_edge : to_end) - kWord;
      continue;
    }
    if (!visit(offset)) return false;
  }
  return true;
}

}  // namespace

void write_pattern(void* memory, std::size_t bytes, std::uint32_t key) {
  auto* at = static_cast<unsigned char*>(memory);
  each_word(bytes, [&](std::size_t offset) {
    const std::uint32_t word = word_at(offset, key);
    std::memcpy(at + offset, &word, kWord);
    return true;
  });
  const std::size_t whole = bytes - bytes % kWord;
  for (std::size_t i = whole; i < bytes; ++i) at[i] = static_cast<unsigned char>(word_at(i, key));
}

bool has_pattern(const void* memory, std::size_t bytes, std::uint32_t key) {
  const auto* at = static_cast<const unsigned char*>(memory);
  const bool words = each_word(bytes, [&](std::size_t offset) {
    std::uint32_t word;
    std::memcpy(&word, at + offset, kWord);
    return word == word_at(offset, key);
  });
  if (!words) return false;
  const std::size_t whole = bytes - bytes % kWord;
  for (std::size_t i = whole; i < bytes; ++i) {
    if (at[i] != static_cast<unsigned char>(word_at(i, key))) return false;
  }
  return true;
}

bool is_zero(const void* memory, std::size_t bytes) {
  const auto* at = static_cast<const unsigned char*>(memory);
  const auto* const end = at + bytes;
  while (static_cast<std::size_t>(end - at) >= kWord) {
    std::uint32_t word;
    std::memcpy(&word, at, kWord);
    if (word != 0) return false;
    at += kWord;
  }
  for (; at != end; ++at) {
    if (*at != 0) return false;
  }
  return true;
}

}  // namespace mink::shell
