// SPDX-License-Identifier: MIT
// ARM PrimeCell Vectored Interrupt Controller (PL190), used without its vectors: 32 level lines, the lowest
// number first.
#pragma once
#include <bit>
#include <drivers/mmio.hpp>
#include <kernel/irq_chip.hpp>
#include <utility>

namespace mink::drivers {

// ARM DDI 0181E, chapter 3.
struct Pl190Regs {
  struct IrqStatus : Reg<0x000, Ro> {};     // 3.3.1: asserted, enabled, routed to IRQ
  struct RawIntr : Reg<0x008, Ro> {};       // 3.3.3
  struct IntSelect : Reg<0x00c, Rw> {};     // 3.3.4: 1 = FIQ
  struct IntEnable : Reg<0x010, Rw> {};     // 3.3.5: writing 1 enables, 0 leaves
  struct IntEnClear : Reg<0x014, Wo> {};    // 3.3.6
  struct SoftInt : Reg<0x018, Rw> {};       // 3.3.7: writing 1 asserts, 0 leaves
  struct SoftIntClear : Reg<0x01c, Wo> {};  // 3.3.8
  struct VectAddr : Reg<0x030, Rw> {};      // 3.3.10: a write ends the service of a vectored interrupt
  static constexpr unsigned kVectors = 16;
  template <unsigned N>
  struct VectCntl : Reg<0x200 + 4 * N, Rw> {};  // 3.3.13
};

template <class Bus>
class BasicPl190 final : public kernel::IrqChip {
 public:
  static constexpr unsigned kLines = 32;
  constexpr explicit BasicPl190(Bus bus) : regs_{bus} {}

  // Whatever firmware left: all lines masked and routed to IRQ, no software interrupts, no vectors.
  void init() {
    regs_.template write<R::IntEnClear>(~0u);
    regs_.template write<R::SoftIntClear>(~0u);
    regs_.template write<R::IntSelect>(0);
    clear_vectors(std::make_integer_sequence<unsigned, R::kVectors>{});
    // Ends what firmware may have left in service: the hardware holds back lower priorities meanwhile.
    for (unsigned i = 0; i < R::kVectors; ++i) regs_.template write<R::VectAddr>(0);
  }

  const char* name() const override { return "VIC"; }
  void mask(unsigned line) override { regs_.template write<R::IntEnClear>(1u << line); }
  void unmask(unsigned line) override { regs_.template write<R::IntEnable>(1u << line); }
  void ack(unsigned) override {
  }  // level lines, and IrqStatus is read without VectAddr: nothing is in service
  void eoi(unsigned) override {}
  unsigned next_pending() override {
    const std::uint32_t status = regs_.template read<R::IrqStatus>();
    return status != 0 ? static_cast<unsigned>(std::countr_zero(status)) : kNone;
  }
  bool is_level(unsigned) const override { return true; }

 private:
  using R = Pl190Regs;
  template <unsigned... N>
  void clear_vectors(std::integer_sequence<unsigned, N...>) {
    (regs_.template write<R::VectCntl<N>>(0), ...);
  }

  Registers<Bus> regs_;
};

using Pl190 = BasicPl190<Mmio>;

}  // namespace mink::drivers
