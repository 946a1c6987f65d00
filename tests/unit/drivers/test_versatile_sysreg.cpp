// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include <drivers/versatile_sysreg.hpp>

#include "fakes/register_file.hpp"

using namespace mink;
using namespace mink::drivers;

TEST_GROUP(VersatileSysReg) { fakes::PlainRegisters device; };

TEST(VersatileSysReg, reset_is_unlocked_first) {
  BasicVersatileReset<fakes::FakeBus> reset{fakes::FakeBus{&device}, VersatileSysRegs::ResetCtl::kVersatile};
  reset.request();
  CHECK_EQUAL(0, device.when(0x20));
  CHECK_EQUAL(0xa05fu, device.at<VersatileSysRegs::Lock>());
  CHECK_EQUAL(1, device.when(0x40));
  CHECK_EQUAL(0x105u, device.at<VersatileSysRegs::ResetCtl>());
}

TEST(VersatileSysReg, reset_of_a_realview) {
  BasicVersatileReset<fakes::FakeBus> reset{fakes::FakeBus{&device}, VersatileSysRegs::ResetCtl::kRealView};
  reset.request();
  CHECK_EQUAL(0xa05fu, device.at<VersatileSysRegs::Lock>());
  CHECK_EQUAL(0x4u, device.at<VersatileSysRegs::ResetCtl>());
}

TEST(VersatileSysReg, the_counter) {
  const BasicVersatileCounter<fakes::FakeBus> counter{fakes::FakeBus{&device}};
  device.words[0x5c / 4] = 77;
  CHECK_EQUAL(77u, counter.read());
  CHECK_EQUAL(24'000'000u, counter.frequency_hz());
}
