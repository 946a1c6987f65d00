// SPDX-License-Identifier: MIT
// Which drivers the RealView PB-A8 has, where, and on which lines.
#include <base/log.h>
#include <board/card_slot.hpp>
#include <board/devices.hpp>
#include <board/memory_map.hpp>
#include <drivers/gic.hpp>
#include <drivers/mci_sleep.hpp>
#include <drivers/pl011.hpp>
#include <drivers/pl181.hpp>
#include <drivers/sp804.hpp>
#include <drivers/sp810.hpp>
#include <drivers/versatile_sysreg.hpp>
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

constinit std::optional<Pl011> uart0;
constinit std::optional<Gic> gic;
constinit std::optional<Sp804Tick<0>> tick;
constinit std::optional<Sp804Tick<1>> spare_timer;
constinit std::optional<VersatileCounter> counter;
constinit std::optional<VersatileReset> reset;
constinit MciSleep slot_wait;
constinit std::optional<Pl181> slot;
constinit SelfInterrupt software{};

constexpr kernel::MemoryBank kPossible[] = {{kRamBase, kRamMax}};
constexpr kernel::MemoryBank kFallback[] = {{kRamBase, kRamFallback}};

}  // namespace

void early_console_init() { start_console(uart0, kUart0, kUartClockHz, kConsoleBaud); }

kernel::BoardMemory memory() { return {kPossible, kFallback}; }

void map_devices() {
  uart0->move_to(map_device(kUart0, "uart0"));
  const Mmio system = map_device(kSystemRegisters, "system registers");
  reset.emplace(system, VersatileSysRegs::ResetCtl::kRealView);
  kernel::set_power_control(*reset);
  counter.emplace(system);
  select_timclk(map_device(kSystemController, "system controller"));
  const Mmio distributor = map_device(kGicDistributor, "gic distributor");
  gic.emplace(distributor, map_device(kGicCpu, "gic cpu interface"));
  constexpr std::size_t kWord = 4 * (kIrqSoftware / 32);
  software = {
      kIrqSoftware,
      {distributor.base() + GicDistributorRegs::SetPending::kOffset + kWord, 1u << kIrqSoftware % 32},
      {distributor.base() + GicDistributorRegs::ClearPending::kOffset + kWord, 1u << kIrqSoftware % 32}};
  tick.emplace(map_device(kTimer01, "timer0 timer1"), kTimerClockHz);
  spare_timer.emplace(map_device(kTimer23, "timer2 timer3"), kTimerClockHz);
}

SelfInterrupt self_interrupt() { return software; }

void irq_chips_init() {
  gic->init();
  if (!ok(kernel::irq_core().add_root(*gic, 0, gic->lines())))
    panic("gic: %u lines are too many\n", gic->lines());
}

void clock_init() { start_clock(*counter); }

void tick_start() {
  kernel::tick_init(*tick, kIrqTimer01);
  spare_timer->stop();
  kernel::set_spare_timer({&*spare_timer, kIrqTimer23, kTimerClockHz});
}

void console_input_init() { start_console_input(*uart0, kIrqUart0, "uart-pl011"); }

void other_devices_init() {
  kernel::init_coherent_memory();
  constexpr unsigned kIrqs[] = {kIrqMci0A, kIrqMci0B};
  slot.emplace(map_device(kMci0, "mci0"), kMciClockHz, slot_wait);
  start_card_slot(*slot, kIrqs, "mmci-pl181");
}

}  // namespace mink::board
