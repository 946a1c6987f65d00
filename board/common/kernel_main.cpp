// SPDX-License-Identifier: MIT
// From boot/ to the image's purpose, on every board: boot order as data, proved at compile time.
#include <base/log.h>
#include <arch/boot_info.hpp>
#include <arch/irq.hpp>
#include <arch_arm/exception.hpp>
#include <arch_arm/layout.hpp>
#include <arch_cpu/cpu.hpp>
#include <board/devices.hpp>
#include <board/memory_map.hpp>
#include <kernel/contexts.hpp>
#include <kernel/main.hpp>
#include <kernel/memory_init.hpp>
#include <kernel/power.hpp>
#include <kernel/reclaim.hpp>
#include <span>

using namespace mink;

namespace {

constinit arch::BootInfo boot_info{};

void banner() {
  printk(KERN_INFO "mink on %s, %s, gcc %s\n", board::kName, arch::kCpuName, __VERSION__);
  printk(KERN_INFO "Machine type %lu, ATAGs said to be at 0x%08lx\n",
         static_cast<unsigned long>(boot_info.machine_id), static_cast<unsigned long>(boot_info.atags.raw()));
}

void boot_data() {
  kernel::read_boot_data(boot_info,
                         {.memory = board::memory(),
                          .usual_atags = board::kAtags,
                          .page_offset = arch::arm::kPageOffset,
                          .vmalloc_end = arch::arm::kBootDevice,
                          .kmap = arch::arm::kBootDevice + arch::arm::kBootDeviceSize + kPageSize});
}

// What a step gives, and others need.
enum : unsigned {
  kConsole = 1u << 0,
  kBootData = 1u << 1,
  kEarlyMemory = 1u << 2,
  kFinalMap = 1u << 3,  // the final tables are in force
  kPages = 1u << 4,
  kSlab = 1u << 5,
  kVmalloc = 1u << 6,
  kDevices = 1u << 7,  // registers mapped
  kIrqs = 1u << 8,
  kClock = 1u << 9,
  kTick = 1u << 10,
  kInput = 1u << 11,
  kProc = 1u << 12,
  kThreadContext = 1u << 13,
  kSoftirqs = 1u << 14,
  kThreads = 1u << 15,
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
    {"boot data", boot_data, kConsole, kBootData},
    {"early memory", kernel::init_early_memory, kBootData, kEarlyMemory},
    {"final tables", kernel::init_kernel_map, kEarlyMemory, kFinalMap},
    {"pages", kernel::init_page_allocator, kFinalMap, kPages},
    {"slab", kernel::init_slab, kPages, kSlab},
    {"vmalloc", kernel::init_vmalloc, kSlab | kFinalMap, kVmalloc},
    {"devices", board::map_devices, kVmalloc, kDevices},
    {"irq", board::irq_chips_init, kDevices, kIrqs},
    {"clock", board::clock_init, kDevices, kClock},
    {"tick", board::tick_start, kIrqs | kClock, kTick},
    {"input", board::console_input_init, kIrqs, kInput},
    {"memory report", kernel::report_memory, kPages, 0},
    {"/proc", kernel::init_proc, kPages | kSlab | kVmalloc | kIrqs, kProc},
    {"softirqs", kernel::init_softirqs, kIrqs, kSoftirqs},
    {"threads", kernel::init_threads, kSlab | kVmalloc | kTick | kSoftirqs, kThreads},
    {"interrupts on", arch::irq_enable, kTick | kInput, kThreadContext},
    {"service threads", kernel::start_service_threads, kThreads | kThreadContext, 0},
    {"reclaim", kernel::init_reclaim, kThreads | kThreadContext, 0},
    {"other devices", board::other_devices_init, kThreads | kThreadContext, 0},
    {"failures on purpose", kernel::init_failures, kThreadContext, 0},
    {"context checks", kernel::begin_context_checks, kThreadContext, 0},
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

const arch::BootInfo& board::boot_info() { return ::boot_info; }

extern "C" [[noreturn]] void kernel_main(const arch::BootInfo& info) {
  ::boot_info = info;
  for (const Step& step : kBoot) step.run();
  kernel::poweroff(kernel::image_main());
}
