// SPDX-License-Identifier: MIT
// The image's symbol table as tools/symbols.py writes it: addresses in order, names beside them.
#pragma once
#include <base/symbols.hpp>
#include <cstdint>
#include <span>

namespace mink::kernel {

class SymbolTable {
 public:
  // `addresses` ascending; name i begins at names + name_offsets[i]. The last symbol ends at `end`.
  constexpr SymbolTable(std::span<const std::uint32_t> addresses, std::span<const std::uint32_t> name_offsets,
                        const char* names, std::uintptr_t end)
      : addresses_{addresses}, name_offsets_{name_offsets}, names_{names}, end_{end} {}

  // As symbol_lookup(). Of several names for one address, the last. O(log n).
  bool lookup(std::uintptr_t address, Symbol& symbol) const;

  // As symbol_address(). O(n).
  [[nodiscard]] std::uintptr_t address_of(const char* name) const;

 private:
  std::span<const std::uint32_t> addresses_;
  std::span<const std::uint32_t> name_offsets_;
  const char* names_;
  std::uintptr_t end_;
};

}  // namespace mink::kernel
