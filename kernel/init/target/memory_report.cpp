// SPDX-License-Identifier: MIT
// What Linux says of memory while it boots, of ours.
#include <base/log.h>
#include <base/sections.hpp>
#include <kernel/memory_init.hpp>
#include <mm/kernel_memory.hpp>

namespace mink::kernel {

namespace {

using Ull = unsigned long long;

void print_zone(const char* name, PhysAddr start, PhysAddr end) {
  if (start < end) {
    printk(KERN_INFO "  %-8s [mem 0x%016llx-0x%016llx]\n", name, Ull{start.raw()}, Ull{end.raw()} - 1);
  } else {
    printk(KERN_INFO "  %-8s empty\n", name);
  }
}

void print_area(const char* name, std::uintptr_t start, std::uintptr_t end) {
  const std::uintptr_t kb = (end - start + 1023) >> 10;
  const bool mega = kb >= 10 * 1024;
  printk(KERN_INFO "  %8s : 0x%08lx - 0x%08lx   (%4lu %s)\n", name, static_cast<unsigned long>(start),
         static_cast<unsigned long>(end), static_cast<unsigned long>(mega ? kb >> 10 : kb),
         mega ? "MB" : "kB");
}

std::size_t kb_between(const char* from, const char* to) { return static_cast<std::size_t>(to - from) >> 10; }

}  // namespace

void report_memory() {
  const mm::EarlyMemory& early = mm::kernel_memory().early;
  const mm::PageAllocator& pages = mm::kernel_memory().pages;
  const MemoryPlan& plan = memory_plan();
  const auto banks = early.banks();

  printk(KERN_INFO "Zone ranges:\n");
  print_zone("DMA", banks.front().start, plan.dma_end);
  print_zone("Normal", plan.dma_end, plan.low_end);
  print_zone("HighMem", plan.low_end, plan.ram_end);
  printk(KERN_INFO "Memory banks:\n");
  for (const mm::EarlyRange& bank : banks) print_zone("bank", bank.start, bank.end);

  const std::size_t total = early.bank_bytes() >> 10;
  const std::size_t free = pages.free_pages() << (kPageShift - 10);
  const std::size_t managed = pages.managed_pages() << (kPageShift - 10);
  const std::size_t high = pages.zone(mm::ZoneType::HighMem).managed << (kPageShift - 10);
  printk(KERN_INFO
         "Memory: %zuK/%zuK available (%zuK kernel code, %zuK rwdata, %zuK rodata, %zuK bss, %zuK reserved, "
         "%zuK "
         "highmem)\n",
         free, total, kb_between(__text_start, __text_end), kb_between(__data_start, __data_end),
         kb_between(__rodata_start, __rodata_end), kb_between(__bss_start, __bss_end), total - managed, high);

  printk(KERN_INFO "Virtual kernel memory layout:\n");
  print_area("vectors", 0xffff0000u, 0xffff1000u);
  print_area("vmalloc", plan.vmalloc_start.raw(), plan.vmalloc_end.raw());
  print_area("lowmem", plan.high_memory.raw() - (plan.low_end - banks.front().start), plan.high_memory.raw());
  print_area(".text", virt_of(__text_start).raw(), virt_of(__text_end).raw());
  print_area(".rodata", virt_of(__rodata_start).raw(), virt_of(__rodata_end).raw());
  print_area(".data", virt_of(__data_start).raw(), virt_of(__data_end).raw());
  print_area(".bss", virt_of(__bss_start).raw(), virt_of(__bss_end).raw());
}

}  // namespace mink::kernel
