// SPDX-License-Identifier: MIT
// How large the reserves are: Linux's arithmetic (Documentation/admin-guide/sysctl/vm), on figures alone.
#pragma once
#include <cstddef>
#include <mm/zone.hpp>
#include <span>

namespace mink::mm {

// The largest r with r * r <= n.
constexpr std::size_t int_sqrt(unsigned long long n) {
  unsigned long long r = 0;
  for (unsigned long long bit = 1ull << 31; bit != 0; bit >>= 1) {
    if ((r + bit) * (r + bit) <= n) r += bit;
  }
  return static_cast<std::size_t>(r);
}

// 4 * sqrt(kbytes of low memory), between 128 kB and 256 MB.
constexpr std::size_t default_min_free_kbytes(std::size_t lowmem_kbytes) {
  const std::size_t value = int_sqrt(static_cast<unsigned long long>(lowmem_kbytes) * 16);
  return value < 128 ? 128 : value > 262144 ? 262144 : value;
}

// Marks of a zone with `managed` pages of `lowmem` pages of low memory in all.
constexpr Watermarks zone_watermarks(std::size_t min_free_kbytes, std::size_t managed, std::size_t lowmem,
                                     bool high) {
  const std::size_t pages = min_free_kbytes / (kPageSize / 1024);
  const std::size_t share =
      lowmem == 0 ? 0 : static_cast<std::size_t>(static_cast<unsigned long long>(pages) * managed / lowmem);
  Watermarks mark;
  mark.min = share;
  if (high) {  // its pages are no help to those who may not wait: the reserve is small
    mark.min = managed / 1024 < 32 ? 32 : managed / 1024 > 128 ? 128 : managed / 1024;
  }
  const std::size_t thousandth = managed / 1000;  // vm.watermark_scale_factor 10: a tenth of a percent
  const std::size_t step = share / 4 > thousandth ? share / 4 : thousandth;
  mark.low = mark.min + step;
  mark.high = mark.low + step;
  return mark;
}

// lowmem_reserve_ratio: how many pages of the zones above one page of the zone is kept for; 0: no reserve.
inline constexpr unsigned kLowmemReserveRatio[kZones] = {256, 32, 0};

// What an allocation that would rather have zone `wanted` (kZones: Movable) must leave in zone `zone`.
constexpr std::size_t lowmem_reserve(std::span<const std::size_t, kZones> managed, unsigned zone,
                                     unsigned wanted) {
  if (wanted <= zone || managed[zone] == 0 || kLowmemReserveRatio[zone] == 0) return 0;
  std::size_t above = 0;
  for (unsigned z = zone + 1; z <= wanted && z < kZones; ++z) above += managed[z];
  return above / kLowmemReserveRatio[zone];
}

}  // namespace mink::mm
