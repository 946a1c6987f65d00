// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include <drivers/sp804.hpp>

#include "fakes/register_file.hpp"

using namespace mink;
using namespace mink::drivers;

TEST_GROUP(Sp804) {
  fakes::PlainRegisters device;
  BasicSp804Tick<fakes::FakeBus, 0> tick{fakes::FakeBus{&device}, 1'000'000};
  BasicSp804Counter<fakes::FakeBus, 1> counter{fakes::FakeBus{&device}, 1'000'000};
};

TEST(Sp804, a_tick_of_100_hz) {
  tick.start(100);
  CHECK_EQUAL(10'000u, device.at<Sp804Regs<0>::Load>());
  // 32 bits, periodic, interrupt, enabled, no prescaler (DDI 0271D, 3.3.3)
  CHECK_EQUAL(0xe2u, device.at<Sp804Regs<0>::Control>());
  CHECK_EQUAL(0u, device.at<Sp804Regs<1>::Control>());
}

TEST(Sp804, it_is_stopped_while_it_is_programmed) {
  device.at<Sp804Regs<0>::Control>() = 0xe2;
  tick.start(100);
  const std::size_t control = Sp804Regs<0>::Control::kOffset;
  CHECK_TRUE(device.when(control) < device.when(Sp804Regs<0>::Load::kOffset));
  CHECK_EQUAL(0u, device.writes[device.when(control)].value);
  CHECK_TRUE(device.when(control, 1) > device.when(Sp804Regs<0>::Load::kOffset));
  CHECK_TRUE(device.when(Sp804Regs<0>::IntClr::kOffset) >= 0);  // an old interrupt does not count
}

TEST(Sp804, acknowledges_its_own_interrupt_only) {
  CHECK_FALSE(tick.acknowledge());
  CHECK_EQUAL(-1, device.when(Sp804Regs<0>::IntClr::kOffset));
  device.at<Sp804Regs<0>::Mis>() = 1;
  CHECK_TRUE(tick.acknowledge());
  CHECK_EQUAL(0, device.when(Sp804Regs<0>::IntClr::kOffset));
}

TEST(Sp804, stop_leaves_neither_count_nor_interrupt) {
  tick.start(100);
  device.forget_writes();
  tick.stop();
  CHECK_EQUAL(0u, device.at<Sp804Regs<0>::Control>());
  CHECK_TRUE(device.when(Sp804Regs<0>::IntClr::kOffset) >= 0);
}

TEST(Sp804, the_counter_counts_up_on_the_second_timer) {
  counter.start();
  CHECK_EQUAL(0xffffffffu, device.at<Sp804Regs<1>::Load>());
  CHECK_EQUAL(0x82u, device.at<Sp804Regs<1>::Control>());  // 32 bits, free-running, no interrupt
  device.at<Sp804Regs<1>::Value>() = 0xffffffff;
  CHECK_EQUAL(0u, counter.read());
  device.at<Sp804Regs<1>::Value>() = 0xfffffff0;
  CHECK_EQUAL(15u, counter.read());
  CHECK_EQUAL(1'000'000u, counter.frequency_hz());
}
