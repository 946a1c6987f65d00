// SPDX-License-Identifier: MIT
// The first tables, built with the MMU off, and the first C++ in the linear map.
#include <arch/boot_info.hpp>
#include <arch/page_attr.hpp>
#include <arch_arm/cp15_mmu.hpp>
#include <arch_arm/descriptor.hpp>
#include <arch_arm/layout.hpp>
#include <arch_arm/linear_map.hpp>
#include <board/memory_map.hpp>
#include <iterator>

using namespace mink;
using namespace mink::arch::arm;

namespace {

// The L1 table lies in the 16 KB below the image (linker/mink.ld).
constexpr std::size_t kL1Offset = 0x4000;
// Memory above the image that the first tables hold, for whoever builds the final ones.
constexpr std::size_t kRoom = 4 * kSection;
static_assert(std::size(board::kBootDevices) * kBootDeviceStep <= kBootDeviceSize);
constexpr arch::PageAttr kEverything{arch::MemType::Normal, true, true};

std::uintptr_t mapped_end(std::uintptr_t ram, std::uintptr_t image_end) {
  return ram + align_up(image_end - ram + kRoom, kSection);
}

}  // namespace

extern "C" {

extern char __page_offset[], __phys_offset[], __kernel_end[];
alignas(table_bytes(kL2)) constinit Descriptor mink_boot_l2[entries(kL2)] = {};

// Runs at a physical address: touches nothing but its arguments and what they point to. `l2` is already zero.
[[gnu::section(".boot.text")]] Descriptor* mink_build_boot_tables(std::uintptr_t ram,
                                                                  std::uintptr_t image_end, Descriptor* l2,
                                                                  std::uintptr_t vectors) {
  auto* l1 = reinterpret_cast<volatile Descriptor*>(ram + kL1Offset);
  for (unsigned i = 0; i < entries(kL1); ++i) l1[i] = 0;
  const std::uintptr_t end = mapped_end(ram, image_end);
  for (std::uintptr_t pa = ram; pa != end; pa += kSection) {
    const Descriptor d = section(PhysAddr{pa}, kEverything);
    l1[pa >> kL1.shift] = d;  // 1:1, until the jump
    l1[(kPageOffset + (pa - ram)).raw() >> kL1.shift] = d;
  }
  unsigned device = kBootDevice.raw() >> kL1.shift;
  for (const PhysAddr registers : board::kBootDevices) l1[device++] = section(registers, arch::kDeviceRegs);
  l1[kVectors.raw() >> kL1.shift] = l2_table(PhysAddr{reinterpret_cast<std::uintptr_t>(l2)});
  l2[index(kL2, kVectors)] = small_page(PhysAddr{vectors}, arch::kKernelText);
  return const_cast<Descriptor*>(l1);
}

[[noreturn]] void mink_boot_high(std::uint32_t r0, std::uint32_t r1, std::uint32_t r2) {
  const auto ram = reinterpret_cast<std::uintptr_t>(__phys_offset);
  const std::uintptr_t offset = kPageOffset.raw() - ram;
  // The 1:1 map has served: from here on a null pointer faults, whatever lies at physical 0.
  auto* const l1 = reinterpret_cast<Descriptor*>(kPageOffset.raw() + kL1Offset);
  Cp15Mmu mmu;
  drop_user_half(l1, mmu);

  const std::uintptr_t image_end = reinterpret_cast<std::uintptr_t>(__kernel_end) - offset;
  kernel_main(
      arch::BootInfo{r0, r1, PhysAddr{r2}, PhysAddr{ram}, VirtAddr{mapped_end(ram, image_end) + offset}});
}
}
