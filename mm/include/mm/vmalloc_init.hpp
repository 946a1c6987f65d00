// SPDX-License-Identifier: MIT
// The kernel's vmalloc space comes up: after the page and slab allocators.
#pragma once
#include <arch/page_mapper.hpp>
#include <base/addr.hpp>
#include <base/err.hpp>

namespace mink::mm {

// As Linux on ARM: a hole of 8 MB behind low memory, so that a run past its end faults.
inline constexpr std::size_t kVmallocGap = std::size_t{8} << 20;

// Tables come from the page allocator, region objects from a cache "vmap_area". `mapper` lives for ever; the
// caller makes its table source table_source(). NoMem.
Err init_kernel_vmalloc(VirtAddr start, VirtAddr end, arch::PageMapper& mapper);

// Second-level tables from the kernel's page allocator.
arch::TableSource& kernel_table_source();

}  // namespace mink::mm
