// SPDX-License-Identifier: MIT
// The BCM2835's system timer: a counter of microseconds that nothing stops, and four registers that it is compared with.
// Channels 0 and 2 belong to the VideoCore.
#pragma once
#include <drivers/mmio.hpp>
#include <kernel/clock_source.hpp>

namespace mink::drivers {

// BCM2835 ARM Peripherals, 12.1.
struct Bcm2835TimerRegs {
  struct Status : Reg<0x00, Rw> {};  // a bit for each channel: it has matched; writing 1 clears
  struct Low : Reg<0x04, Ro> {};     // of the counter's 64 bits
  static constexpr std::uint32_t kHz = 1'000'000;
  static constexpr unsigned kChannels = 4;
  struct Compare : RegArray<0x0c, kChannels, Rw> {};  // matches when Low becomes equal to it
};

template <class Bus>
class BasicBcm2835Counter final : public kernel::ClockSource {
 public:
  constexpr explicit BasicBcm2835Counter(Bus bus) : regs_{bus} {}
  const char* name() const override { return "system timer"; }
  std::uint32_t read() const override { return regs_.template read<Bcm2835TimerRegs::Low>(); }
  std::uint32_t frequency_hz() const override { return Bcm2835TimerRegs::kHz; }

 private:
  Registers<Bus> regs_;
};

// The periodic interrupt from channel N: each match sets the next one, a period after it, so a late handler does not shift
// later ticks.
template <class Bus, unsigned N>
class BasicBcm2835Tick final : public kernel::TickDevice {
  static_assert(N == 1 || N == 3);

 public:
  constexpr explicit BasicBcm2835Tick(Bus bus) : regs_{bus} {}

  const char* name() const override { return "system timer"; }
  // hz: 1..1 000 000.
  void start(std::uint32_t hz) override {
    period_ = R::kHz / hz;
    regs_.template write<R::Status>(kBit);
    next_ = regs_.template read<R::Low>() + period_;
    arm();
  }
  // The comparison itself cannot be switched off: it may match once in 71 minutes, with its line masked or
  // acknowledge() to answer.
  void stop() override {
    period_ = 0;
    regs_.template write<R::Compare>(N, regs_.template read<R::Low>() - 1);
    regs_.template write<R::Status>(kBit);
  }
  bool acknowledge() override {
    if ((regs_.template read<R::Status>() & kBit) == 0) return false;
    regs_.template write<R::Status>(kBit);
    if (period_ != 0) {
      next_ += period_;
      arm();
    }
    return true;
  }

 private:
  using R = Bcm2835TimerRegs;
  static constexpr std::uint32_t kBit = 1u << N;

  // A time that has passed would match after a whole turn of the counter: then the first one of the row that is ahead.
  void arm() {
    for (;;) {
      regs_.template write<R::Compare>(N, next_);
      const std::uint32_t late = regs_.template read<R::Low>() - next_;
      if (static_cast<std::int32_t>(late) < 0 || (regs_.template read<R::Status>() & kBit) != 0) return;
      next_ += period_ * (late / period_ + 1);
    }
  }

  Registers<Bus> regs_;
  std::uint32_t period_ = 0;  // 0: stopped
  std::uint32_t next_ = 0;    // what Compare holds
};

using Bcm2835Counter = BasicBcm2835Counter<OrderedMmio>;
template <unsigned N>
using Bcm2835Tick = BasicBcm2835Tick<OrderedMmio, N>;

}  // namespace mink::drivers
