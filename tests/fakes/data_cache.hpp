// SPDX-License-Identifier: MIT
// A write-back data cache in front of memory. Host memory is what the CPU sees through the cache; what a table walk,
// an instruction fetch or a DMA engine reads is kept here, and differs until a line is written back. Host only.
// Not the HostileCache of the DMA tests: what the CPU reads here is never stale, since the code under test uses plain pointers.
#pragma once
#include <array>
#include <base/addr.hpp>
#include <cstdint>
#include <cstring>
#include <unordered_map>
#include <vector>

namespace mink::fakes {

class DataCache {
 public:
  static constexpr std::size_t kLine = 32;
  using Line = std::array<unsigned char, kLine>;

  // The CPU's view of `bytes` of physical memory from `base`; at first memory holds the same.
  DataCache(unsigned char* cpu, PhysAddr base, std::size_t bytes)
      : cpu_{cpu}, base_{base}, memory_(cpu, cpu + bytes) {}

  [[nodiscard]] bool holds(PhysAddr pa) const { return pa.raw() - base_.raw() < memory_.size(); }
  [[nodiscard]] unsigned char* cpu(PhysAddr pa) const { return cpu_ + (pa - base_); }

  [[nodiscard]] PhysAddr phys(const void* cpu) const {
    return base_ + (reinterpret_cast<std::uintptr_t>(cpu) - reinterpret_cast<std::uintptr_t>(cpu_));
  }

  // What is in memory: not what the CPU wrote last.
  [[nodiscard]] std::uint32_t memory_word(PhysAddr pa) const {
    std::uint32_t word;
    std::memcpy(&word, &memory_[pa - base_], sizeof word);
    return word;
  }
  [[nodiscard]] Line memory_line(PhysAddr pa) const {
    Line line;
    std::memcpy(line.data(), &memory_[line_of(pa)], kLine);
    return line;
  }

  // A clean by address: the line as it is now is on its way to memory; there after drain(), or earlier.
  void clean(PhysAddr pa) {
    const std::size_t at = line_of(pa);
    const auto waiting = buffer_.find(at);
    if (waiting == buffer_.end() && std::memcmp(cpu_ + at, &memory_[at], kLine) == 0) return;
    Line line;
    std::memcpy(line.data(), cpu_ + at, kLine);
    buffer_[at] = line;
  }
  // A line is written back because the cache wants its place: at any moment, in any order.
  void evict(PhysAddr pa) {
    const std::size_t at = line_of(pa);
    buffer_.erase(at);
    std::memcpy(&memory_[at], cpu_ + at, kLine);
  }
  // One of the lines on their way arrives.
  void drain_one() {
    if (!buffer_.empty()) arrive(buffer_.begin());
  }
  // What a DSB waits for.
  void drain() {
    while (!buffer_.empty()) arrive(buffer_.begin());
  }
  // What was written with the cache off.
  void write_through(PhysAddr pa, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; i += kLine) evict(pa + i);
  }

 private:
  using Buffer = std::unordered_map<std::size_t, Line>;
  [[nodiscard]] std::size_t line_of(PhysAddr pa) const { return align_down(pa - base_, kLine); }
  void arrive(Buffer::iterator line) {
    std::memcpy(&memory_[line->first], line->second.data(), kLine);
    buffer_.erase(line);
  }

  unsigned char* cpu_;
  PhysAddr base_;
  std::vector<unsigned char> memory_;
  Buffer buffer_;  // cleaned, no DSB yet
};

}  // namespace mink::fakes
