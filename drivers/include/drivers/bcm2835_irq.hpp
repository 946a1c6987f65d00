// SPDX-License-Identifier: MIT
// The BCM2835's interrupt controller as its ARM sees it: 64 lines of the peripherals, then 8 of the ARM's own; all level, the
// lowest number first.
#pragma once
#include <bit>
#include <drivers/mmio.hpp>
#include <kernel/irq_chip.hpp>

namespace mink::drivers {

// BCM2835 ARM Peripherals, 7.5; offsets from 0x2000b000.
struct Bcm2835IrqRegs {
  struct BasicPending : Reg<0x200, Ro> {
    using Arm = Field<0, 8>;  // above: copies of bits of the words below
  };
  struct Pending : RegArray<0x204, 2, Ro> {};  // asserted and enabled: lines 0-31, 32-63
  struct FiqControl : Reg<0x20c, Rw> {};
  struct Enable : RegArray<0x210, 3, Rw> {};   // writing 1 enables, 0 leaves: 0-31, 32-63, the ARM's
  struct Disable : RegArray<0x21c, 3, Rw> {};  // likewise
};

template <class Bus>
class BasicBcm2835Irq final : public kernel::IrqChip {
 public:
  static constexpr unsigned kFirstArm = 64;
  static constexpr unsigned kLines = kFirstArm + 8;
  constexpr explicit BasicBcm2835Irq(Bus bus) : regs_{bus} {}

  // Whatever firmware left: all lines masked, none is a FIQ.
  void init() {
    regs_.template write<R::FiqControl>(0);
    for (unsigned i = 0; i < R::Disable::kCount; ++i) regs_.template write<R::Disable>(i, ~0u);
  }

  const char* name() const override { return "ARMCTRL"; }
  void mask(unsigned line) override { regs_.template write<R::Disable>(line / 32, 1u << line % 32); }
  void unmask(unsigned line) override { regs_.template write<R::Enable>(line / 32, 1u << line % 32); }
  void ack(unsigned) override {}
  void eoi(unsigned) override {}
  unsigned next_pending() override {
    for (unsigned i = 0; i < R::Pending::kCount; ++i) {
      if (const std::uint32_t word = regs_.template read<R::Pending>(i); word != 0)
        return 32 * i + lowest(word);
    }
    const std::uint32_t arm = R::BasicPending::Arm::get(regs_.template read<R::BasicPending>());
    return arm != 0 ? kFirstArm + lowest(arm) : kNone;
  }
  bool is_level(unsigned) const override { return true; }

 private:
  using R = Bcm2835IrqRegs;
  static unsigned lowest(std::uint32_t word) { return static_cast<unsigned>(std::countr_zero(word)); }

  Registers<Bus> regs_;
};

using Bcm2835Irq = BasicBcm2835Irq<OrderedMmio>;

}  // namespace mink::drivers
