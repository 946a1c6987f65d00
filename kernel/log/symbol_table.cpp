// SPDX-License-Identifier: MIT
#include "log/symbol_table.hpp"

#include <algorithm>
#include <cstring>

namespace mink::kernel {

bool SymbolTable::lookup(std::uintptr_t address, Symbol& symbol) const {
  if (address >= end_) return false;
  const auto above = std::upper_bound(addresses_.begin(), addresses_.end(), address);
  if (above == addresses_.begin()) return false;
  const auto index = static_cast<std::size_t>(above - addresses_.begin()) - 1;
  const std::uintptr_t start = addresses_[index];
  const std::uintptr_t next = above == addresses_.end() ? end_ : *above;
  symbol = Symbol{names_ + name_offsets_[index], address - start, next - start};
  return true;
}

std::uintptr_t SymbolTable::address_of(const char* name) const {
  for (std::size_t i = 0; i < addresses_.size(); ++i) {
    if (std::strcmp(names_ + name_offsets_[i], name) == 0) return addresses_[i];
  }
  return 0;
}

}  // namespace mink::kernel
