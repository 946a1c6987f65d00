// SPDX-License-Identifier: MIT
// PL190 and the Versatile's SIC, each against a model of its registers, then one behind the other under
// kernel/irq.
#include <CppUTest/TestHarness.h>

#include <arch/irq.hpp>
#include <drivers/pl190.hpp>
#include <drivers/versatile_sic.hpp>
#include <kernel/irq_core.hpp>

#include "fakes/register_file.hpp"

using namespace mink;
using namespace mink::drivers;

namespace {

// What both have: raw lines, software interrupts, an enable word that is set and cleared bit by bit.
class ControllerModel : public fakes::RegisterFile {
 public:
  struct Offsets {
    std::size_t status, enable_set, enable_clear, soft_set, soft_clear;
  };
  explicit ControllerModel(Offsets offsets) : at_{offsets} {}

  [[nodiscard]] virtual std::uint32_t status() const { return (lines | soft) & enabled; }
  std::uint32_t load(std::size_t offset) override {
    return offset == at_.status ? status() : RegisterFile::load(offset);
  }
  void store(std::size_t offset, std::uint32_t value) override {
    if (offset == at_.enable_set) enabled |= value;
    if (offset == at_.enable_clear) enabled &= ~value;
    if (offset == at_.soft_set) soft |= value;
    if (offset == at_.soft_clear) soft &= ~value;
    RegisterFile::store(offset, value);
  }

  std::uint32_t lines = 0, soft = 0, enabled = 0;

 private:
  Offsets at_;
};

class SicModel final : public ControllerModel {
 public:
  SicModel() : ControllerModel{{0x00, 0x08, 0x0c, 0x10, 0x14}} {}
};

class VicModel final : public ControllerModel {
 public:
  VicModel() : ControllerModel{{0x000, 0x010, 0x014, 0x018, 0x01c}} {}
  [[nodiscard]] std::uint32_t status() const override {
    const std::uint32_t all = lines | soft | (behind != nullptr && behind->status() != 0 ? 1u << 31 : 0);
    return all & enabled & ~words[Pl190Regs::IntSelect::kOffset / 4];
  }
  const SicModel* behind = nullptr;
};

unsigned calls = 0;
SicModel* device = nullptr;
irqreturn_t satisfy(int, void*) {
  ++calls;
  device->lines = 0;
  return IRQ_HANDLED;
}

}  // namespace

TEST_GROUP(InterruptControllers) {
  VicModel vic_model;
  SicModel sic_model;
  BasicPl190<fakes::FakeBus> vic{fakes::FakeBus{&vic_model}};
  BasicVersatileSic<fakes::FakeBus> sic{fakes::FakeBus{&sic_model}};
};

TEST(InterruptControllers, vic_init_forgets_what_firmware_left) {
  vic_model.enabled = vic_model.soft = ~0u;
  for (std::uint32_t& word : vic_model.words) word = ~0u;
  vic.init();
  CHECK_EQUAL(0u, vic_model.enabled);
  CHECK_EQUAL(0u, vic_model.soft);
  CHECK_EQUAL(0u, vic_model.at<Pl190Regs::IntSelect>());
  for (unsigned i = 0; i < 16; ++i) CHECK_EQUAL(0u, vic_model.words[0x200 / 4 + i]);
  CHECK_TRUE(vic_model.when(0x030) >= 0);
}

TEST(InterruptControllers, vic_presents_the_lowest_enabled_line) {
  vic.init();
  CHECK_EQUAL(kernel::IrqChip::kNone, vic.next_pending());
  vic_model.lines = 1u << 12 | 1u << 4;
  CHECK_EQUAL(kernel::IrqChip::kNone, vic.next_pending());
  vic.unmask(12);
  CHECK_EQUAL(12u, vic.next_pending());
  vic.unmask(4);
  CHECK_EQUAL(4u, vic.next_pending());
  vic.mask(4);
  CHECK_EQUAL(12u, vic.next_pending());
  CHECK_EQUAL(1u << 12, vic_model.enabled);
}

TEST(InterruptControllers, sic_masks_unmasks_and_never_bypasses) {
  sic_model.enabled = ~0u;
  sic.init();
  CHECK_EQUAL(0u, sic_model.enabled);
  CHECK_TRUE(sic_model.wrote(0x24, ~0u));
  sic_model.lines = ~0u;
  CHECK_EQUAL(kernel::IrqChip::kNone, sic.next_pending());
  sic.unmask(31);
  CHECK_EQUAL(31u, sic.next_pending());
  sic.unmask(22);
  CHECK_EQUAL(22u, sic.next_pending());
  sic.mask(22);
  CHECK_EQUAL(31u, sic.next_pending());
}

TEST(InterruptControllers, an_interrupt_of_the_sic_comes_through_line_31) {
  vic_model.behind = &sic_model;
  device = &sic_model;
  calls = 0;
  kernel::IrqCore core;
  vic.init();
  sic.init();
  CHECK_TRUE(ok(core.add_root(vic, 16, 32)));
  CHECK_TRUE(ok(core.add_cascade(sic, 48, 32, 16 + 31)));
  CHECK_EQUAL(1u << 31, vic_model.enabled);
  CHECK_EQUAL(0, core.request(48 + 3, satisfy, 0, "keyboard", nullptr));
  sic_model.lines = 1u << 3;
  {
    const arch::IrqGuard guard;
    core.entry();
  }
  CHECK_EQUAL(1u, calls);
  CHECK_EQUAL(1u, core.count(51));
  CHECK_EQUAL(1u, core.count(47));
  CHECK_EQUAL(0u, core.spurious());
}
