// SPDX-License-Identifier: MIT
// The Versatile's status and system control registers: reset, and a counter that runs from power-on.
#pragma once
#include <arch/barrier.hpp>
#include <arch/cpu.hpp>
#include <drivers/mmio.hpp>
#include <kernel/clock_source.hpp>
#include <kernel/power.hpp>

namespace mink::drivers {

// ARM DUI 0225D, 4.2, table 4-3.
struct VersatileSysRegs {
  struct Id : Reg<0x00, Ro> {};
  struct Lock
      : Reg<0x20, Rw> {  // 4.2.4: the key opens the registers below for writing, any other value shuts them
    using Key = Field<0, 16>;
    static constexpr std::uint32_t kOpen = 0xa05f;
  };
  struct ResetCtl : Reg<0x40, Rw> {  // 4.2.6
    using Level = Field<0, 3>;       // 5: power-on reset of the whole board
    using Now = Field<8>;
  };
  struct Counter24MHz : Reg<0x5c, Ro> {};  // 4.2.13
};

// The board has no switch for its power: both ends are a reset.
template <class Bus>
class BasicVersatileReset final : public kernel::PowerControl {
 public:
  constexpr explicit BasicVersatileReset(Bus bus) : regs_{bus} {}
  [[noreturn]] void power_off() override { reset(); }
  [[noreturn]] void reset() override {
    request();
    arch::halt();
  }
  // The two writes that ask for it; the machine stops at some instruction after them.
  void request() {
    regs_.template write<R::Lock>(R::Lock::Key::put(R::Lock::kOpen));
    regs_.template write<R::ResetCtl>(R::ResetCtl::Now::put(1) | R::ResetCtl::Level::put(5));
    arch::dsb();  // at the device before the CPU sleeps
  }

 private:
  using R = VersatileSysRegs;
  Registers<Bus> regs_;
};

template <class Bus>
class BasicVersatileCounter final : public kernel::ClockSource {
 public:
  static constexpr std::uint32_t kHz = 24'000'000;
  constexpr explicit BasicVersatileCounter(Bus bus) : regs_{bus} {}
  const char* name() const override { return "24MHz"; }
  std::uint32_t read() const override { return regs_.template read<VersatileSysRegs::Counter24MHz>(); }
  std::uint32_t frequency_hz() const override { return kHz; }

 private:
  Registers<Bus> regs_;
};

using VersatileReset = BasicVersatileReset<Mmio>;
using VersatileCounter = BasicVersatileCounter<Mmio>;

}  // namespace mink::drivers
