// SPDX-License-Identifier: MIT
// Cache maintenance for DMA by CP15 (ARM DDI 0301H, 3.2.22; the same on ARMv7, DDI 0406C, B4.2.1).
#include <arch/barrier.hpp>
#include <arch_arm/dma_cache.hpp>
#include <arch_cpu/cpu.hpp>

namespace mink::arch {
namespace {

struct Cp15Dcache {
  void clean_line(std::uintptr_t line) { asm volatile("mcr p15, 0, %0, c7, c10, 1" ::"r"(line) : "memory"); }
  void invalidate_line(std::uintptr_t line) {
    asm volatile("mcr p15, 0, %0, c7, c6, 1" ::"r"(line) : "memory");
  }
  void dsb() { arch::dsb(); }
  std::size_t line() { return dcache_line(); }
};
static_assert(arm::DcacheMaintenance<Cp15Dcache>);
constinit Cp15Dcache cp15;

}  // namespace

void dma_to_device(VirtAddr start, std::size_t bytes, DmaFlow flow) {
  arm::to_device(cp15, start, bytes, flow);
}
void dma_to_cpu(VirtAddr start, std::size_t bytes, DmaFlow flow) { arm::to_cpu(cp15, start, bytes, flow); }

}  // namespace mink::arch
