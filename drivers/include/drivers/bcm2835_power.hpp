// SPDX-License-Identifier: MIT
// The BCM2835's power management, as far as the end of a run needs it: a watchdog that resets at once. The firmware, which then
// runs again, reads from a partition number whether it shall boot or stay off.
#pragma once
#include <arch/barrier.hpp>
#include <arch/cpu.hpp>
#include <drivers/mmio.hpp>
#include <kernel/power.hpp>

namespace mink::drivers {

// In no published manual; as the Raspberry Pi's own Linux uses them. Each write carries the password.
struct Bcm2835PowerRegs {
  static constexpr std::uint32_t kPassword = 0x5a000000;
  struct ResetControl : Reg<0x1c, Rw> {
    using OnWatchdog = Field<4, 2>;
    static constexpr std::uint32_t kFullReset = 2;
  };
  struct ResetStatus : Reg<0x20, Rw> {
    // Six bits, every other one from 0 to 10: the partition to boot from. 63: do not boot.
    static constexpr std::uint32_t kPartition = 0x555;
    static constexpr std::uint32_t kHalt = 0x555;
  };
  struct Watchdog : Reg<0x24, Rw> {
    using Time = Field<0, 20>;  // in 1/65536 s
  };
};

template <class Bus>
class BasicBcm2835Power final : public kernel::PowerControl {
 public:
  constexpr explicit BasicBcm2835Power(Bus bus) : regs_{bus} {}
  [[noreturn]] void power_off() override {
    request(R::ResetStatus::kHalt);
    arch::halt();
  }
  [[noreturn]] void reset() override {
    request(0);
    arch::halt();
  }
  // partition: bits of ResetStatus. The machine stops some instructions, or microseconds, after it.
  void request(std::uint32_t partition) {
    const std::uint32_t status =
        regs_.template read<typename R::ResetStatus>() & kValue & ~R::ResetStatus::kPartition;
    regs_.template write<typename R::ResetStatus>(R::kPassword | status | partition);
    regs_.template write<typename R::Watchdog>(R::kPassword | R::Watchdog::Time::put(10));
    const std::uint32_t control =
        regs_.template read<typename R::ResetControl>() & kValue & ~OnWatchdog::kMask;
    regs_.template write<typename R::ResetControl>(R::kPassword | control |
                                                   OnWatchdog::put(R::ResetControl::kFullReset));
    arch::dsb();  // at the device before the CPU sleeps
  }

 private:
  using R = Bcm2835PowerRegs;
  using OnWatchdog = R::ResetControl::OnWatchdog;
  static constexpr std::uint32_t kValue = 0x00ffffff;

  Registers<Bus> regs_;
};

using Bcm2835Power = BasicBcm2835Power<OrderedMmio>;

}  // namespace mink::drivers
