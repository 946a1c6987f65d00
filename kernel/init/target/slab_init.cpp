// SPDX-License-Identifier: MIT
// The step that brings slab and kmalloc up, and what an address that is nobody's is called in a report.
#include <base/log.h>
#include <base/sections.hpp>
#include <cstdint>
#include <kernel/memory_init.hpp>
#include <mm/kernel_memory.hpp>
#include <mm/what.hpp>

namespace mink::kernel {
namespace {

constexpr std::uintptr_t kNearStack = 8192;

bool between(const void* address, const char* start, const char* end) {
  return address >= start && address < end;
}

const char* place_name(const void* address) {
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  if (reinterpret_cast<std::uintptr_t>(address) - (here - kNearStack / 2) < kNearStack)
    return "on the caller's stack";
  if (between(address, __text_start, __text_end)) return "in the kernel's code";
  if (between(address, __rodata_start, __rodata_end)) return "one of the kernel's constants";
  if (between(address, __data_start, __data_end) || between(address, __bss_start, __bss_end)) {
    return "one of the kernel's variables";
  }
  return nullptr;
}

}  // namespace

void init_slab() {
  const MemoryOptions& options = memory_options();
  const Err e = mm::init_kernel_slab(
      {.kmalloc_max = options.kmalloc_max, .debug = options.slub_debug, .store_users = options.track});
  mm::set_place_names(place_name);
  if (e != Err::Ok) panic("slab: error %d\n", static_cast<int>(e));
}

}  // namespace mink::kernel
