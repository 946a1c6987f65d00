// SPDX-License-Identifier: MIT
// The S3C6410's PWM timers, as timers: five counters, 32 bits, downwards at half of PCLK, each a tick or a free-running clock.
#pragma once
#include <arch/irq.hpp>
#include <drivers/mmio.hpp>
#include <kernel/clock_source.hpp>
#include <type_traits>

namespace mink::drivers {

// S3C6410X User's Manual Rev 1.20, chapter 32.
struct S3cPwmRegs {
  static constexpr unsigned kTimers = 5;
  struct Tcfg0 : Reg<0x00, Rw> {     // divides by the value + 1
    using Prescaler0 = Field<0, 8>;  // of timers 0 and 1
    using Prescaler1 = Field<8, 8>;  // of the others
  };
  struct Tcfg1 : Reg<0x04, Rw> {};  // four bits a timer; 0: undivided
  struct Tcon : Reg<0x08, Rw> {};
  template <unsigned N>
  struct Tcntb : Reg<0x0c + 12 * N, Rw> {};  // what is counted down from; a period is one more
  template <unsigned N>
  struct Tcnto : Reg<N == 4 ? 0x40 : 0x14 + 12 * N, Ro> {};
  struct TintCstat : Reg<0x44, Rw> {  // a timer interrupts if it is enabled here, and in the VIC
    static constexpr std::uint32_t kEnables = 0x1f;
    static constexpr unsigned kStatus = 5;  // bit 5 + N; writing 1 clears
  };
  // Four bits in TCON: start, manual update, (output inverter,) reload. Timer 4 has no output.
  template <unsigned N>
  struct Control {
    static constexpr unsigned kShift = N == 0 ? 0 : 4 + 4 * N;
    static constexpr std::uint32_t kStart = 1u << kShift;
    static constexpr std::uint32_t kUpdate = 2u << kShift;
    static constexpr std::uint32_t kReload = (N == 4 ? 4u : 8u) << kShift;
    static constexpr std::uint32_t kAll = (N == 4 ? 7u : 15u) << kShift;
  };
};

// Timer N. The registers that it shares with the others are changed with interrupts off.
template <class Bus, unsigned N>
class S3cPwmTimer {
  static_assert(N < S3cPwmRegs::kTimers);

 public:
  constexpr explicit S3cPwmTimer(Bus bus) : regs_{bus} {}

  // What the prescaler makes of PCLK: the manual has its value begin at 1.
  static constexpr std::uint32_t kDivision = 2;

  // Counts `steps` of PCLK / kDivision over and over. steps: 1..2^32, 0 is that.
  void start(std::uint32_t steps, bool interrupts) {
    const arch::IrqGuard guard;
    stop();
    divide();
    regs_.template write<typename R::template Tcntb<N>>(steps - 1);
    control(C::kUpdate);
    if (interrupts) write_cstat(1u << N);
    control(C::kStart | C::kReload);
  }
  // No count, no interrupt, no old one either.
  void stop() {
    const arch::IrqGuard guard;
    control(0);
    const std::uint32_t enables = regs_.template read<T>() & T::kEnables;
    regs_.template write<T>((enables & ~(1u << N)) | 1u << (T::kStatus + N));
  }
  // True if it interrupted; it is not pending then.
  bool acknowledge() {
    const arch::IrqGuard guard;
    if ((regs_.template read<T>() & 1u << (T::kStatus + N)) == 0) return false;
    write_cstat(1u << (T::kStatus + N));
    return true;
  }
  // Down from steps - 1.
  [[nodiscard]] std::uint32_t count() const { return regs_.template read<typename R::template Tcnto<N>>(); }

 private:
  using R = S3cPwmRegs;
  using T = R::TintCstat;
  using C = R::Control<N>;
  void control(std::uint32_t bits) {
    regs_.template write<R::Tcon>((regs_.template read<R::Tcon>() & ~C::kAll) | bits);
  }
  // The status bits of the other timers must be written as 0: a 1 clears.
  void write_cstat(std::uint32_t bits) {
    regs_.template write<T>((regs_.template read<T>() & T::kEnables) | bits);
  }
  void divide() {
    using Prescaler = std::conditional_t < N<2, R::Tcfg0::Prescaler0, R::Tcfg0::Prescaler1>;
    regs_.template write<R::Tcfg0>((regs_.template read<R::Tcfg0>() & ~Prescaler::kMask) |
                                   Prescaler::put(kDivision - 1));
    regs_.template write<R::Tcfg1>(regs_.template read<R::Tcfg1>() & ~(0xfu << 4 * N));
  }

  Registers<Bus> regs_;
};

template <class Bus, unsigned N>
class BasicS3cPwmTick final : public kernel::TickDevice {
 public:
  constexpr BasicS3cPwmTick(Bus bus, std::uint32_t pclk_hz)
      : timer_{bus}, clock_hz_{pclk_hz / S3cPwmTimer<Bus, N>::kDivision} {}
  const char* name() const override { return "s3c-pwm"; }
  // hz: 1..clock_hz(). The counter reloads by itself, so a late handler does not shift later ticks.
  void start(std::uint32_t hz) override { timer_.start(clock_hz_ / hz, true); }
  void stop() override { timer_.stop(); }
  bool acknowledge() override { return timer_.acknowledge(); }
  [[nodiscard]] std::uint32_t clock_hz() const { return clock_hz_; }

 private:
  S3cPwmTimer<Bus, N> timer_;
  std::uint32_t clock_hz_;
};

template <class Bus, unsigned N>
class BasicS3cPwmCounter final : public kernel::ClockSource {
 public:
  constexpr BasicS3cPwmCounter(Bus bus, std::uint32_t pclk_hz)
      : timer_{bus}, clock_hz_{pclk_hz / S3cPwmTimer<Bus, N>::kDivision} {}
  // From 0, no interrupt.
  void start() { timer_.start(0, false); }
  const char* name() const override { return "s3c-pwm"; }
  std::uint32_t read() const override { return ~timer_.count(); }
  std::uint32_t frequency_hz() const override { return clock_hz_; }

 private:
  S3cPwmTimer<Bus, N> timer_;
  std::uint32_t clock_hz_;
};

template <unsigned N>
using S3cPwmTick = BasicS3cPwmTick<Mmio, N>;
template <unsigned N>
using S3cPwmCounter = BasicS3cPwmCounter<Mmio, N>;

}  // namespace mink::drivers
