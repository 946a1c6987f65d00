// SPDX-License-Identifier: MIT
// The monotonic clock, and busy waits by it.
#include <linux/delay.h>
#include <linux/ktime.h>

#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <kernel/clock.hpp>

namespace mink::kernel {

namespace {

constexpr std::uint64_t kNsPerSecond = 1'000'000'000;
constinit MonotonicClock clock;
constinit std::uint64_t first_prompt_ns = 0;

}  // namespace

MonotonicClock& monotonic_clock() { return clock; }

void MonotonicClock::start(const ClockSource& source) {
  const arch::IrqGuard guard;
  MINK_ASSERT(source_ == nullptr && source.frequency_hz() != 0);
  hz_ = source.frequency_hz();
  last_ = source.read();
  total_ = last_;
  source_ = &source;
}

std::uint64_t MonotonicClock::cycles() {
  const arch::IrqGuard guard;
  if (source_ == nullptr) return 0;
  const std::uint32_t now = source_->read();
  total_ += static_cast<std::uint32_t>(now - last_);
  last_ = now;
  return total_;
}

std::uint64_t MonotonicClock::to_ns(std::uint64_t cycles) const {
  if (hz_ == 0) return 0;
  // Seconds apart from the rest: the product would overflow after twelve minutes.
  return cycles / hz_ * kNsPerSecond + cycles % hz_ * kNsPerSecond / hz_;
}

std::uint64_t MonotonicClock::ns() { return to_ns(cycles()); }

void MonotonicClock::delay_ns(std::uint64_t ns) {
  MINK_ASSERT(started());
  const std::uint64_t part = ns % kNsPerSecond * hz_;
  const std::uint64_t steps = ns / kNsPerSecond * hz_ + (part + kNsPerSecond - 1) / kNsPerSecond;
  const std::uint64_t start = cycles();
  // One step more: the first may have been nearly over.
  while (cycles() - start < steps + 1) {
  }
}

std::uint64_t cycles_now() { return clock.cycles(); }
std::uint32_t cycles_hz() { return clock.frequency_hz(); }
std::uint64_t cycles_to_ns(std::uint64_t cycles) { return clock.to_ns(cycles); }
std::uint64_t uptime_ns() { return clock.ns(); }

void note_first_prompt() {
  if (first_prompt_ns == 0) first_prompt_ns = uptime_ns();
}
std::uint64_t boot_to_prompt_ns() { return first_prompt_ns; }

}  // namespace mink::kernel

extern "C" {

ktime_t ktime_get(void) { return static_cast<ktime_t>(mink::kernel::uptime_ns()); }
unsigned long long ktime_get_ns(void) { return mink::kernel::uptime_ns(); }

void ndelay(unsigned long ns) { mink::kernel::monotonic_clock().delay_ns(ns); }
void udelay(unsigned long us) { mink::kernel::monotonic_clock().delay_ns(us * 1000ull); }
void mdelay(unsigned long ms) { mink::kernel::monotonic_clock().delay_ns(ms * 1000000ull); }

}  // extern "C"
