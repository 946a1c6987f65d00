// SPDX-License-Identifier: MIT
// The ARM1176's data cache: lines of eight words, whatever its size (ARM DDI 0301H, 7.2).
#pragma once
#include <cstddef>

namespace mink::arch {

inline constexpr std::size_t kDmaLine = 32;

}  // namespace mink::arch
