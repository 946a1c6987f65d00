// SPDX-License-Identifier: MIT
// What goes where in the kernel's final tables, over any PageTables: built the same on the target and in a
// host test.
#pragma once
#include <algorithm>
#include <arch/kernel_map.hpp>
#include <arch_arm/layout.hpp>
#include <arch_arm/page_tables.hpp>
#include <span>

namespace mink::arch::arm {

struct Guard {
  VirtAddr start;
  std::size_t bytes;
};

// The kernel image, in the linear map; borders page aligned, ascending.
struct ImageLayout {
  VirtAddr start;       // text: read-only, executable
  VirtAddr text_end;    // from here read-only
  VirtAddr rodata_end;  // from here writable
  VirtAddr end;
  std::span<const Guard> guards;  // stay unmapped
};

struct KernelMapPlan {
  PhysAddr ram_base;  // what kPageOffset maps
  std::span<const LowMemory> low;
  ImageLayout image;
  PhysAddr vectors;                        // a page of the image's text
  std::span<const PhysAddr> boot_devices;  // kBootDeviceStep of registers each
};

// Rights of one page of the megabytes that hold the image; nothing for a guard.
std::optional<PageAttr> image_page_attr(const ImageLayout& image, VirtAddr va);

// Page by page what image_page_attr says, in runs of equal rights.
template <MmuMaintenance M>
Err map_image_part(PageTables<M>& tables, const KernelMapPlan& plan, VirtAddr va, VirtAddr end) {
  while (va != end) {
    const std::optional<PageAttr> attr = image_page_attr(plan.image, va);
    VirtAddr next = va + kPageSize;
    while (next != end && image_page_attr(plan.image, next) == attr) next += kPageSize;
    if (attr) {
      const Err e = tables.map_run(va, plan.ram_base + (va - kPageOffset), (next - va) / kPageSize, *attr);
      if (!ok(e)) return e;
    }
    va = next;
  }
  return Err::Ok;
}

template <MmuMaintenance M>
Err build_tables(PageTables<M>& tables, const KernelMapPlan& plan) {
  const VirtAddr image_first{align_down(plan.image.start.raw(), kSection)};
  const VirtAddr image_last{align_up(plan.image.end.raw(), kSection)};
  const auto linear = [&](VirtAddr from, VirtAddr to, bool by_sections) {
    while (from < to) {
      const VirtAddr section_end{align_down(from.raw(), kSection) + kSection};
      const VirtAddr end = by_sections ? std::min(to, section_end) : to;
      const PhysAddr pa = plan.ram_base + (from - kPageOffset);
      if (const Err e = tables.map_static(from, pa, end - from, kKernelData); !ok(e)) return e;
      from = end;
    }
    return Err::Ok;
  };
  for (const LowMemory& range : plan.low) {
    const VirtAddr from = kPageOffset + (range.start - plan.ram_base);
    const VirtAddr to = from + range.bytes;
    const VirtAddr in_from = std::max(from, image_first);
    const VirtAddr in_to = std::min(to, image_last);
    if (const Err e = linear(from, std::min(to, image_first), range.changeable); !ok(e)) return e;
    if (in_from < in_to) {
      if (const Err e = map_image_part(tables, plan, in_from, in_to); !ok(e)) return e;
    }
    if (const Err e = linear(std::max(from, image_last), to, range.changeable); !ok(e)) return e;
  }
  if (const Err e = tables.map_run(kVectors, plan.vectors, 1, kKernelText); !ok(e)) return e;
  VirtAddr registers = kBootDevice;
  for (const PhysAddr device : plan.boot_devices) {
    if (const Err e = tables.map_static(registers, device, kBootDeviceStep, kDeviceRegs); !ok(e)) return e;
    registers = registers + kBootDeviceStep;
  }
  return Err::Ok;
}

// Unmaps all that the table in force has in the user half.
template <MmuMaintenance M>
void drop_user_half(Descriptor* l1, M& m) {
  for (unsigned i = 0; i < index(kL1, kKernelHalf); ++i) m.store(&l1[i], 0);
  m.clean_dcache_range(l1, index(kL1, kKernelHalf) * sizeof(Descriptor));
  m.dsb();
  m.tlb_invalidate_all();
  m.flush_branch_target();
  m.dsb();
  m.isb();
}

}  // namespace mink::arch::arm
