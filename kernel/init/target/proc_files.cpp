// SPDX-License-Identifier: MIT
// The files below /proc: each a text of the kernel's own instances.
#include <base/log.h>
#include <inspect/ledger.hpp>
#include <kernel/iomem.hpp>
#include <kernel/irq_core.hpp>
#include <kernel/memory_init.hpp>
#include <kernel/proc.hpp>
#include <mm/kernel_memory.hpp>
#include <mm/proc.hpp>

namespace mink::kernel {

namespace {

mm::KernelMemory& memory() { return mm::kernel_memory(); }

void show_ledger(TextSink& out) {
  inspect::Ledger ledger;
  ledger.take(inspect::Memory::of_kernel());
  ledger.print(out);
}

constinit ProcFile files[] = {
    {"interrupts", [](TextSink& out) { irq_core().show(out); }},
    {"iomem", [](TextSink& out) { iomem().show(out); }},
    {"buddyinfo", mm::proc_buddyinfo},
    {"ledger", show_ledger},
    {"meminfo", mm::proc_meminfo},
    {"pagetypeinfo", mm::proc_pagetypeinfo},
    {"slabinfo", mm::proc_slabinfo},
    {"vmallocinfo", mm::proc_vmallocinfo},
    {"vmstat", mm::proc_vmstat},
    {"zoneinfo", mm::proc_zoneinfo},
};

// Memory with what was reserved in it before the page allocator.
void show_memory_in_iomem() {
  for (const mm::EarlyRange& bank : memory().early.banks())
    iomem().add_ram(bank.start, bank.size(), "System RAM");
  for (const mm::EarlyRange& range : memory().early.reservations()) {
    iomem().add_reserved(range.start, range.size(), range.name);
  }
}

}  // namespace

void init_proc() {
  show_memory_in_iomem();
  for (ProcFile& file : files) {
    if (const Err e = proc().add(file); !ok(e)) panic("/proc/%s: error %d\n", file.name, static_cast<int>(e));
  }
}

}  // namespace mink::kernel
