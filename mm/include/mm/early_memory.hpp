// SPDX-License-Identifier: MIT
// Memory before the page allocator: banks, and what in them is taken, by name. Fixed tables, nothing dynamic.
// Afterwards the page allocator gets what is left, and /proc/iomem still shows all of it.
#pragma once
#include <base/addr.hpp>
#include <base/err.hpp>
#include <cstddef>
#include <optional>
#include <span>

namespace mink::mm {

struct EarlyRange {  // [start, end), bytes
  PhysAddr start;
  PhysAddr end;
  const char* name;  // lives for ever; of a bank: nullptr
  [[nodiscard]] constexpr std::size_t size() const { return end.raw() - start.raw(); }
};

class EarlyMemory {
 public:
  static constexpr std::size_t kMaxBanks = 8;
  static constexpr std::size_t kMaxReservations = 32;
  enum class From { Bottom, Top };

  constexpr EarlyMemory() = default;

  // Memory exists at [start, start + size), cut to whole pages. Banks may come in any order, and may overlap:
  // they are joined. Inval: no whole page, or it wraps around the address space. NoSpace: more than
  // kMaxBanks.
  Err add_bank(PhysAddr start, std::size_t size);
  // Ends memory at `limit` bytes in all, counted from the lowest bank on (mem= on the command line).
  void limit(std::size_t bytes);
  // [start, start + size) is taken. It may lie in no bank (then it changes nothing but is shown). Where it
  // overlaps what another name holds already, only the rest is added. Inval: empty or wraps. NoSpace: the
  // table is full.
  Err reserve(PhysAddr start, std::size_t size, const char* name);
  // Reserves a free stretch inside [from, to); align: a power of two. Nothing: there is none, or the table is
  // full.
  std::optional<PhysAddr> allocate(std::size_t size, std::size_t align, const char* name,
                                   From side = From::Bottom, PhysAddr from = PhysAddr{0},
                                   PhysAddr to = PhysAddr{~std::uintptr_t{0}});
  // Takes a reservation back whole: its first range of that name. NoEnt: there is none.
  Err release(const char* name);

  // Sorted by address, apart from each other.
  [[nodiscard]] std::span<const EarlyRange> banks() const { return {banks_, bank_count_}; }
  [[nodiscard]] std::span<const EarlyRange> reservations() const { return {reserved_, reserved_count_}; }
  [[nodiscard]] std::size_t bank_bytes() const;

 private:
  Err insert_reservation(PhysAddr start, PhysAddr end, const char* name);
  EarlyRange banks_[kMaxBanks] = {};
  std::size_t bank_count_ = 0;
  EarlyRange reserved_[kMaxReservations] = {};
  std::size_t reserved_count_ = 0;
};

}  // namespace mink::mm
