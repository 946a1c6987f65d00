// SPDX-License-Identifier: MIT
// The S3C6410's system controller (clocks, identity, reset, what WFI does), its watchdog, and what its memory controller
// says of the DRAM.
#pragma once
#include <arch/barrier.hpp>
#include <arch/cpu.hpp>
#include <drivers/mmio.hpp>
#include <drivers/s3c_clocks.hpp>
#include <kernel/power.hpp>

namespace mink::drivers {

// S3C6410X User's Manual Rev 1.20, chapter 3.
struct S3cSystemRegs {
  struct ApllCon : Reg<0x00c, Rw> {};
  struct MpllCon : Reg<0x010, Rw> {};
  struct ClkSrc : Reg<0x01c, Rw> {
    using Mmc0 = Field<18, 2>;
    static constexpr std::uint32_t kDoutMpll = 1;
  };
  struct ClkDiv0 : Reg<0x020, Rw> {};
  struct ClkDiv1 : Reg<0x024, Rw> {
    using Mmc0 = Field<0, 4>;  // divides by one more
  };
  struct HclkGate : Reg<0x030, Rw> {
    using Dma0 = Field<12>;
    using Hsmmc0 = Field<17>;
  };
  struct PclkGate : Reg<0x034, Rw> {  // 1: the clock passes
    using Uarts = Field<1, 4>;
    using Watchdog = Field<5>;
    using Rtc = Field<6>;
    using Pwm = Field<7>;
    using Gpio = Field<18>;
  };
  struct SclkGate : Reg<0x038, Rw> {
    using Mmc0 = Field<24>;
  };
  struct SdmaSel : Reg<0x110, Rw> {  // 1: a request goes to DMA0 or DMA1, 0: to its secure twin
    using All = Field<0, 24>;
  };
  struct SwRst : Reg<0x114, Wo> {
    static constexpr std::uint32_t kReset = 0x6410;
  };
  struct SysId : Reg<0x118, Ro> {
    static constexpr std::uint32_t kMask = 0xfffff000, kS3c6410 = 0x36410000;
  };
  struct PwrCfg : Reg<0x804, Rw> {
    using OnWfi = Field<5, 2>;  // 0: the core waits; 2 and 3 stop its clocks for good
  };
  struct Others : Reg<0x900, Rw> {};
};

template <class Bus>
class BasicS3cSystem final : public kernel::PowerControl {
 public:
  constexpr explicit BasicS3cSystem(Bus bus) : regs_{bus} {}
  void move_to(Bus bus) { regs_.move_to(bus); }

  // What firmware may have left otherwise: WFI waits and no more; the devices of the boot are clocked.
  void init() {
    regs_.template write<R::PwrCfg>(regs_.template read<R::PwrCfg>() & ~R::PwrCfg::OnWfi::kMask);
    regs_.template write<R::PclkGate>(regs_.template read<R::PclkGate>() | G::Uarts::kMask |
                                      G::Watchdog::kMask | G::Rtc::kMask | G::Pwm::kMask | G::Gpio::kMask);
  }
  [[nodiscard]] S3cClocks clocks() const { return s3c_clocks(clock_registers()); }

  // Clocks HSMMC0, its SCLK_MMC from the MPLL: at most kCardHz, from which halving reaches both 400 kHz and nearly 25 MHz.
  // The controller's clock must be off. Returns SCLK_MMC in Hz.
  std::uint32_t start_mmc0() {
    const std::uint32_t hz = s3c_dout_mpll_hz(clock_registers());
    std::uint32_t divider = 1;
    while (divider < 16 && hz / divider > kCardHz) ++divider;
    change<R::ClkDiv1, R::ClkDiv1::Mmc0>(divider - 1);
    change<R::ClkSrc, R::ClkSrc::Mmc0>(R::ClkSrc::kDoutMpll);
    change<R::HclkGate, R::HclkGate::Hsmmc0>(1);
    change<R::SclkGate, R::SclkGate::Mmc0>(1);
    return hz / divider;
  }
  void start_dma0() {
    change<R::HclkGate, R::HclkGate::Dma0>(1);
    change<R::SdmaSel, R::SdmaSel::All>(R::SdmaSel::All::kMask);
  }
  [[nodiscard]] std::uint32_t chip_id() const { return regs_.template read<R::SysId>(); }

  // There is no switch for the board's power: both ends are a reset.
  [[noreturn]] void power_off() override { reset(); }
  [[noreturn]] void reset() override {
    request_reset();
    arch::halt();
  }
  // The machine stops at some instruction after it.
  void request_reset() {
    regs_.template write<R::SwRst>(R::SwRst::kReset);
    arch::dsb();
  }

 private:
  using R = S3cSystemRegs;
  using G = R::PclkGate;
  static constexpr std::uint32_t kCardHz = 50'000'000;

  [[nodiscard]] S3cClockRegisters clock_registers() const {
    return {regs_.template read<R::ApllCon>(), regs_.template read<R::MpllCon>(),
            regs_.template read<R::ClkSrc>(), regs_.template read<R::ClkDiv0>(),
            regs_.template read<R::Others>()};
  }
  template <class Register, class F>
  void change(std::uint32_t value) {
    regs_.template write<Register>((regs_.template read<Register>() & ~F::kMask) | F::put(value));
  }

  Registers<Bus> regs_;
};

// Chapter 36.
struct S3cWatchdogRegs {
  struct Wtcon : Reg<0x00, Rw> {};  // 0: neither counts nor interrupts nor resets
};

template <RegisterBus Bus>
void s3c_watchdog_stop(Bus bus) {
  Registers<Bus>{bus}.template write<S3cWatchdogRegs::Wtcon>(0);
}

// Chapter 5 (DMC1, after ARM's PL340).
struct S3cDmcRegs {
  struct Status : Reg<0x000, Ro> {
    using State = Field<0, 2>;  // 1: ready
  };
  struct Chip0Cfg : Reg<0x200, Ro> {
    using Mask = Field<0, 8>;   // of address bits 31:24, those that select the chip ...
    using Match = Field<8, 8>;  // ... when they are this
  };
};

struct S3cDram {
  std::uint32_t base, size;
  bool operator==(const S3cDram&) const = default;
};

// What CHIP0_CFG decodes: size 0 if that cannot be memory. The size is in the mask: F8, 128 MB; F0, 256 MB. Pure.
constexpr S3cDram s3c_dram(std::uint32_t chip0_cfg) {
  using C = S3cDmcRegs::Chip0Cfg;
  const std::uint32_t mask = C::Mask::get(chip0_cfg) << 24, base = C::Match::get(chip0_cfg) << 24;
  const std::uint32_t size = 0u - mask;
  const bool sound = mask != 0 && (size & (size - 1)) == 0 && (base & ~mask) == 0;
  return sound ? S3cDram{base, size} : S3cDram{0, 0};
}

template <RegisterBus Bus>
S3cDram s3c_dram(Bus bus) {
  const Registers<Bus> dmc{bus};
  const bool ready = S3cDmcRegs::Status::State::get(dmc.template read<S3cDmcRegs::Status>()) == 1;
  return ready ? s3c_dram(dmc.template read<S3cDmcRegs::Chip0Cfg>()) : S3cDram{0, 0};
}

using S3cSystem = BasicS3cSystem<Mmio>;

}  // namespace mink::drivers
