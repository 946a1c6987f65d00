// SPDX-License-Identifier: MIT
// The Versatile's secondary interrupt controller: 32 more lines behind one of the primary controller's.
#pragma once
#include <bit>
#include <drivers/mmio.hpp>
#include <kernel/irq_chip.hpp>

namespace mink::drivers {

// ARM DUI 0225D, 4.10.2, table 4-44.
struct VersatileSicRegs {
  struct Status : Reg<0x00, Ro> {};  // asserted and enabled
  struct RawStat : Reg<0x04, Ro> {};
  struct EnSet : Reg<0x08, Wo> {};  // writing 1 enables, 0 leaves
  struct EnClr : Reg<0x0c, Wo> {};
  struct SoftIntClr : Reg<0x14, Wo> {};
  struct PicEnClr : Reg<0x24, Wo> {};  // lines 21-30 may bypass to the primary controller: off here
};

template <class Bus>
class BasicVersatileSic final : public kernel::IrqChip {
 public:
  static constexpr unsigned kLines = 32;
  constexpr explicit BasicVersatileSic(Bus bus) : regs_{bus} {}

  // Whatever firmware left: all lines masked, none bypassed, no software interrupt.
  void init() {
    regs_.template write<R::EnClr>(~0u);
    regs_.template write<R::SoftIntClr>(~0u);
    regs_.template write<R::PicEnClr>(~0u);
  }

  const char* name() const override { return "SIC"; }
  void mask(unsigned line) override { regs_.template write<R::EnClr>(1u << line); }
  void unmask(unsigned line) override { regs_.template write<R::EnSet>(1u << line); }
  void ack(unsigned) override {}
  void eoi(unsigned) override {}
  unsigned next_pending() override {
    const std::uint32_t status = regs_.template read<R::Status>();
    return status != 0 ? static_cast<unsigned>(std::countr_zero(status)) : kNone;
  }
  bool is_level(unsigned) const override { return true; }

 private:
  using R = VersatileSicRegs;
  Registers<Bus> regs_;
};

using VersatileSic = BasicVersatileSic<Mmio>;

}  // namespace mink::drivers
