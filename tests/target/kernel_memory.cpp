// SPDX-License-Identifier: MIT
#include "fakes/kernel_memory.hpp"

#include <base/assert.hpp>
#include <mm/kernel_memory.hpp>

namespace mink::fakes {

void use_kernel_memory() {
  MINK_ASSERT(mm::kernel_memory().slab.kmalloc_cache(KMALLOC_NORMAL, 5) != nullptr);
}

void use_kernel_vmalloc() { use_kernel_memory(); }

}  // namespace mink::fakes
