// SPDX-License-Identifier: MIT
// What the boards' own devices.cpp share.
#include <linux/io.h>
#include <linux/ioport.h>

#include <base/log.h>
#include <arch_arm/layout.hpp>
#include <board/devices.hpp>
#include <board/memory_map.hpp>
#include <kernel/clock.hpp>
#include <kernel/log.hpp>
#include <kernel/tick.hpp>

namespace mink::board {

drivers::Mmio map_device(PhysAddr device, const char* name) {
  if (request_mem_region(device.raw(), kDeviceSize, name) == nullptr)
    panic("%s: its registers are taken\n", name);
  void __iomem* const at = ioremap(device.raw(), kDeviceSize);
  if (at == nullptr) panic("%s: cannot map its registers\n", name);
  return drivers::Mmio{virt_of(at)};
}

drivers::Mmio boot_device(PhysAddr device) {
  using namespace arch::arm;
  VirtAddr at = kBootDevice;
  for (const PhysAddr megabyte : kBootDevices) {
    if (device >= megabyte && device - megabyte < kBootDeviceStep)
      return drivers::Mmio{at + (device - megabyte)};
    at = at + kBootDeviceStep;
  }
  panic("0x%08lx is in none of the boot's device mappings\n", static_cast<unsigned long>(device.raw()));
}

void connect_console_input(kernel::ConsoleInput& input, unsigned irq, const char* irq_name,
                           irq_handler_t handler) {
  const int error = request_irq(irq, handler, 0, irq_name, &input);
  if (error != 0) panic("console: irq %u: error %d\n", irq, error);
  kernel::set_console_input(input);
}

void start_clock(const kernel::ClockSource& source) {
  kernel::time_init(source);
  kernel::set_log_clock(kernel::uptime_ns);
  printk(KERN_INFO "clock: %s, %u Hz\n", source.name(), static_cast<unsigned>(source.frequency_hz()));
}

bool runs(const kernel::ClockSource& source) {
  const std::uint32_t start = source.read();
  for (unsigned i = 0; i < 100'000; ++i) {
    if (source.read() != start) return true;
  }
  return false;
}

}  // namespace mink::board
