// SPDX-License-Identifier: MIT
// The kernel's own allocators for tests of the Linux-named functions.
#pragma once

namespace mink::fakes {

// Makes sure that kernel_memory() is up. On the target the board has done it; on the host the first call
// gives it memory.
void use_kernel_memory();

}  // namespace mink::fakes
