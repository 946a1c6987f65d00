// SPDX-License-Identifier: MIT
// Which drivers the Raspberry Pi has, where, and on which lines.
#include <base/log.h>
#include <board/devices.hpp>
#include <board/memory_map.hpp>
#include <drivers/bcm2835_aux.hpp>
#include <drivers/bcm2835_gpio.hpp>
#include <drivers/bcm2835_irq.hpp>
#include <drivers/bcm2835_power.hpp>
#include <drivers/bcm2835_timer.hpp>
#include <drivers/pl011.hpp>
#include <kernel/irq_core.hpp>
#include <kernel/log.hpp>
#include <kernel/memory_init.hpp>
#include <kernel/power.hpp>
#include <kernel/spare_timer.hpp>
#include <kernel/tick.hpp>
#include <optional>

namespace mink::board {

namespace {

using namespace drivers;

constinit std::optional<OrderedPl011> uart0;
constinit std::optional<Bcm2835Irq> irqs;
constinit std::optional<Bcm2835Tick<3>> tick;
constinit std::optional<Bcm2835Tick<1>> spare_timer;
constinit std::optional<Bcm2835Counter> counter;
constinit std::optional<Bcm2835Power> power;
constinit SelfInterrupt software{};

constexpr kernel::MemoryBank kPossible[] = {{kRamBase, kRamMax}};
constexpr kernel::MemoryBank kFallback[] = {{kRamBase, kRamFallback}};

// The controller has no software interrupts: an idle UART without wires, that has nothing to send, is one.
SelfInterrupt idle_mini_uart() {
  using R = Bcm2835AuxRegs;
  const Mmio aux = map_device(kAux, "aux");
  const Registers<OrderedMmio> regs{aux};
  regs.write<R::Enables>(R::Enables::MiniUart::put(1));
  regs.write<R::Control>(0);
  regs.write<R::InterruptEnable>(0);
  const VirtAddr at = aux.base() + R::InterruptEnable::kOffset;
  return {kIrqAux, {at, R::InterruptEnable::Sent::put(1)}, {at, 0}};
}

}  // namespace

void early_console_init() {
  const OrderedMmio pins = boot_device(kGpio);
  select_function(pins, kPinTxd0, Bcm2835Function::Alt0);
  select_function(pins, kPinRxd0, Bcm2835Function::Alt0);
  start_console(uart0, kUart0, kUartClockHz, kConsoleBaud);
}

kernel::BoardMemory memory() { return {kPossible, kFallback}; }

void map_devices() {
  uart0->move_to(map_device(kUart0, "uart0"));
  power.emplace(map_device(kPower, "power management"));
  kernel::set_power_control(*power);
  irqs.emplace(map_device(kInterruptController, "interrupt controller"));
  const Mmio timer = map_device(kSystemTimer, "system timer");
  counter.emplace(timer);
  tick.emplace(timer);
  spare_timer.emplace(timer);
  software = idle_mini_uart();
}

SelfInterrupt self_interrupt() { return software; }

void irq_chips_init() {
  irqs->init();
  if (!ok(kernel::irq_core().add_root(*irqs, kIrqBase, Bcm2835Irq::kLines)))
    panic("interrupt controller: the irq numbers are taken\n");
}

void clock_init() { start_clock(*counter); }

void tick_start() {
  kernel::tick_init(*tick, kIrqTimer3);
  spare_timer->stop();
  kernel::set_spare_timer({&*spare_timer, kIrqTimer1, Bcm2835TimerRegs::kHz});
}

void console_input_init() { start_console_input(*uart0, kIrqUart0, "uart-pl011"); }

void other_devices_init() { kernel::init_coherent_memory(); }

}  // namespace mink::board
