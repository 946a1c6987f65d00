// SPDX-License-Identifier: MIT
// The board's devices: one object each, made when its registers are mapped.
#pragma once
#include <board/memory_map.hpp>
#include <drivers/pl011.hpp>
#include <drivers/pl181.hpp>
#include <drivers/pl190.hpp>
#include <drivers/sp804.hpp>
#include <drivers/versatile_sic.hpp>
#include <drivers/versatile_sysreg.hpp>

namespace mink::board {

// The console, by the boot's device mapping: before anything else.
void early_console_init();

// A device's registers, claimed in /proc/iomem and mapped; panics if that cannot be.
drivers::Mmio map_device(PhysAddr device, const char* name);

// All registers by ioremap, the console's too; from here on the board can be reset. Needs vmalloc.
void map_devices();

// Each needs those before it, and interrupts off at the CPU.
void irq_chips_init();
void clock_init();
void tick_start();
void console_input_init();

// The card in the slot, if there is one. Thread context, interrupts on; sleeps.
void card_init();

}  // namespace mink::board
