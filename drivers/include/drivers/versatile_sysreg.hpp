// SPDX-License-Identifier: MIT
// The status and system control registers of ARM's baseboards (Versatile, RealView): reset, and a counter that runs from
// power-on.
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
  // 4.2.6: in the Versatile bits 2:0 say how deep (5: as at power-on), and bit 8 does it. In the RealView boards bit 2 does it.
  struct ResetCtl : Reg<0x40, Rw> {
    static constexpr std::uint32_t kVersatile = 1u << 8 | 5;
    static constexpr std::uint32_t kRealView = 1u << 2;
  };
  struct Counter24MHz : Reg<0x5c, Ro> {};  // 4.2.13
};

// The boards have no switch for their power: both ends are a reset.
template <class Bus>
class BasicVersatileReset final : public kernel::PowerControl {
 public:
  // word: ResetCtl's of this board.
  constexpr BasicVersatileReset(Bus bus, std::uint32_t word) : regs_{bus}, word_{word} {}
  [[noreturn]] void power_off() override { reset(); }
  [[noreturn]] void reset() override {
    request();
    arch::halt();
  }
  // The two writes that ask for it; the machine stops at some instruction after them.
  void request() {
    regs_.template write<R::Lock>(R::Lock::Key::put(R::Lock::kOpen));
    regs_.template write<R::ResetCtl>(word_);
    arch::dsb();  // at the device before the CPU sleeps
  }

 private:
  using R = VersatileSysRegs;
  Registers<Bus> regs_;
  std::uint32_t word_;
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
