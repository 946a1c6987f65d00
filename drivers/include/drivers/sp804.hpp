// SPDX-License-Identifier: MIT
// ARM dual timer module (SP804). One timer of it makes the tick, another counts freely.
#pragma once
#include <drivers/mmio.hpp>
#include <kernel/clock_source.hpp>

namespace mink::drivers {

// ARM DDI 0271D, chapter 3. N: which of the module's two timers.
template <unsigned N>
struct Sp804Regs {
  static_assert(N < 2);
  static constexpr std::size_t kBase = 0x20 * N;
  struct Load : Reg<kBase + 0x00, Rw> {};   // 3.3.1: a write restarts the count from it
  struct Value : Reg<kBase + 0x04, Ro> {};  // 3.3.2: counts down
  struct Control : Reg<kBase + 0x08, Rw> {  // 3.3.3
    using OneShot = Field<0>;
    using Size32 = Field<1>;
    using Prescale = Field<2, 2>;  // 0: the clock itself
    using IntEnable = Field<5>;
    using Periodic = Field<6>;
    using Enable = Field<7>;
  };
  struct IntClr : Reg<kBase + 0x0c, Wo> {};  // 3.3.4: any write
  struct Mis : Reg<kBase + 0x14, Ro> {       // 3.3.6
    using Pending = Field<0>;
  };
};

// The periodic interrupt from timer N. clock_hz: that of TIMCLK.
template <class Bus, unsigned N>
class BasicSp804Tick final : public kernel::TickDevice {
 public:
  constexpr BasicSp804Tick(Bus bus, std::uint32_t clock_hz) : regs_{bus}, clock_hz_{clock_hz} {}

  const char* name() const override { return "sp804"; }
  // hz: 1..clock_hz. The counter reloads by itself, so a late handler does not shift later ticks.
  void start(std::uint32_t hz) override {
    stop();
    regs_.template write<typename R::Load>(clock_hz_ / hz);
    regs_.template write<typename R::Control>(C::Size32::kMask | C::Periodic::kMask | C::IntEnable::kMask |
                                              C::Enable::kMask);
  }
  void stop() override {
    regs_.template write<typename R::Control>(0);
    regs_.template write<typename R::IntClr>(1);
  }
  bool acknowledge() override {
    if (!R::Mis::Pending::in(regs_.template read<typename R::Mis>())) return false;
    regs_.template write<typename R::IntClr>(1);
    return true;
  }

 private:
  using R = Sp804Regs<N>;
  using C = typename R::Control;
  Registers<Bus> regs_;
  std::uint32_t clock_hz_;
};

// Timer N as a counter that wraps at 32 bits.
template <class Bus, unsigned N>
class BasicSp804Counter final : public kernel::ClockSource {
 public:
  constexpr BasicSp804Counter(Bus bus, std::uint32_t clock_hz) : regs_{bus}, clock_hz_{clock_hz} {}

  // From 0, no interrupt.
  void start() {
    regs_.template write<typename R::Control>(0);
    regs_.template write<typename R::Load>(~0u);
    // Neither Periodic nor OneShot: at 0 it goes on from 0xffffffff.
    regs_.template write<typename R::Control>(C::Size32::kMask | C::Enable::kMask);
  }

  const char* name() const override { return "sp804"; }
  std::uint32_t read() const override { return ~regs_.template read<typename R::Value>(); }
  std::uint32_t frequency_hz() const override { return clock_hz_; }

 private:
  using R = Sp804Regs<N>;
  using C = typename R::Control;
  Registers<Bus> regs_;
  std::uint32_t clock_hz_;
};

template <unsigned N>
using Sp804Tick = BasicSp804Tick<Mmio, N>;
template <unsigned N>
using Sp804Counter = BasicSp804Counter<Mmio, N>;

}  // namespace mink::drivers
