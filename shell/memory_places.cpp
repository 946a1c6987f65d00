// SPDX-License-Identifier: MIT
// Names of places in the address space; see memory_places.hpp.
#include "memory_places.hpp"

#include <arch/kernel_map.hpp>
#include <array>
#include <base/sections.hpp>
#include <kernel/memory_init.hpp>
#include <mm/kernel_memory.hpp>

namespace mink::shell {
namespace {

bool between(VirtAddr va, const void* start, const void* end) {
  return va >= virt_of(start) && va < virt_of(end);
}

constinit std::array<arch::AddressMarker, 4> markers{};

}  // namespace

std::span<const arch::AddressMarker> address_markers() {
  const kernel::MemoryPlan& plan = kernel::memory_plan();
  markers = {{{VirtAddr{0}, "User"},
              {mm::kernel_memory().pages.linear_base(), "Linear map"},
              {plan.vmalloc_start, "vmalloc()"},
              {plan.vmalloc_end, "Fixed: console, vectors"}}};
  return markers;
}

const char* precious_place(VirtAddr va) {
  if (between(va, __text_start, __text_end)) return "the kernel's text";
  if (between(va, __rodata_start, __rodata_end)) return "the kernel's read-only data";
  if (between(va, __data_start, __data_end) || between(va, __bss_start, __bss_end))
    return "the kernel's variables";
  if (arch::in_first_level_table(va)) return "the first-level translation table";
  const mm::PageAllocator& pages = mm::kernel_memory().pages;
  if (between(va, pages.mem_map(), pages.mem_map() + pages.map_count())) return "the mem_map";
  const mm::KernelMemory& memory = mm::kernel_memory();
  if (memory.vmalloc.contains(ptr_of(va))) {  // registers may be written to
    mm::VmRegion area;
    const bool in_use = memory.vmalloc.look(ptr_of(va), area) == mm::VmallocSpace::Place::Area;
    return in_use && area.use != mm::VmUse::Ioremap ? "a vmalloc area in use" : nullptr;
  }
  const page* const p = pages.page_of(ptr_of(va));
  const page* const head = p != nullptr ? pages.block_head(p) : nullptr;
  if (head == nullptr) return nullptr;
  switch (mm::kind_of(*head)) {
    case mm::PageKind::PageTable:
      return "a second-level translation table";
    case mm::PageKind::Slab: {
      const mm::SlabAllocator::ObjectInfo info = memory.slab.find(ptr_of(va));
      return info.object == nullptr ? "a slab's books" : info.allocated ? "a live object" : nullptr;
    }
    case mm::PageKind::Allocated:
    case mm::PageKind::Large:
    case mm::PageKind::Vmalloc:
      return "pages in use";
    case mm::PageKind::Reserved:
      return "reserved memory";
    default:
      return nullptr;
  }
}

}  // namespace mink::shell
