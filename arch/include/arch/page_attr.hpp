// SPDX-License-Identifier: MIT
// All that mm/ may say about a mapping. No TEX, no AP bits: the CPU's part encodes them.
#pragma once
#include <cstdint>

namespace mink::arch {

enum class MemType : std::uint8_t {
  Normal,           // write-back, write-allocate
  NormalNonCached,  // ioremap_wc, coherent DMA
  Device,           // shared device
  StronglyOrdered,
};

struct alignas(4) PageAttr {  // handed over in a register
  MemType type;
  bool write;
  bool exec;
  constexpr bool operator==(const PageAttr&) const = default;
};

inline constexpr PageAttr kKernelData{MemType::Normal, true, false};
inline constexpr PageAttr kKernelRoData{MemType::Normal, false, false};
inline constexpr PageAttr kKernelText{MemType::Normal, false, true};
inline constexpr PageAttr kDeviceRegs{MemType::Device, true, false};
inline constexpr PageAttr kWriteCombined{MemType::NormalNonCached, true, false};

}  // namespace mink::arch
