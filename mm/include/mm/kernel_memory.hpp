// SPDX-License-Identifier: MIT
// The kernel's own instance of every allocator. The Linux-named functions are its face; tests make their own.
#pragma once
#include <mm/early_memory.hpp>
#include <mm/kmap.hpp>
#include <mm/page_allocator.hpp>
#include <mm/slab.hpp>
#include <mm/vmalloc.hpp>

namespace mink::mm {

struct KernelMemory {
  EarlyMemory early;
  PageAllocator pages;
  SlabAllocator slab;
  VmallocSpace vmalloc;
  KmapPool kmap;  // without HighMem: none of its windows is there
  LocalWindows local_windows;
};

// Constant-initialised, empty until the board's init steps have run.
extern KernelMemory kernel_memory_instance;
inline KernelMemory& kernel_memory() { return kernel_memory_instance; }

}  // namespace mink::mm
