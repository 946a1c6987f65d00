// SPDX-License-Identifier: MIT
#include "log/log_ring.hpp"

#include <algorithm>
#include <arch/irq.hpp>
#include <base/addr.hpp>
#include <cstring>

namespace mink::kernel {

std::uint32_t LogRing::bytes_of(const Header& header) {
  return static_cast<std::uint32_t>(align_up(sizeof(Header) + header.length, alignof(Header)));
}

void LogRing::copy_in(std::uint32_t position, const void* from, std::size_t size) {
  const std::size_t at = position & (size_ - 1);
  const std::size_t first = std::min<std::size_t>(size, size_ - at);
  std::memcpy(storage_ + at, from, first);
  std::memcpy(storage_, static_cast<const char*>(from) + first, size - first);
}

void LogRing::copy_out(void* to, std::uint32_t position, std::size_t size) const {
  const std::size_t at = position & (size_ - 1);
  const std::size_t first = std::min<std::size_t>(size, size_ - at);
  std::memcpy(to, storage_ + at, first);
  std::memcpy(static_cast<char*>(to) + first, storage_, size - first);
}

LogRing::Header LogRing::header_at(std::uint32_t position) const {
  Header header;
  copy_out(&header, position, sizeof header);
  return header;
}

void LogRing::append(const LogStamp& stamp, const char* text, std::size_t length) {
  const int flags = (stamp.continues ? kContinues : 0) | (stamp.ends_line ? kEndsLine : 0);
  const Header header{stamp.time_ns, static_cast<std::uint16_t>(std::min(length, LogEntry::kMaxText)),
                      static_cast<std::uint8_t>(stamp.level), static_cast<std::uint8_t>(flags)};
  const std::uint32_t bytes = bytes_of(header);
  const arch::IrqGuard guard;
  while (head_ - tail_ + bytes > size_) {
    tail_ += bytes_of(header_at(tail_));
    ++oldest_sequence_;
  }
  copy_in(head_, &header, sizeof header);
  copy_in(head_ + static_cast<std::uint32_t>(sizeof header), text, header.length);
  head_ += bytes;
  ++next_sequence_;
}

bool LogRing::read(LogCursor& cursor, LogEntry& entry) const {
  const arch::IrqGuard guard;
  entry.lost = 0;
  if (static_cast<std::int32_t>(cursor.sequence - oldest_sequence_) < 0) {  // overwritten, or a new cursor
    entry.lost = oldest_sequence_ - cursor.sequence;
    cursor = LogCursor{oldest_sequence_, tail_};
  }
  if (cursor.sequence == next_sequence_) return false;
  const Header header = header_at(cursor.position);
  entry.sequence = cursor.sequence;
  entry.time_ns = header.time_ns;
  entry.level = header.level;
  entry.continues = (header.flags & kContinues) != 0;
  entry.ends_line = (header.flags & kEndsLine) != 0;
  entry.length = header.length;
  copy_out(entry.text, cursor.position + static_cast<std::uint32_t>(sizeof header), header.length);
  ++cursor.sequence;
  cursor.position += bytes_of(header);
  return true;
}

bool LogRing::check() const {
  const arch::IrqGuard guard;
  if (head_ - tail_ > size_) return false;
  std::uint32_t position = tail_;
  std::uint32_t count = 0;
  while (position != head_) {
    const Header header = header_at(position);
    if (header.length > LogEntry::kMaxText || header.level > 7) return false;
    position += bytes_of(header);
    ++count;
    if (position - tail_ > head_ - tail_) return false;
  }
  return count == next_sequence_ - oldest_sequence_;
}

}  // namespace mink::kernel
