// SPDX-License-Identifier: MIT
// The kernel's windows: what they are made of.
#include <mm/kernel_memory.hpp>

namespace mink::mm {

Err init_kernel_kmap(VirtAddr start, arch::PageMapper& mapper) {
  KernelMemory& memory = kernel_memory();
  const PhysAddr any = phys_of(memory.pages.first_pfn());
  if (const Err e = memory.local_windows.init(mapper, start, any); !ok(e)) return e;
  const VirtAddr shared = start + LocalWindows::kSlots * kWindowStride;
  if (const Err e = memory.kmap.init(mapper, shared, KmapPool::kMost, any); !ok(e)) return e;
  memory.pages.set_window(&memory.local_windows);
  return Err::Ok;
}

}  // namespace mink::mm
