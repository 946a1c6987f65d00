// SPDX-License-Identifier: MIT
// MMU maintenance by CP15 (ARM DDI 0301H, 3.2.22 and 3.2.24; the same on ARMv7, DDI 0406C, B4.2). Target only.
#pragma once
#include <arch/barrier.hpp>
#include <arch_arm/mmu_maintenance.hpp>

namespace mink::arch::arm {

struct Cp15Mmu {
  void store(Descriptor* entry, Descriptor value) {
    *entry = value;
  }  // the asm below clobbers "memory": not moved past it

  void clean_dcache_range(const void* start, std::size_t bytes) {
    std::uintptr_t line = align_down(reinterpret_cast<std::uintptr_t>(start), kCacheLine);
    const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(start) + bytes;
    do {
      asm volatile("mcr p15, 0, %0, c7, c10, 1" ::"r"(line) : "memory");
      line += kCacheLine;
    } while (line < end);
  }
  void clean_dcache_range(VirtAddr start, std::size_t bytes) {
    clean_dcache_range(ptr_of<const void>(start), bytes);
  }
  // ARM1176, erratum 411920: one alone may not do it; four, undisturbed, then eleven NOPs.
  void invalidate_icache_all() {
    std::uint32_t state;
    asm volatile(
        "  mrs %[state], cpsr\n"
        "  cpsid aif\n"
        "  mcr p15, 0, %[zero], c7, c5, 0\n"
        "  mcr p15, 0, %[zero], c7, c5, 0\n"
        "  mcr p15, 0, %[zero], c7, c5, 0\n"
        "  mcr p15, 0, %[zero], c7, c5, 0\n"
        "  msr cpsr_cx, %[state]\n"
        "  .rept 11\n"
        "  nop\n"
        "  .endr\n"
        : [state] "=&r"(state)
        : [zero] "r"(0)
        : "memory");
  }
  void dsb() { arch::dsb(); }
  // Global entries match whatever ASID is in bits 7:0.
  void tlb_invalidate_mva(VirtAddr va) {
    asm volatile("mcr p15, 0, %0, c8, c7, 1" ::"r"(va.raw()) : "memory");
  }
  void tlb_invalidate_all() { asm volatile("mcr p15, 0, %0, c8, c7, 0" ::"r"(0) : "memory"); }
  void flush_branch_target() { asm volatile("mcr p15, 0, %0, c7, c5, 6" ::"r"(0) : "memory"); }
  void isb() { arch::isb(); }
};
static_assert(MmuMaintenance<Cp15Mmu>);

}  // namespace mink::arch::arm
