// SPDX-License-Identifier: MIT
// The kernel's allocators.
#include <mm/kernel_memory.hpp>

namespace mink::mm {

constinit KernelMemory kernel_memory_instance{};

}  // namespace mink::mm
