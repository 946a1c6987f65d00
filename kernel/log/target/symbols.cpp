// SPDX-License-Identifier: MIT
// The table that the link's second pass puts into the image. In the first pass there is none.
#include <base/sections.hpp>
#include <base/symbols.hpp>

#include "log/symbol_table.hpp"

extern "C" {
extern const std::uint32_t __ksym_count __attribute__((weak));
extern const std::uint32_t __ksym_addrs[] __attribute__((weak));
extern const std::uint32_t __ksym_name_offsets[] __attribute__((weak));
extern const char __ksym_names[] __attribute__((weak));
}

namespace mink {
namespace {

std::uintptr_t address_of(const char* border) { return reinterpret_cast<std::uintptr_t>(border); }

kernel::SymbolTable table() {
  const std::size_t count = &__ksym_count != nullptr ? __ksym_count : 0;
  return {{__ksym_addrs, count}, {__ksym_name_offsets, count}, __ksym_names, address_of(__kernel_end)};
}

}  // namespace

bool symbol_lookup(std::uintptr_t address, Symbol& symbol) {
  const bool code = address - address_of(__text_start) < address_of(__text_end) - address_of(__text_start);
  return table().lookup(code ? address & ~std::uintptr_t{1} : address, symbol);
}
std::uintptr_t symbol_address(const char* name) { return table().address_of(name); }

}  // namespace mink
