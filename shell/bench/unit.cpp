// SPDX-License-Identifier: MIT
// Recognising -icount by a loop whose length is known to be small; see unit.hpp.
#include "bench/unit.hpp"

#include <algorithm>
#include <arch/irq.hpp>
#include <bit>
#include <kernel/clock.hpp>

namespace mink::shell {
namespace {

constexpr unsigned kLoops = 400'000;

// Two to three instructions a round: a whole number of them, and of a known power of two.
[[gnu::__noinline__]] void count_down(unsigned times) {
  do {
    asm volatile("" : "+r"(times));
  } while (--times != 0);
}

}  // namespace

std::uint64_t ClockUnit::hundredths(std::uint64_t cycles) const {
  return (kernel::cycles_to_ns(cycles) * 100) >> shift;
}

ClockUnit clock_unit() {
  const arch::IrqGuard quiet;
  std::uint64_t shortest = UINT64_MAX, longest = 0;
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t start = kernel::cycles_now();
    count_down(kLoops);
    const std::uint64_t cycles = kernel::cycles_now() - start;
    shortest = std::min(shortest, cycles);
    longest = std::max(longest, cycles);
  }
  // A whole number of nanoseconds in each round, to 1/1000 of them: reading the clock takes less than that.
  const std::uint64_t thousandths = (kernel::cycles_to_ns(shortest) * 1000 + kLoops / 2) / kLoops;
  const std::uint64_t off = std::min(thousandths % 1000, 1000 - thousandths % 1000);
  const std::uint64_t ns = (thousandths + 500) / 1000;
  if (longest - shortest > 1 || off > thousandths / 1000 || ns < 2) return {};
  return {.instructions = true, .shift = static_cast<unsigned>(std::bit_width(ns)) - 2};
}

bool clock_counts_instructions() {
  const ClockUnit unit = clock_unit();
  return unit.instructions && unit.shift == 0;
}

}  // namespace mink::shell
