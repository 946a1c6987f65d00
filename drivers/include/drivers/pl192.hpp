// SPDX-License-Identifier: MIT
// Two ARM PrimeCell VICs (PL192), the second one's output chained into the first: 64 level lines, the lowest number first.
// Used without their vectors and priorities: the pending lines are read from the status registers, so nothing is ever in
// service, and the end of an interrupt needs no write.
#pragma once
#include <bit>
#include <drivers/mmio.hpp>
#include <kernel/irq_chip.hpp>
#include <utility>

namespace mink::drivers {

// ARM DDI 0273A, chapter 3.
struct Pl192Regs {
  struct IrqStatus : Reg<0x000, Ro> {};     // 3.3.1: asserted, enabled, routed to IRQ
  struct IntSelect : Reg<0x00c, Rw> {};     // 3.3.4: 1 = FIQ
  struct IntEnable : Reg<0x010, Rw> {};     // 3.3.5: writing 1 enables, 0 leaves
  struct IntEnClear : Reg<0x014, Wo> {};    // 3.3.6
  struct SoftInt : Reg<0x018, Rw> {};       // 3.3.7: writing 1 asserts, 0 leaves
  struct SoftIntClear : Reg<0x01c, Wo> {};  // 3.3.8
  struct SwPriorityMask : Reg<0x024, Rw> {  // 3.3.10: one bit for each priority, 1 = let through
    static constexpr std::uint32_t kAll = 0xffff;
  };
  struct PriorityDaisy : Reg<0x028, Rw> {};  // 3.3.12: of what the chained controller asserts
  template <unsigned N>
  struct VectPriority : Reg<0x200 + 4 * N, Rw> {};  // 3.3.14: 0 the highest, 15 the lowest
  static constexpr std::uint32_t kLowest = 15;
  struct Address : Reg<0xf00, Rw> {};  // 3.3.2: a write ends the service of the interrupt in service
};

template <class Bus>
class BasicPl192Pair final : public kernel::IrqChip {
 public:
  static constexpr unsigned kLines = 64;
  constexpr BasicPl192Pair(Bus first, Bus chained) : vic_{Registers<Bus>{first}, Registers<Bus>{chained}} {}

  // Whatever firmware left: all lines masked and routed to IRQ at one priority, no software interrupts, none in service.
  void init() {
    for (const Registers<Bus>& vic : vic_) {
      vic.template write<R::IntEnClear>(~0u);
      vic.template write<R::SoftIntClear>(~0u);
      vic.template write<R::IntSelect>(0);
      vic.template write<R::SwPriorityMask>(R::SwPriorityMask::kAll);
      vic.template write<R::PriorityDaisy>(R::kLowest);
      level_priorities(vic, std::make_integer_sequence<unsigned, 32>{});
      vic.template write<R::Address>(0);
    }
  }

  const char* name() const override { return "VIC"; }
  void mask(unsigned line) override { of(line).template write<R::IntEnClear>(bit(line)); }
  void unmask(unsigned line) override { of(line).template write<R::IntEnable>(bit(line)); }
  void ack(unsigned) override {}
  void eoi(unsigned) override {}
  unsigned next_pending() override {
    for (unsigned n = 0; n < 2; ++n) {
      const std::uint32_t status = vic_[n].template read<R::IrqStatus>();
      if (status != 0) return 32 * n + static_cast<unsigned>(std::countr_zero(status));
    }
    return kNone;
  }
  bool is_level(unsigned) const override { return true; }

 private:
  using R = Pl192Regs;
  [[nodiscard]] const Registers<Bus>& of(unsigned line) const { return vic_[line / 32]; }
  static constexpr std::uint32_t bit(unsigned line) { return 1u << line % 32; }
  template <unsigned... N>
  static void level_priorities(const Registers<Bus>& vic, std::integer_sequence<unsigned, N...>) {
    (vic.template write<R::VectPriority<N>>(R::kLowest), ...);
  }

  Registers<Bus> vic_[2];
};

using Pl192Pair = BasicPl192Pair<Mmio>;

}  // namespace mink::drivers
