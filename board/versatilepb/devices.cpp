// SPDX-License-Identifier: MIT
// Which drivers the Versatile has, where, and on which lines.
#include "devices.hpp"

#include <base/log.h>
#include <drivers/pl011.hpp>
#include <drivers/pl190.hpp>
#include <drivers/sp804.hpp>
#include <drivers/sp810.hpp>
#include <drivers/versatile_sic.hpp>
#include <drivers/versatile_sysreg.hpp>
#include <kernel/console.hpp>
#include <kernel/irq_core.hpp>
#include <kernel/log.hpp>
#include <kernel/power.hpp>
#include <kernel/spare_timer.hpp>
#include <kernel/tick.hpp>
#include <optional>

namespace mink::board {

namespace {

using namespace drivers;

constinit std::optional<Pl011> uart0;
constinit std::optional<Pl190> vic;
constinit std::optional<VersatileSic> sic;
constinit std::optional<Sp804Tick<0>> tick;
constinit std::optional<Sp804Counter<0>> spare_counter;
constinit std::optional<Sp804Tick<1>> spare_timer;
constinit std::optional<VersatileCounter> counter;
constinit std::optional<VersatileReset> reset;
constinit SelfInterrupt software{};

constexpr kernel::MemoryBank kPossible[] = {{kRamBase, kRamMax}};
constexpr kernel::MemoryBank kFallback[] = {{kRamBase, kRamFallback}};

}  // namespace

void early_console_init() { start_console(uart0, kUart0, kUartClockHz, kConsoleBaud); }

kernel::BoardMemory memory() { return {kPossible, kFallback}; }

void map_devices() {
  uart0->move_to(map_device(kUart0, "uart0"));
  const Mmio system = map_device(kSystemRegisters, "system registers");
  reset.emplace(system, VersatileSysRegs::ResetCtl::kVersatile);
  kernel::set_power_control(*reset);
  counter.emplace(system);
  select_timclk(map_device(kSystemController, "system controller"));
  const Mmio vic_registers = map_device(kVic, "vic");
  vic.emplace(vic_registers);
  software = {kVicIrqBase + kVicSoftware,
              {vic_registers.base() + Pl190Regs::SoftInt::kOffset, 1u << kVicSoftware},
              {vic_registers.base() + Pl190Regs::SoftIntClear::kOffset, 1u << kVicSoftware}};
  sic.emplace(map_device(kSic, "sic"));
  tick.emplace(map_device(kTimer01, "timer0 timer1"), kTimerClockHz);
  const Mmio timer23 = map_device(kTimer23, "timer2 timer3");
  spare_counter.emplace(timer23, kTimerClockHz);
  spare_timer.emplace(timer23, kTimerClockHz);
}

SelfInterrupt self_interrupt() { return software; }

void irq_chips_init() {
  vic->init();
  sic->init();
  kernel::IrqCore& core = kernel::irq_core();
  if (!ok(core.add_root(*vic, kVicIrqBase, Pl190::kLines)) ||
      !ok(core.add_cascade(*sic, kSicIrqBase, VersatileSic::kLines, kVicIrqBase + kVicSic))) {
    panic("interrupt controllers: the irq numbers are taken\n");
  }
}

void clock_init() {
  spare_counter->start();
  const bool fine = runs(*counter);
  if (!fine) printk(KERN_WARNING "clock: the 24 MHz counter stands still\n");
  start_clock(fine ? static_cast<const kernel::ClockSource&>(*counter) : *spare_counter);
}

void tick_start() {
  kernel::tick_init(*tick, kVicIrqBase + kVicTimer01);
  spare_timer->stop();
  kernel::set_spare_timer({&*spare_timer, kVicIrqBase + kVicTimer23, kTimerClockHz});
}

void console_input_init() { start_console_input(*uart0, kVicIrqBase + kVicUart0, "uart-pl011"); }

void other_devices_init() {
  dma_init();
  card_init();
}

}  // namespace mink::board
