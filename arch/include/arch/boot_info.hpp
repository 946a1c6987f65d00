// SPDX-License-Identifier: MIT
// What boot/ hands to the composition root, and where it goes.
#pragma once
#include <base/addr.hpp>
#include <cstdint>

namespace mink::arch {

// The boot loader's three registers as they were: after U-Boot's `go` they are garbage, so nobody trusts
// them.
struct BootInfo {
  std::uint32_t r0;          // 0 by the boot protocol
  std::uint32_t machine_id;  // r1
  PhysAddr atags;            // r2; may point anywhere, or nowhere
  PhysAddr ram_base;         // the address that kPageOffset maps
  // End of the linear map that the first tables hold: from kPageOffset to here memory may be touched, no
  // further.
  VirtAddr mapped_end;
};

}  // namespace mink::arch

// Defined by board/. Called in the linear map with caches on, interrupts and asynchronous aborts off, on the
// main stack.
extern "C" [[noreturn]] void kernel_main(const mink::arch::BootInfo& info);
