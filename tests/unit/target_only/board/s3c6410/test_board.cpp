// SPDX-License-Identifier: MIT
// What the S3C6410 boards alone have: variants, a second VIC behind the first, timers that share their registers.
#include <CppUTest/TestHarness.h>

#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/io.h>

#include <board/memory_map.hpp>
#include <cstring>
#include <drivers/pl192.hpp>
#include <drivers/s3c_pwm.hpp>
#include <kernel/clock.hpp>
#include <kernel/irq_core.hpp>
#include <kernel/spare_timer.hpp>

#include "variant.hpp"

using namespace mink;
using namespace mink::drivers;

namespace {

struct Mapping {
  explicit Mapping(PhysAddr device) : at{ioremap(device.raw(), board::kDeviceSize)} {}
  ~Mapping() { iounmap(at); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  [[nodiscard]] Mmio bus() const { return Mmio{virt_of(at)}; }
  void __iomem* const at;
};

}  // namespace

TEST_GROUP(S3c6410Board){};

TEST(S3c6410Board, variants_by_key_or_machine_type) {
  using board::find_variant;
  STRCMP_EQUAL("SMDK6410", find_variant(std::nullopt, 1626)->name);
  STRCMP_EQUAL("LDD6410", find_variant(std::nullopt, 2296)->name);
  STRCMP_EQUAL("Mini6410", find_variant(std::nullopt, 2520)->name);
  STRCMP_EQUAL("Tiny6410", find_variant("tiny6410", 1626)->name);  // the command line has the last word
  POINTERS_EQUAL(nullptr, find_variant(std::nullopt, 0xc7e3ff00));
  POINTERS_EQUAL(nullptr, find_variant("toaster", 1626));
  POINTERS_EQUAL(nullptr, find_variant("", 1626));
}

TEST(S3c6410Board, through_the_chained_controller) {
  constexpr unsigned kLine = 32 + 16;  // SPI0: asleep
  const Mapping vic1{board::kVic1};
  const Registers<Mmio> vic{vic1.bus()};
  static unsigned calls;
  calls = 0;
  const irq_handler_t handler = [](int, void* chained) {
    Registers<Mmio>{Mmio{virt_of(chained)}}.write<Pl192Regs::SoftIntClear>(1u << kLine % 32);
    ++calls;
    return IRQ_HANDLED;
  };
  LONGS_EQUAL(0, request_irq(board::kIrqBase + kLine, handler, 0, "test", vic1.at));
  for (unsigned raised = 1; raised <= 3; ++raised) {
    vic.write<Pl192Regs::SoftInt>(1u << kLine % 32);
    for (int wait = 0; wait < 100'000 && *static_cast<volatile unsigned*>(&calls) < raised; ++wait) {
    }
    CHECK_EQUAL(raised, calls);
  }
  free_irq(board::kIrqBase + kLine, vic1.at);
}

TEST(S3c6410Board, the_spare_timer_starts_and_stops_beside_tick_and_clock) {
  const kernel::SpareTimer* const spare = kernel::spare_timer();
  static unsigned calls;
  calls = 0;
  const irq_handler_t handler = [](int, void* device) {
    if (!static_cast<kernel::TickDevice*>(device)->acknowledge()) return IRQ_NONE;
    ++calls;
    return IRQ_HANDLED;
  };
  LONGS_EQUAL(0, request_irq(spare->irq, handler, 0, "test", spare->device));
  const unsigned tick = board::kIrqBase + board::kLineTimer4;
  const unsigned ticks = kernel::irq_core().count(tick);
  const std::uint64_t start = kernel::uptime_ns();
  spare->device->start(200);
  for (unsigned ms = 0; ms < 1000 && calls < 20; ++ms) mdelay(1);
  spare->device->stop();
  const std::uint64_t ms = (kernel::uptime_ns() - start) / 1'000'000;
  const unsigned called = calls;
  mdelay(20);
  free_irq(spare->irq, spare->device);
  CHECK_TRUE(called >= 20);
  CHECK_TRUE(ms >= 95);  // 20 periods of 5 ms, the first of them begun with start()
  CHECK_EQUAL(called, calls);
  CHECK_TRUE(kernel::irq_core().count(tick) >= ticks + 8);
}

// QEMU's machine says that it is an SMDK6410: its light is on GPN12.
TEST(S3c6410Board, the_light_flashes_twice_in_a_second_and_a_half) {
  const Mapping gpio{board::kGpio};
  const auto* const port = static_cast<const volatile std::uint32_t*>(gpio.at) + 0x830 / 4;
  CHECK_EQUAL(1u, port[0] >> 24 & 3);  // an output
  unsigned changes = 0;
  std::uint32_t last = port[1] & 1u << 12;
  const std::uint64_t start = kernel::uptime_ns();
  while (kernel::uptime_ns() - start < 3'000'000'000) {  // two beats: four flashes
    const std::uint32_t now = port[1] & 1u << 12;
    if (now != last) ++changes;
    last = now;
  }
  CHECK_TRUE(changes >= 7);
  CHECK_TRUE(changes <= 9);
}

TEST(S3c6410Board, ioremap_reaches_registers) {
  const Mapping vic{board::kVic0};
  const auto* const id = static_cast<const volatile std::uint32_t*>(vic.at) + 0xfe0 / 4;
  CHECK_EQUAL(0x92u, id[0] & 0xff);  // a PL192 (ARM DDI 0273A, 3.3.15)
  CHECK_EQUAL(0x11u, id[1] & 0xff);
}
