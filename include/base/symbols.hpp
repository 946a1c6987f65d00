// SPDX-License-Identifier: MIT
// Names of addresses. On the target the table is linked into the image by a second link pass; a fake answers
// on the host.
#pragma once
#include <cstdint>

namespace mink {

struct Symbol {
  const char* name;       // terminated, lives as long as the image
  std::uintptr_t offset;  // of the address asked for, from the symbol's start
  std::uintptr_t size;    // bytes to the next symbol
};

// The symbol that covers `address`; false if none does (or there is no table). Any context. O(log n). Bit 0 of an address of
// code does not count: a return address or a function pointer that was kept says there whether it is Thumb.
bool symbol_lookup(std::uintptr_t address, Symbol& symbol);

// The address of the symbol of that name; 0 if there is none. Any context. O(n).
std::uintptr_t symbol_address(const char* name);

}  // namespace mink
