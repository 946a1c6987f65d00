// SPDX-License-Identifier: MIT
// Which drivers the Versatile has, where, and on which lines.
#include "devices.hpp"

#include <linux/interrupt.h>

#include <base/log.h>
#include <arch_arm/layout.hpp>
#include <kernel/clock.hpp>
#include <kernel/irq_core.hpp>
#include <kernel/log.hpp>
#include <kernel/power.hpp>
#include <kernel/tick.hpp>
#include <optional>

namespace mink::board {

namespace {

using namespace drivers;

constinit std::optional<Pl011> uart0;
constinit std::optional<Pl190> vic;
constinit std::optional<Sp804Tick<0>> tick;
constinit std::optional<Sp804Counter<0>> spare_counter;

// In the megabyte that boot/ maps.
Mmio boot_mapped(PhysAddr device) { return Mmio{arch::arm::kBootDevice + (device - kBootDevicePhys)}; }

irqreturn_t on_uart(int, void* uart) { return IRQ_RETVAL(static_cast<Pl011*>(uart)->on_interrupt()); }

}  // namespace

void early_console_init() {
  uart0.emplace(boot_mapped(kUart0), kUartClockHz);
  uart0->init(kConsoleBaud);
  kernel::set_console(*uart0);
  kernel::log_flush();
}

void irq_chips_init() {
  vic.emplace(boot_mapped(kVic));
  vic->init();
  if (!ok(kernel::irq_core().add_root(*vic, kVicIrqBase, Pl190::kLines))) panic("VIC: its irqs are taken\n");
}

void clock_init() {
  spare_counter.emplace(boot_mapped(kTimer23), kTimerClockHz);
  spare_counter->start();
  kernel::time_init(*spare_counter);
  kernel::set_log_clock(kernel::uptime_ns);
}

void tick_start() {
  tick.emplace(boot_mapped(kTimer01), kTimerClockHz);
  kernel::tick_init(*tick, kVicIrqBase + kVicTimer01);
}

void console_input_init() {
  uart0->start_receive();
  const int error = request_irq(kVicIrqBase + kVicUart0, on_uart, 0, "uart-pl011", &*uart0);
  if (error != 0) panic("console: irq %u: error %d\n", kVicIrqBase + kVicUart0, error);
  kernel::set_console_input(*uart0);
}

}  // namespace mink::board
