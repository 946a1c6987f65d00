// SPDX-License-Identifier: MIT
// What every board brings to the common boot order (board/common/kernel_main.cpp) beside its constants
// (<board/memory_map.hpp>): the steps that know its devices, in the order of their calls.
#pragma once
#include <linux/interrupt.h>

#include <arch/barrier.hpp>
#include <arch/boot_info.hpp>
#include <base/addr.hpp>
#include <cstdint>
#include <drivers/mmio.hpp>
#include <kernel/atags.hpp>
#include <kernel/clock_source.hpp>
#include <kernel/console.hpp>
#include <kernel/log.hpp>
#include <optional>

namespace mink::board {

// The console, by the boot's device mapping: before anything else. Stops what cannot wait (a watchdog).
void early_console_init();

// Where memory can be, and what is there if the boot loader does not say. Needs the console.
kernel::BoardMemory memory();

// All registers by ioremap, the console's too; from here on the board can be reset. Needs vmalloc.
void map_devices();

// Each needs those before it, and interrupts off at the CPU.
void irq_chips_init();
void clock_init();
void tick_start();
void console_input_init();

// What the kernel comes up without: a card, lights. Thread context, interrupts on; may sleep.
void other_devices_init();

// An interrupt that software raises by a store, and takes back by another: for tests and exercises. Nobody else uses its
// line. From map_devices() on.
struct SelfInterrupt {
  struct Store {
    VirtAddr at;
    std::uint32_t value;
    void operator()() const {
      arch::dmb();  // as OrderedBus
      *ptr_of<volatile std::uint32_t>(at) = value;
    }
  };
  unsigned irq;
  Store raise, lower;
};
SelfInterrupt self_interrupt();

// The second half of start_console_input.
void connect_console_input(kernel::ConsoleInput& input, unsigned irq, const char* irq_name,
                           irq_handler_t handler);

// For the boards: what boot/ handed over, and ...
const arch::BootInfo& boot_info();
// ... a device's registers, claimed in /proc/iomem and mapped; panics if that cannot be.
drivers::Mmio map_device(PhysAddr device, const char* name);
// ... or those that are in one of kBootDevices, by the boot's mapping.
drivers::Mmio boot_device(PhysAddr device);
// ... the kernel's clock from now on; said on the console.
void start_clock(const kernel::ClockSource& source);
// ... the console from now on, by the boot's mapping; what the log holds goes out.
template <class Uart>
void start_console(std::optional<Uart>& uart, PhysAddr at, std::uint32_t clock_hz, std::uint32_t baud) {
  uart.emplace(boot_device(at), clock_hz);
  uart->init(baud);
  kernel::set_console(*uart);
  kernel::log_flush();
}
// ... a UartConsole, whose receiver interrupts on this line from now on. `uart` for ever.
template <class Uart>
void start_console_input(Uart& uart, unsigned irq, const char* irq_name) {
  uart.start_receive();
  connect_console_input(uart, irq, irq_name, [](int, void* input) -> irqreturn_t {
    if (!static_cast<Uart*>(static_cast<kernel::ConsoleInput*>(input))->on_interrupt()) return IRQ_NONE;
    kernel::console_input_arrived();
    return IRQ_HANDLED;
  });
}
// Does the counter count? Some registers are missing where only a CPU and timers are modelled.
bool runs(const kernel::ClockSource& source);

}  // namespace mink::board
