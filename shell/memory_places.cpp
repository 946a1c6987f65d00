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
  if (arch::in_first_level_table(va)) return "the first-level translation table";
  const mm::PageAllocator& pages = mm::kernel_memory().pages;
  if (between(va, pages.mem_map(), pages.mem_map() + pages.map_count())) return "the mem_map";
  const page* p = pages.page_of(ptr_of(va));
  if (p != nullptr && mm::kind_of(*p) == mm::PageKind::PageTable) return "a second-level translation table";
  return nullptr;
}

}  // namespace mink::shell
