// SPDX-License-Identifier: MIT
// The GIC against a model of its two register blocks, which knows pending, active and enabled as IHI 0048A's 3.2 does.
#include <CppUTest/TestHarness.h>

#include <arch/irq.hpp>
#include <bit>
#include <drivers/gic.hpp>
#include <initializer_list>
#include <kernel/irq_core.hpp>

#include "fakes/register_file.hpp"

using namespace mink;
using namespace mink::drivers;

namespace {

constexpr unsigned kLineWords = 3;  // 96 lines

// The distributor.
class Distributor final : public fakes::RegisterFile {
 public:
  std::uint32_t load(std::size_t offset) override {
    if (offset == 0x004) return kLineWords - 1;
    if (const unsigned i = word(offset, 0x300); i < kLineWords) return active[i];
    return RegisterFile::load(offset);
  }
  void store(std::size_t offset, std::uint32_t value) override {
    if (const unsigned i = word(offset, 0x100); i < kLineWords) enabled[i] |= value;
    if (const unsigned i = word(offset, 0x180); i < kLineWords) enabled[i] &= ~value;
    if (const unsigned i = word(offset, 0x200); i < kLineWords) latched[i] |= value;
    if (const unsigned i = word(offset, 0x280); i < kLineWords) latched[i] &= ~value;
    RegisterFile::store(offset, value);
  }

  [[nodiscard]] unsigned most_urgent() const {
    if ((words[0] & 1) == 0) return 1023;
    for (unsigned i = 0; i < kLineWords; ++i) {
      if (active[i] != 0) return 1023;  // one priority: nothing passes what is in service
    }
    for (unsigned i = 0; i < kLineWords; ++i) {
      const std::uint32_t ready = (lines[i] | latched[i]) & enabled[i];
      if (ready != 0) return 32 * i + static_cast<unsigned>(std::countr_zero(ready));
    }
    return 1023;
  }

  std::uint32_t lines[kLineWords] = {}, latched[kLineWords] = {}, enabled[kLineWords] = {},
                active[kLineWords] = {};

 private:
  static unsigned word(std::size_t offset, std::size_t base) {
    return offset < base ? ~0u : static_cast<unsigned>((offset - base) / 4);
  }
};

// The CPU interface in front of it.
class Interface final : public fakes::RegisterFile {
 public:
  explicit Interface(Distributor& behind) : behind_{behind} {}
  std::uint32_t load(std::size_t offset) override {
    if (offset != 0x0c) return RegisterFile::load(offset);
    const unsigned id = (words[0] & 1) != 0 && words[1] > 0xa0 ? behind_.most_urgent() : 1023;
    if (id < 1020) {
      behind_.active[id / 32] |= 1u << id % 32;
      behind_.latched[id / 32] &= ~(1u << id % 32);
    }
    return id < 16 ? id | 3u << 10 : id;  // software interrupts: from CPU 3
  }
  void store(std::size_t offset, std::uint32_t value) override {
    if (offset == 0x10) {
      const unsigned id = value & 0x3ff;
      behind_.active[id / 32] &= ~(1u << id % 32);
      if (id < 16 && value >> 10 != 3) FAIL("the end of a software interrupt names another CPU");
    }
    RegisterFile::store(offset, value);
  }

 private:
  Distributor& behind_;
};

Distributor* device = nullptr;
unsigned calls = 0;
irqreturn_t satisfy(int irq, void*) {
  ++calls;
  device->lines[irq / 32] &= ~(1u << irq % 32);
  return IRQ_HANDLED;
}

}  // namespace

TEST_GROUP(Gic) {
  Distributor distributor;
  Interface interface { distributor };
  BasicGic<fakes::FakeBus> gic{fakes::FakeBus{&distributor}, fakes::FakeBus{&interface}};

  void raise(unsigned line) { distributor.lines[line / 32] |= 1u << line % 32; }
  void lower(unsigned line) { distributor.lines[line / 32] &= ~(1u << line % 32); }
  void setup() override {
    device = &distributor;
    calls = 0;
  }
};

TEST(Gic, init_forgets_what_firmware_left) {
  for (unsigned i = 0; i < kLineWords; ++i) {
    distributor.enabled[i] = distributor.latched[i] = ~0u;
    distributor.words[0x400 / 4 + i] = distributor.words[0xc00 / 4 + 2 * i] = ~0u;
  }
  for (unsigned id = 33; id < 96; id += 30) distributor.active[id / 32] |= 1u << id % 32;
  gic.init();
  CHECK_EQUAL(96u, gic.lines());
  for (unsigned i = 0; i < kLineWords; ++i) {
    CHECK_EQUAL(0u, distributor.enabled[i]);
    CHECK_EQUAL(0u, distributor.latched[i]);
    CHECK_EQUAL(0u, distributor.active[i]);
  }
  for (unsigned i = 0; i < 96 / 4; ++i) CHECK_EQUAL(0xa0a0a0a0u, distributor.words[0x400 / 4 + i]);
  for (unsigned i = 8; i < 96 / 4; ++i) CHECK_EQUAL(0x01010101u, distributor.words[0x800 / 4 + i]);
  CHECK_EQUAL(-1, distributor.when(0x800));  // those of the private lines are fixed
  for (unsigned i = 2; i < 6; ++i) CHECK_EQUAL(0u, distributor.words[0xc00 / 4 + i]);
  CHECK_EQUAL(1u, distributor.words[0]);
  CHECK_EQUAL(1u, interface.words[0]);
}

TEST(Gic, is_off_while_it_is_programmed) {
  distributor.words[0] = 1;
  gic.init();
  CHECK_EQUAL(0, distributor.when(0x000));
  CHECK_EQUAL(0u, distributor.writes[0].value);
  CHECK_TRUE(distributor.when(0x000, 1) > distributor.when(0x180));
}

TEST(Gic, presents_the_lowest_enabled_line_until_it_is_taken) {
  gic.init();
  CHECK_EQUAL(kernel::IrqChip::kNone, gic.next_pending());
  raise(44);
  CHECK_EQUAL(kernel::IrqChip::kNone, gic.next_pending());
  gic.unmask(44);
  gic.unmask(36);
  CHECK_EQUAL(44u, gic.next_pending());
  CHECK_EQUAL(44u, gic.next_pending());  // asked again: the same
  raise(36);
  CHECK_EQUAL(44u, gic.next_pending());
  gic.ack(44);
  CHECK_EQUAL(36u, gic.next_pending());
  lower(36);
  gic.ack(36);
  CHECK_EQUAL(44u, gic.next_pending());  // a level: still asserted
  lower(44);
  gic.ack(44);
  CHECK_EQUAL(kernel::IrqChip::kNone, gic.next_pending());
  for (const std::uint32_t word : distributor.active) CHECK_EQUAL(0u, word);
}

TEST(Gic, masks_one_line_of_any_word) {
  gic.init();
  for (const unsigned line : {0u, 31u, 32u, 63u, 95u}) {
    gic.unmask(line);
    CHECK_EQUAL(1u << line % 32, distributor.enabled[line / 32]);
    raise(line);
    CHECK_EQUAL(line, gic.next_pending());
    lower(line);
    gic.ack(line);
    gic.mask(line);
    CHECK_EQUAL(0u, distributor.enabled[line / 32]);
  }
}

TEST(Gic, a_line_raised_by_software_comes_once) {
  gic.init();
  gic.unmask(33);
  distributor.store(0x204, 1u << 1);
  CHECK_EQUAL(33u, gic.next_pending());
  gic.ack(33);
  CHECK_EQUAL(kernel::IrqChip::kNone, gic.next_pending());
  CHECK_TRUE(gic.is_level(33));
  CHECK_FALSE(gic.is_level(15));
}

TEST(Gic, a_handler_that_never_returns_holds_nobody_back) {
  gic.init();
  gic.unmask(44);
  gic.unmask(50);
  raise(44);
  CHECK_EQUAL(44u, gic.next_pending());
  gic.ack(44);
  lower(44);
  raise(50);
  CHECK_EQUAL(50u, gic.next_pending());
}

TEST(Gic, two_lines_under_the_core) {
  kernel::IrqCore core;
  gic.init();
  CHECK_TRUE(ok(core.add_root(gic, 0, gic.lines())));
  CHECK_EQUAL(0, core.request(44, satisfy, 0, "uart", nullptr));
  CHECK_EQUAL(0, core.request(36, satisfy, 0, "timer", nullptr));
  const auto interrupt = [&core] {
    const arch::IrqGuard guard;
    core.entry();
  };
  raise(44);
  raise(36);
  interrupt();
  CHECK_EQUAL(2u, calls);
  CHECK_EQUAL(1u, core.count(36));
  CHECK_EQUAL(1u, core.count(44));
  CHECK_EQUAL(0u, core.spurious());
  interrupt();
  CHECK_EQUAL(1u, core.spurious());
  CHECK_EQUAL(2u, calls);
}
