// SPDX-License-Identifier: GPL-2.0-or-later
// GPIO ports with LEDs (facts, section 6). What the LEDs show outside is the host's part of this test.
#include "check.hpp"

TEST(gpio_ports_keep_function_and_data) {
  struct Port {
    std::uint32_t con, dat, function, data;
  };
  static constexpr Port kPorts[] = {
      {GPKCON0, GPKDAT, 0x11110000, 0x00A0},  // Tiny6410's LEDs: GPK4..7, four bits a pin
      {GPMCON, GPMDAT, 0x00001111, 0x0005},   // OK6410's: GPM0..3
      {GPNCON, GPNDAT, 0x55540000, 0x9000},   // SMDK6410's: GPN12..15, two bits a pin
  };
  for (const Port& port : kPorts) {
    const std::uint32_t con = reg(port.con);
    reg(port.con) = port.function;
    EXPECT_EQ(reg(port.con), port.function);
    const std::uint32_t leds = port.con == GPNCON ? 0xF000u : port.con == GPMCON ? 0xFu : 0xF0u;
    reg(port.dat) = port.data;
    EXPECT_EQ(reg(port.dat) & leds, port.data);
    reg(port.dat) = leds & ~port.data;
    EXPECT_EQ(reg(port.dat) & leds, leds & ~port.data);
    reg(port.con) = con;
  }
}

TEST(gpio_pull_register_keeps_its_bits) {
  reg(GPNPUD) = 0xAAAA5555;
  EXPECT_EQ(reg(GPNPUD), 0xAAAA5555);
}

TEST(gpio_keys_that_nobody_presses_read_high) {
  reg(GPNCON) = 0x55540000;  // GPN0..5 are inputs: active low keys of the Mini6410
  EXPECT_EQ(reg(GPNDAT) & 0x3F, 0x3F);
}

// The host looks while each pattern stands.
TEST(gpio_leds_show_what_is_driven) {
  reg(GPKCON0) = 0x11110000;
  reg(GPNCON) = 0x55540000;
  reg(GPKDAT) = 0x00F0;
  reg(GPNDAT) = 0;
  reg(GPKDAT) = 0x0050;
  reg(GPNDAT) = 0xA000;
  EXPECT_EQ(reg(GPKDAT) & 0xF0, 0x50);
}
