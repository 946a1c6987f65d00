// SPDX-License-Identifier: MIT
// The drivers of the BCM2835, each against its registers.
#include <CppUTest/TestHarness.h>

#include <drivers/bcm2835_gpio.hpp>
#include <drivers/bcm2835_irq.hpp>
#include <drivers/bcm2835_power.hpp>
#include <drivers/bcm2835_timer.hpp>
#include <initializer_list>

#include "fakes/register_file.hpp"

using namespace mink;
using namespace mink::drivers;

namespace {

class IrqModel final : public fakes::RegisterFile {
 public:
  std::uint32_t load(std::size_t offset) override {
    // 7.5: bits 8 and 9 tell of the other words, 10 to 20 are copies of some of their bits.
    if (offset == 0x200) return (lines[2] & enabled[2] & 0xff) | (pending(0) != 0 ? 1u << 8 : 0) | 1u << 19;
    if (offset == 0x204) return pending(0);
    if (offset == 0x208) return pending(1);
    return RegisterFile::load(offset);
  }
  void store(std::size_t offset, std::uint32_t value) override {
    if (offset >= 0x210 && offset < 0x21c) enabled[(offset - 0x210) / 4] |= value;
    if (offset >= 0x21c && offset < 0x228) enabled[(offset - 0x21c) / 4] &= ~value;
    RegisterFile::store(offset, value);
  }
  void raise(unsigned line) { lines[line / 32] |= 1u << line % 32; }

  std::uint32_t lines[3] = {}, enabled[3] = {};

 private:
  [[nodiscard]] std::uint32_t pending(unsigned i) const { return lines[i] & enabled[i]; }
};

// The counter moves by `step` at each reading, and matches where it passes.
class TimerModel final : public fakes::RegisterFile {
 public:
  std::uint32_t load(std::size_t offset) override {
    if (offset == 0x04) {
      advance(step);
      return now;
    }
    return RegisterFile::load(offset);
  }
  void store(std::size_t offset, std::uint32_t value) override {
    if (offset == 0x00) {
      words[0] &= ~value;
      note(offset, value);
    } else {
      RegisterFile::store(offset, value);
    }
  }
  void advance(std::uint32_t by) {
    while (by-- != 0) {
      ++now;
      for (unsigned i = 0; i < 4; ++i) {
        if (words[3 + i] == now) words[0] |= 1u << i;
      }
    }
  }
  std::uint32_t now = 0, step = 0;
};

}  // namespace

TEST_GROUP(Bcm2835) {
  IrqModel irq_model;
  BasicBcm2835Irq<fakes::FakeBus> irq{fakes::FakeBus{&irq_model}};
  TimerModel timer;
  BasicBcm2835Tick<fakes::FakeBus, 3> tick{fakes::FakeBus{&timer}};
  fakes::PlainRegisters device;

  void expect_next(std::uint32_t at) { CHECK_EQUAL(at, timer.words[3 + 3]); }
};

TEST(Bcm2835, init_masks_all_and_no_fiq) {
  for (std::uint32_t& word : irq_model.enabled) word = ~0u;
  irq_model.words[0x20c / 4] = 0x80 | 9;
  irq.init();
  for (const std::uint32_t word : irq_model.enabled) CHECK_EQUAL(0u, word);
  CHECK_EQUAL(0u, irq_model.words[0x20c / 4]);
}

TEST(Bcm2835, presents_the_lowest_enabled_line) {
  irq.init();
  const unsigned lines[] = {70, 64, 63, 57, 32, 31, 3};
  for (const unsigned line : lines) irq_model.raise(line);
  CHECK_EQUAL(kernel::IrqChip::kNone, irq.next_pending());  // whatever bits above 7 say
  for (const unsigned line : lines) {
    irq.unmask(line);
    CHECK_EQUAL(1u << line % 32, irq_model.enabled[line / 32] & 1u << line % 32);
    CHECK_EQUAL(line, irq.next_pending());
  }
  irq.mask(3);
  CHECK_EQUAL(31u, irq.next_pending());
  irq.mask(31);
  irq.mask(32);
  CHECK_EQUAL(57u, irq.next_pending());
}

TEST(Bcm2835, ticks_come_in_equal_steps_whenever_they_are_answered) {
  timer.now = 0xffffe000;  // it wraps meanwhile
  tick.start(100);
  std::uint32_t due = 0xffffe000 + 10'000;
  expect_next(due);
  for (unsigned late : {0u, 3u, 9'999u, 1u}) {
    CHECK_FALSE(tick.acknowledge());
    timer.advance(due - timer.now + late);
    CHECK_TRUE(tick.acknowledge());
    CHECK_EQUAL(0u, timer.words[0] & 8);
    due += 10'000;
    expect_next(due);
  }
}

TEST(Bcm2835, a_tick_that_has_passed_is_not_waited_for) {
  tick.start(100);
  timer.advance(10'000 + 35'000);
  CHECK_TRUE(tick.acknowledge());
  expect_next(50'000);
  timer.advance(5'000);
  CHECK_TRUE(tick.acknowledge());
}

TEST(Bcm2835, the_counter_overtakes_while_it_is_set) {
  tick.start(100'000);  // every 10 us
  timer.advance(10);
  timer.step = 7;
  CHECK_TRUE(tick.acknowledge());  // 17 < 20
  expect_next(20);
  timer.advance(3);
  timer.step = 25;
  CHECK_TRUE(tick.acknowledge());
  // Either it matched on the way, or what is set lies ahead.
  CHECK_TRUE((timer.words[0] & 8) != 0 || static_cast<std::int32_t>(timer.words[6] - timer.now) > 0);
}

TEST(Bcm2835, a_stopped_tick_does_not_go_on) {
  tick.start(100);
  timer.advance(10'001);
  tick.stop();
  CHECK_FALSE(tick.acknowledge());
  timer.advance(30'000);
  CHECK_FALSE(tick.acknowledge());
}

TEST(Bcm2835, others_matches_are_not_ours) {
  tick.start(100);
  timer.words[0] = 7;
  CHECK_FALSE(tick.acknowledge());
  CHECK_EQUAL(7u, timer.words[0]);
}

TEST(Bcm2835, reset_and_halt_carry_the_password) {
  BasicBcm2835Power<fakes::FakeBus> power{fakes::FakeBus{&device}};
  device.words[0x20 / 4] = 0xaa0015ff;
  device.words[0x1c / 4] = 0xaa000112;
  power.request(0);
  CHECK_EQUAL(0x5a0010aau, device.words[0x20 / 4]);
  CHECK_EQUAL(0x5a00000au, device.words[0x24 / 4]);
  CHECK_EQUAL(0x5a000122u, device.words[0x1c / 4]);
  CHECK_EQUAL(2, device.when(0x1c));  // last
  power.request(Bcm2835PowerRegs::ResetStatus::kHalt);
  CHECK_EQUAL(0x5a0015ffu, device.words[0x20 / 4]);
}

TEST(Bcm2835, a_pins_function_leaves_the_others) {
  device.words[1] = 07777777777;
  const fakes::FakeBus bus{&device};
  select_function(bus, 14, Bcm2835Function::Alt0);
  select_function(bus, 15, Bcm2835Function::Input);
  CHECK_EQUAL(07777047777u, device.words[1]);
  select_function(bus, 47, Bcm2835Function::Output);
  CHECK_EQUAL(1u << 21, device.words[4]);
}
