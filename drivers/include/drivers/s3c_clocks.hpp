// SPDX-License-Identifier: MIT
// The S3C6410's clock tree, computed from what the system controller's registers say.
#pragma once
#include <cstdint>

namespace mink::drivers {

// As read: S3C6410X User's Manual Rev 1.20, chapter 3.
struct S3cClockRegisters {
  std::uint32_t apll_con, mpll_con, clk_src, clk_div0, others;
};

// Hz; 0 where a clock stands still.
struct S3cClocks {
  std::uint32_t arm, hclkx2, hclk, pclk;
  bool operator==(const S3cClocks&) const = default;
};

inline constexpr std::uint32_t kS3cCrystalHz = 12'000'000;

// APLL and MPLL (3.4.2.2): F = crystal * M / (P << S) while bit 31 says that it runs.
constexpr std::uint32_t s3c_pll_hz(std::uint32_t con) {
  const std::uint32_t m = con >> 16 & 0x3ff, p = con >> 8 & 0x3f, s = con & 7;
  if ((con & 1u << 31) == 0 || p == 0) return 0;
  return static_cast<std::uint32_t>(std::uint64_t{kS3cCrystalHz} * m / (p << s));
}

constexpr std::uint32_t s3c_mpll_hz(const S3cClockRegisters& r) {
  return (r.clk_src & 2) != 0 ? s3c_pll_hz(r.mpll_con) : kS3cCrystalHz;
}

// Pure. The core's clock comes from the APLL; the buses' from the APLL in synchronous mode (OTHERS bit 6), else from the
// MPLL; HCLK and PCLK both divide HCLKx2.
constexpr S3cClocks s3c_clocks(const S3cClockRegisters& r) {
  const std::uint32_t apll = (r.clk_src & 1) != 0 ? s3c_pll_hz(r.apll_con) : kS3cCrystalHz;
  const std::uint32_t mpll = s3c_mpll_hz(r);
  const auto divider = [&r](unsigned shift, std::uint32_t mask) { return (r.clk_div0 >> shift & mask) + 1; };
  const bool synchronous = (r.others & 1u << 6) != 0;
  const std::uint32_t hclkx2 = (synchronous ? apll : mpll) / divider(9, 7);
  return {apll / divider(0, 15), hclkx2, hclkx2 / divider(8, 1), hclkx2 / divider(12, 15)};
}

// DOUT_MPLL, of which devices have their own clocks. Pure.
constexpr std::uint32_t s3c_dout_mpll_hz(const S3cClockRegisters& r) {
  return s3c_mpll_hz(r) / ((r.clk_div0 >> 4 & 1) + 1);
}

}  // namespace mink::drivers
