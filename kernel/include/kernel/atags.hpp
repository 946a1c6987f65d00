// SPDX-License-Identifier: MIT
// What the boot loader says of the machine: ARM's tagged list (Documentation/arm/booting, arch/arm's setup.h
// names). The list is not trusted: it may be cut, looped, or no list at all.
#pragma once
#include <base/addr.hpp>
#include <cstddef>
#include <cstdint>
#include <lib/text_sink.hpp>
#include <span>
#include <string_view>

namespace mink::kernel {

// A run of physical memory; bytes.
struct MemoryBank {
  PhysAddr start;
  std::uintptr_t size = 0;
  [[nodiscard]] std::uint64_t end() const { return std::uint64_t{start.raw()} + size; }  // may be 2^32
  constexpr bool operator==(const MemoryBank&) const = default;
};

// Banks in the order of their addresses, page aligned, none touching another's bytes.
class MemoryBanks {
 public:
  static constexpr unsigned kMax = 8;
  enum class Refusal : std::uint8_t { None, Empty, Overlap, Full };

  // Keeps the whole pages within `bank`.
  Refusal add(MemoryBank bank);
  // Drops memory from the top until at most `bytes` are left (mem=).
  void limit(std::uint64_t bytes);
  // Lies [start, start + size) within one bank?
  [[nodiscard]] bool contains(PhysAddr start, std::uint64_t size) const;
  [[nodiscard]] std::uint64_t total() const;
  [[nodiscard]] std::span<const MemoryBank> banks() const { return {banks_, count_}; }
  [[nodiscard]] bool empty() const { return count_ == 0; }

 private:
  MemoryBank banks_[kMax] = {};
  unsigned count_ = 0;
};

struct BootData {
  MemoryBanks memory;
  std::string_view command_line;  // stands in the list itself: copy it before that memory is given away
  MemoryBank initrd;              // size 0: none
  MemoryBank list;                // where the list lies, to be reserved; size 0: there is none
  bool memory_from_list = false;  // false: memory is the board's own map
};

// The part of memory that may hold the list and can be read now.
struct AtagWindow {
  PhysAddr start;
  std::span<const std::byte> bytes;
};

struct BoardMemory {
  std::span<const MemoryBank> possible;  // where memory can be; a bank elsewhere is refused
  std::span<const MemoryBank> fallback;  // what is there if nobody says
};

// Reads the list at `list` (r2 at entry, or what the board's manual says). What is wrong is named to
// `report`, a line each. A list whose frame is broken (no ATAG_CORE, a length of zero, no end) is refused
// whole; of a sound list, each tag that is wrong. Without a bank left, memory is board.fallback, and the
// report says so. Pure; O(length of the window).
BootData parse_atags(AtagWindow window, PhysAddr list, BoardMemory board, TextSink& report);

}  // namespace mink::kernel
