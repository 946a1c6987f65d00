// SPDX-License-Identifier: MIT
// ARM Generic Interrupt Controller, version 1: a distributor, and this CPU's interface to it. Lines are the GIC's own interrupt
// numbers: 0-15 from software, 16-31 the CPU's private ones, from 32 the devices'. All have one priority: the lowest
// number goes first, and none interrupts another.
#pragma once
#include <bit>
#include <drivers/mmio.hpp>
#include <kernel/irq_chip.hpp>
#include <utility>

namespace mink::drivers {

// ARM IHI 0048A, 4.3.
struct GicDistributorRegs {
  struct Ctlr : Reg<0x000, Rw> {
    using Enable = Field<0>;
  };
  struct Typer : Reg<0x004, Ro> {
    using Words = Field<0, 5>;  // of 32 lines, less one
  };
  static constexpr unsigned kWords = 32;
  struct SetEnable : RegArray<0x100, kWords, Rw> {};  // writing 1 enables, 0 leaves
  struct ClearEnable : RegArray<0x180, kWords, Rw> {};
  struct SetPending : RegArray<0x200, kWords, Rw> {};  // writing 1 asserts, until it is taken or ...
  struct ClearPending : RegArray<0x280, kWords, Rw> {};
  struct Active : RegArray<0x300, kWords, Ro> {};
  struct Priority : RegArray<0x400, 8 * kWords, Rw> {};  // a byte each, 0 the most urgent
  struct Targets : RegArray<0x800, 8 * kWords, Rw> {};   // a byte each, a bit for each CPU
  struct Config : RegArray<0xc00, 2 * kWords, Rw> {};    // two bits each, the upper one: edge
};

// 4.4.
struct GicCpuRegs {
  struct Ctlr : Reg<0x00, Rw> {
    using Enable = Field<0>;
  };
  struct PriorityMask : Reg<0x04, Rw> {};  // more urgent ones than this pass
  struct BinaryPoint : Reg<0x08, Rw> {};
  struct Acknowledge : Reg<0x0c, Ro> {  // reading takes the interrupt into service
    using Id = Field<0, 10>;
    using Source = Field<10, 3>;                // the CPU that sent a software interrupt
    static constexpr unsigned kNothing = 1020;  // from here on: no interrupt
  };
  struct EndOfInterrupt : Reg<0x10, Wo> {};  // takes the word that Acknowledge gave
};

template <class Bus>
class BasicGic final : public kernel::IrqChip {
 public:
  constexpr BasicGic(Bus distributor, Bus cpu) : distributor_{distributor}, cpu_{cpu} {}

  // Whatever firmware left: all lines masked, level, for this CPU alone; nothing pending, nothing in service.
  void init() {
    distributor_.template write<D::Ctlr>(0);
    lines_ = 32 * (D::Typer::Words::get(distributor_.template read<D::Typer>()) + 1);
    for (unsigned i = 0; i < lines_ / 32; ++i) {
      distributor_.template write<D::ClearEnable>(i, ~0u);
      distributor_.template write<D::ClearPending>(i, ~0u);
    }
    for (unsigned i = 0; i < lines_ / 4; ++i) {
      distributor_.template write<D::Priority>(i, kPriority * 0x01010101u);
      if (i >= 32 / 4) distributor_.template write<D::Targets>(i, 0x01010101u);  // below: fixed
    }
    for (unsigned i = kFirstDevice / 16; i < lines_ / 16; ++i) distributor_.template write<D::Config>(i, 0);
    cpu_.template write<C::PriorityMask>(0xff);
    cpu_.template write<C::BinaryPoint>(0);
    cpu_.template write<C::Ctlr>(C::Ctlr::Enable::put(1));
    end_all();
    taken_ = kNobody;
    distributor_.template write<D::Ctlr>(D::Ctlr::Enable::put(1));
  }

  // Those there are, from 0. After init().
  [[nodiscard]] unsigned lines() const { return lines_; }

  const char* name() const override { return "GIC"; }
  void mask(unsigned line) override { distributor_.template write<D::ClearEnable>(line / 32, bit(line)); }
  void unmask(unsigned line) override { distributor_.template write<D::SetEnable>(line / 32, bit(line)); }
  // The GIC is told of the end before the handlers run: what it has in service holds back all others, and a handler that ends
  // in a panic would leave it so. A level line that is asserted still is pending again, with interrupts off at the CPU.
  void ack(unsigned) override { cpu_.template write<C::EndOfInterrupt>(std::exchange(taken_, kNobody)); }
  void eoi(unsigned) override {}
  // Takes it into service, until ack().
  unsigned next_pending() override {
    if (taken_ == kNobody) {
      const std::uint32_t word = cpu_.template read<C::Acknowledge>();
      if (C::Acknowledge::Id::get(word) >= C::Acknowledge::kNothing) return kNone;
      taken_ = word;
    }
    return C::Acknowledge::Id::get(taken_);
  }
  bool is_level(unsigned line) const override { return line >= kFirstDevice; }

 private:
  using D = GicDistributorRegs;
  using C = GicCpuRegs;
  static constexpr unsigned kFirstDevice = 32;
  static constexpr std::uint32_t kPriority = 0xa0;  // any that the mask lets pass
  static constexpr std::uint32_t kNobody = ~0u;

  static std::uint32_t bit(unsigned line) { return 1u << line % 32; }

  // What somebody acknowledged and never ended would hold back all others.
  void end_all() {
    for (unsigned i = 0; i < lines_ / 32; ++i) {
      for (std::uint32_t active = distributor_.template read<D::Active>(i); active != 0; active &= active - 1)
        cpu_.template write<C::EndOfInterrupt>(32 * i + static_cast<unsigned>(std::countr_zero(active)));
    }
  }

  Registers<Bus> distributor_, cpu_;
  unsigned lines_ = 0;
  std::uint32_t taken_ = kNobody;  // the word of Acknowledge that is to be ended
};

using Gic = BasicGic<Mmio>;

}  // namespace mink::drivers
