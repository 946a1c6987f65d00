// SPDX-License-Identifier: MIT
// The Versatile's composition root: boot order as data, proved at compile time.
#include <base/log.h>
#include <arch/boot_info.hpp>
#include <arch/irq.hpp>
#include <arch_arm/exception.hpp>
#include <board/memory_map.hpp>
#include <kernel/main.hpp>
#include <kernel/power.hpp>
#include <span>

#include "devices.hpp"

using namespace mink;

namespace {

constinit arch::BootInfo boot_info{};

void banner() { printk(KERN_INFO "mink on %s\n", board::kName); }

// What a step gives, and others need.
enum : unsigned {
  kConsole = 1u << 0,
  kIrqs = 1u << 1,
  kClock = 1u << 2,
  kTick = 1u << 3,
  kInput = 1u << 4,
};

struct Step {
  const char* name;
  void (*run)();
  unsigned needs, gives;
};

constexpr Step kBoot[] = {
    {"console", board::early_console_init, 0, kConsole},
    {"banner", banner, kConsole, 0},
    {"asynchronous aborts on", arch::arm::enable_asynchronous_aborts, kConsole, 0},
    {"irq", board::irq_chips_init, kConsole, kIrqs},
    {"clock", board::clock_init, kConsole, kClock},
    {"tick", board::tick_start, kIrqs | kClock, kTick},
    {"input", board::console_input_init, kIrqs, kInput},
    {"interrupts on", arch::irq_enable, kIrqs | kTick | kInput, 0},
};

consteval bool ordered(std::span<const Step> steps) {
  unsigned have = 0;
  for (const Step& step : steps) {
    if ((step.needs & ~have) != 0) return false;
    have |= step.gives;
  }
  return true;
}
static_assert(ordered(kBoot), "a step runs before what it needs");

}  // namespace

extern "C" [[noreturn]] void kernel_main(const arch::BootInfo& info) {
  boot_info = info;
  for (const Step& step : kBoot) step.run();
  kernel::poweroff(kernel::image_main());
}
