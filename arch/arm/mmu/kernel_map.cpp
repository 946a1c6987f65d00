// SPDX-License-Identifier: MIT
// The kernel's own tables: the one L1 table, what of the image goes where, and the switch.
#include <arch/kernel_map.hpp>
#include <arch/page_dump.hpp>
#include <arch_arm/cp15_mmu.hpp>
#include <arch_arm/linear_map.hpp>
#include <arch_arm/live_tables.hpp>
#include <arch_arm/stacks.hpp>
#include <arch_arm/table_text.hpp>
#include <array>
#include <base/sections.hpp>
#include <iterator>
#include <new>

// Constants of the link: their addresses are their values.
extern "C" char __page_offset[], __phys_offset[], __vectors_start[];

namespace mink::arch {
namespace {

using namespace arm;

// Lower half: the empty table of the user half (TTBR0). Upper half: the kernel's (TTBR1).
alignas(table_bytes(kL1)) constinit Descriptor l1_table[entries(kL1)] = {};
constinit Cp15Mmu cp15;

std::uintptr_t virt_minus_phys() {
  return reinterpret_cast<std::uintptr_t>(__page_offset) - reinterpret_cast<std::uintptr_t>(__phys_offset);
}
PhysAddr phys(const void* p) { return PhysAddr{reinterpret_cast<std::uintptr_t>(p) - virt_minus_phys()}; }

using KernelTables = PageTables<Cp15Mmu>;
union Storage {
  constexpr Storage() : none{} {}
  char none;
  KernelTables tables;
};
constinit Storage
    storage;  // made by build_kernel_map: the offset is a number of the link, not of the compiler

}  // namespace

arm::TableView arm::live_tables() {
  std::uint32_t ttbr1;
  asm volatile("mrc p15, 0, %0, c2, c0, 1" : "=r"(ttbr1));
  const PhysAddr base{ttbr1 &
                      ~static_cast<std::uint32_t>(table_bytes(kL1) - 1)};  // low bits: walk attributes
  TableView view{nullptr, virt_minus_phys()};
  view.l1 = view.table_at(base);
  return view;
}

Err build_kernel_map(std::span<const LowMemory> low, TableSource& source) {
  const FixedStacks stacks = fixed_stacks();
  std::array<Guard, std::tuple_size_v<FixedStacks>> guards{};
  for (std::size_t i = 0; i < guards.size(); ++i)
    guards[i] = {stacks[i].guard, stacks[i].low - stacks[i].guard};
  auto* tables = ::new (&storage.tables) KernelTables{l1_table, virt_minus_phys(), &source, cp15};
  // The board's choice, known from the first tables.
  PhysAddr devices[kBootDeviceSize / kBootDeviceStep];
  std::size_t device_count = 0;
  for (VirtAddr va = kBootDevice; device_count < std::size(devices); va = va + kBootDeviceStep) {
    const Decoded found = live_tables().lookup(va);
    if (!found.maps()) break;
    devices[device_count++] = found.pa;
  }
  const KernelMapPlan plan{
      .ram_base = PhysAddr{reinterpret_cast<std::uintptr_t>(__phys_offset)},
      .low = low,
      .image = {virt_of(__text_start), virt_of(__text_end), virt_of(__rodata_end), virt_of(__kernel_end),
                guards},
      .vectors = phys(__vectors_start),
      .boot_devices = {devices, device_count},
  };
  return build_tables(*tables, plan);
}

void switch_to_kernel_map() {
  const std::uint32_t base = static_cast<std::uint32_t>(phys(l1_table).raw());
  const IrqGuard guard;
  // Every word of the new tables is in memory since build_kernel_map. Both tables translate this code to the same
  // place, by other granules. Until the TLB is empty it must not need a walk of both: one cache line of instructions,
  // no access to data. (Barriers by CP15, which ARMv7 has, too.)
  asm volatile(
      "  b 1f\n"
      "  .balign 32\n"
      "1: mcr p15, 0, %[base], c2, c0, 1\n"  // TTBR1
      "  mcr p15, 0, %[base], c2, c0, 0\n"   // TTBR0: its lower half; the identity map goes
      "  mcr p15, 0, %[zero], c7, c5, 4\n"   // ISB
      "  mcr p15, 0, %[zero], c8, c7, 0\n"   // TLB
      "  mcr p15, 0, %[zero], c7, c5, 6\n"   // branch predictions
      "  mcr p15, 0, %[zero], c7, c10, 4\n"  // DSB
      "  mcr p15, 0, %[zero], c7, c5, 4\n"   // ISB
      ::[base] "r"(base),
      [zero] "r"(0)
      : "memory");
}

PageMapper& kernel_mapper() { return storage.tables; }

void set_table_source(TableSource& source) { storage.tables.set_source(source); }

bool in_first_level_table(VirtAddr va) { return va - virt_of(l1_table) < sizeof l1_table; }

const char* check_kernel_map(VirtAddr& where) {
  std::size_t pages = 0;
  const char* wrong = check_tables(storage.tables.view(), where, &pages);
  if (wrong == nullptr && pages != storage.tables.table_pages()) wrong = "table pages miscounted";
  return wrong;
}

void dump_page_tables(TextSink& out, std::span<const AddressMarker> markers) {
  dump_tables(out, live_tables(), markers);
}

bool describe_translation(TextSink& out, VirtAddr va) { return describe(out, live_tables(), va); }

}  // namespace mink::arch
