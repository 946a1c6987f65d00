// SPDX-License-Identifier: MIT
// The host's, which tests take for an ARM1176's.
#pragma once
#include <cstddef>

namespace mink::arch {

inline constexpr std::size_t kDmaLine = 32;

}  // namespace mink::arch
