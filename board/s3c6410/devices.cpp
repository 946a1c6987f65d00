// SPDX-License-Identifier: MIT
// What every S3C6410 has and the kernel comes up with: clocks, console, interrupts, timers.
#include "devices.hpp"

#include <linux/interrupt.h>

#include <base/log.h>
#include <arch_cpu/peripheral_port.hpp>
#include <drivers/pl192.hpp>
#include <drivers/s3c_pwm.hpp>
#include <drivers/s3c_system.hpp>
#include <drivers/s3c_uart.hpp>
#include <kernel/console.hpp>
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

constinit S3cClocks clocks{};
constinit std::optional<S3cSystem> system;
constinit std::optional<S3cUart> uart0;
constinit std::optional<Pl192Pair> vics;
constinit std::optional<S3cPwmCounter<0>> counter;
constinit std::optional<S3cPwmTick<4>> tick;
constinit std::optional<S3cPwmTick<3>> spare_timer;
constinit std::optional<S3cGpio> pins;
constinit SelfInterrupt software{};
constinit S3cDram dram{};
constinit kernel::MemoryBank possible{}, fallback{};

irqreturn_t on_uart(int, void* uart) {
  bool received = false;
  const bool ours = static_cast<S3cUart*>(uart)->on_interrupt(received);
  if (received) kernel::console_input_arrived();
  return IRQ_RETVAL(ours);
}

unsigned long mhz(std::uint32_t hz) { return hz / 1'000'000; }

}  // namespace

void early_console_init() {
  arch::set_peripheral_port(kRegisters,
                            arch::kPeripheralPort256M);  // the boot loaders do, too; nobody else would
  s3c_watchdog_stop(boot_device(kWatchdog));
  system.emplace(boot_device(kSystem));
  system->init();
  clocks = system->clocks();
  const bool plausible = clocks.pclk >= 16 * kConsoleBaud;
  if (!plausible) clocks.pclk = kUsualPclkHz;

  pins.emplace(boot_device(kGpio));
  for (const unsigned pin : {0u, 1u}) pins->select({kGpa, pin}, 2);  // RXD0, TXD0
  start_console(uart0, kUarts, clocks.pclk, kConsoleBaud);

  const std::uint32_t id = system->chip_id();
  printk(KERN_INFO "chip 0x%08lx, ARM %lu MHz, HCLK %lu MHz, PCLK %lu.%lu MHz\n",
         static_cast<unsigned long>(id), mhz(clocks.arm), mhz(clocks.hclk), mhz(clocks.pclk),
         static_cast<unsigned long>(clocks.pclk / 100'000 % 10));
  if (!plausible) printk(KERN_WARNING "clocks: the registers give no PCLK: taken to be the usual one\n");
  if ((id & S3cSystemRegs::SysId::kMask) != S3cSystemRegs::SysId::kS3c6410)
    printk(KERN_WARNING "this is no S3C6410\n");
}

kernel::BoardMemory memory() {
  dram = s3c_dram(boot_device(kDmc1));
  if (dram.base != kRamBase.raw()) dram.size = 0;
  if (dram.size == 0) printk(KERN_WARNING "dram: the memory controller does not say how much there is\n");
  possible = {kRamBase, dram.size != 0 ? dram.size : kRamMax};
  fallback = {kRamBase, dram.size != 0 ? dram.size : kRamFallback};
  return {{&possible, 1}, {&fallback, 1}};
}

void map_devices() {
  // A bank beyond what the controller decodes was refused when the boot data were read.
  const std::uint64_t named = kernel::memory_in_boot_data();
  if (dram.size != 0 && named != dram.size) {
    printk(KERN_WARNING
           "dram: the boot loader names %lu MB, the memory controller %lu MB: using the former\n",
           static_cast<unsigned long>(named >> 20), static_cast<unsigned long>(dram.size >> 20));
  }
  uart0->move_to(map_device(kUarts, "uart0 uart1 uart2 uart3"));
  system->move_to(map_device(kSystem, "system controller"));
  kernel::set_power_control(*system);
  pins.emplace(map_device(kGpio, "gpio"));
  const Mmio vic0 = map_device(kVic0, "vic0");
  vics.emplace(vic0, map_device(kVic1, "vic1"));
  software = {kIrqBase + kLineGraphics2d,
              {vic0.base() + Pl192Regs::SoftInt::kOffset, 1u << kLineGraphics2d},
              {vic0.base() + Pl192Regs::SoftIntClear::kOffset, 1u << kLineGraphics2d}};
  const Mmio pwm = map_device(kPwm, "pwm timers");
  counter.emplace(pwm, clocks.pclk);
  tick.emplace(pwm, clocks.pclk);
  spare_timer.emplace(pwm, clocks.pclk);
}

SelfInterrupt self_interrupt() { return software; }
S3cGpio gpio() { return *pins; }
std::uint32_t start_card_clock() { return system->start_mmc0(); }
void start_dma_clock() { system->start_dma0(); }

void irq_chips_init() {
  vics->init();
  if (!ok(kernel::irq_core().add_root(*vics, kIrqBase, Pl192Pair::kLines))) {
    panic("interrupt controllers: the irq numbers are taken\n");
  }
}

void clock_init() {
  counter->start();
  if (!runs(*counter)) printk(KERN_WARNING "clock: PWM timer 0 stands still\n");
  start_clock(*counter);
}

void tick_start() {
  kernel::tick_init(*tick, kIrqBase + kLineTimer4);
  spare_timer->stop();
  kernel::set_spare_timer({&*spare_timer, kIrqBase + kLineTimer3, spare_timer->clock_hz()});
}

void console_input_init() {
  uart0->start_interrupts();
  const int error = request_irq(kIrqBase + kLineUart0, on_uart, 0, "uart-s3c6410", &*uart0);
  if (error != 0) panic("console: irq %u: error %d\n", kIrqBase + kLineUart0, error);
  kernel::set_console_input(*uart0);
}

void other_devices_init() {
  variant_init();
  rtc_init();
  dma_init();
  card_init();
}

}  // namespace mink::board
