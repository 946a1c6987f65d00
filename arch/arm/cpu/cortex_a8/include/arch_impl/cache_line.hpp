// SPDX-License-Identifier: MIT
// The Cortex-A8's data caches, both levels: lines of sixteen words (ARM DDI 0344K, 7.1 and 8.1).
#pragma once
#include <cstddef>

namespace mink::arch {

inline constexpr std::size_t kDmaLine = 64;

}  // namespace mink::arch
