// SPDX-License-Identifier: MIT
// What the Versatile alone has: a second interrupt controller, a second clock.
#include <CppUTest/TestHarness.h>

#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/io.h>

#include <board/memory_map.hpp>
#include <drivers/pl011_regs.hpp>
#include <drivers/sp804.hpp>
#include <kernel/clock.hpp>
#include <kernel/irq_core.hpp>

using namespace mink;

TEST_GROUP(VersatileBoard){};

// A line behind the secondary controller: UART3's, which interrupts when it has sent. (QEMU's model of the SIC does not
// have the software interrupts that the board's has.)
TEST(VersatileBoard, through_the_cascade) {
  using namespace drivers;
  constexpr PhysAddr kUart3{0x10009000};                  // DUI 0225D, table 4-1
  constexpr unsigned kSicUart3 = board::kSicIrqBase + 6;  // ... and 4-44
  constexpr unsigned kParent = board::kVicIrqBase + board::kVicSic;
  void __iomem* const at = ioremap(kUart3.raw(), board::kDeviceSize);
  CHECK_TRUE(at != nullptr);
  static unsigned calls;
  static int line;
  calls = 0;
  const irq_handler_t handler = [](int irq, void* base) {
    const Registers<Mmio> uart{Mmio{virt_of(base)}};
    if (!Pl011Regs::Ints::Tx::in(uart.read<Pl011Regs::Mis>())) return IRQ_NONE;
    uart.write<Pl011Regs::Icr>(Pl011Regs::Ints::Tx::kMask);
    ++calls;
    line = irq;
    return IRQ_HANDLED;
  };
  const Registers<Mmio> uart{Mmio{virt_of(at)}};
  uart.write<Pl011Regs::Icr>(Pl011Regs::Ints::kAll);
  uart.write<Pl011Regs::Cr>(Pl011Regs::Cr::Enable::put(1) | Pl011Regs::Cr::TxEnable::put(1));
  const unsigned parent = kernel::irq_core().count(kParent);
  LONGS_EQUAL(0, request_irq(kSicUart3, handler, 0, "uart3", at));
  uart.write<Pl011Regs::Imsc>(Pl011Regs::Ints::Tx::kMask);
  for (unsigned sent = 1; sent <= 3; ++sent) {
    uart.write<Pl011Regs::Dr>('.');
    for (int wait = 0; wait < 100'000 && *static_cast<volatile unsigned*>(&calls) < sent; ++wait) {
    }
  }
  uart.write<Pl011Regs::Imsc>(0);
  free_irq(kSicUart3, at);
  iounmap(at);
  CHECK_EQUAL(3u, calls);
  CHECK_EQUAL(static_cast<int>(kSicUart3), line);
  CHECK_EQUAL(parent + 3, kernel::irq_core().count(kParent));
}

TEST(VersatileBoard, the_two_counters_agree) {
  // SP804's second module counts freely at 1 MHz (the board's spare clock), the kernel's clock at 24 MHz.
  void __iomem* const registers = ioremap(board::kTimer23.raw(), board::kDeviceSize);
  const drivers::Sp804Counter<0> other{drivers::Mmio{virt_of(registers)}, board::kTimerClockHz};
  // Each reading of the other stands between two of the clock, wherever the host stops us.
  const std::uint64_t before_first = kernel::uptime_ns();
  const std::uint32_t other_start = other.read();
  const std::uint64_t behind_first = kernel::uptime_ns();
  mdelay(30);
  const std::uint64_t before_last = kernel::uptime_ns();
  const std::uint32_t us = other.read() - other_start;
  const std::uint64_t behind_last = kernel::uptime_ns();
  iounmap(registers);
  CHECK_TRUE(us >= 29'990);
  CHECK_TRUE(us + 50 >= (before_last - behind_first) / 1000);
  CHECK_TRUE(us <= (behind_last - before_first) / 1000 + 50);
}

TEST(VersatileBoard, ioremap_reaches_registers) {
  auto* const id = static_cast<volatile unsigned char*>(ioremap(board::kUart0.raw() + 0xFE0, 16));
  CHECK(id != nullptr);
  CHECK_EQUAL(0x11, id[0]);  // UARTPeriphID0 of a PL011 (DDI 0183, 3.3.15)
  CHECK_EQUAL(0x10, id[4]);
  iounmap(id);
}
