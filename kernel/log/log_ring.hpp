// SPDX-License-Identifier: MIT
// The log's memory: entries of variable length in a ring of bytes. The newest overwrite the oldest.
#pragma once
#include <cstddef>
#include <cstdint>
#include <kernel/log.hpp>

namespace mink::kernel {

class LogRing {
 public:
  // `storage`: a power of two of bytes, at least 4 entries of full length.
  template <std::size_t N>
  constexpr explicit LogRing(char (&storage)[N]) : storage_{storage}, size_{N} {
    static_assert((N & (N - 1)) == 0 && N >= 4 * (sizeof(Header) + LogEntry::kMaxText));
  }

  // Appends the first LogEntry::kMaxText bytes of `text`. Interrupts are off for the time of one copy.
  void append(const LogStamp& stamp, const char* text, std::size_t length);

  // As log_read().
  bool read(LogCursor& cursor, LogEntry& entry) const;

  [[nodiscard]] std::uint32_t next_sequence() const { return next_sequence_; }

  // Every header between tail and head is whole, and they are as many as the sequence numbers say. O(n).
  [[nodiscard]] bool check() const;

 private:
  struct Header {
    std::uint64_t time_ns;
    std::uint16_t length;
    std::uint8_t level;
    std::uint8_t flags;
  };
  static constexpr std::uint8_t kContinues = 1;
  static constexpr std::uint8_t kEndsLine = 2;

  static std::uint32_t bytes_of(const Header& header);
  Header header_at(std::uint32_t position) const;
  void copy_in(std::uint32_t position, const void* from, std::size_t size);
  void copy_out(void* to, std::uint32_t position, std::size_t size) const;

  char* storage_;
  std::uint32_t size_;
  // Positions only grow; a byte's place is its position modulo size_.
  std::uint32_t head_ = 0;
  std::uint32_t tail_ = 0;
  std::uint32_t next_sequence_ = 0;
  std::uint32_t oldest_sequence_ = 0;
};

}  // namespace mink::kernel
