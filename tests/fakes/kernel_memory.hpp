// SPDX-License-Identifier: MIT
// The kernel's own allocators for tests of the Linux-named functions.
#pragma once

namespace mink::fakes {

// Makes sure that kernel_memory() is up. On the target the board has done it; on the host the first call
// gives it memory.
void use_kernel_memory();
// ... and its vmalloc space. On the host what is mapped there is not the pages behind it.
void use_kernel_vmalloc();

}  // namespace mink::fakes
