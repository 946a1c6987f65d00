// SPDX-License-Identifier: MIT
// kmalloc_index of 1..32, 33..64, ... bytes, as a table: a lookup costs the same for 8 bytes and for 8 K.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include <linux/slab.h>

namespace mink::mm {

inline constexpr std::size_t kKmallocGranule = ARCH_KMALLOC_MINALIGN;

inline constexpr auto kKmallocIndex = [] {
  std::array<std::uint8_t, KMALLOC_MAX_CACHE_SIZE / kKmallocGranule> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = static_cast<std::uint8_t>(kmalloc_index((i + 1) * kKmallocGranule));
  }
  return table;
}();

}  // namespace mink::mm
