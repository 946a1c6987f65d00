// SPDX-License-Identifier: MIT
// What an image is for. The kernel comes up the same in each; then it calls this.
#pragma once

namespace mink::kernel {

// Called once everything is up: thread context, interrupts on. The result is the status of poweroff().
// Not defined by the kernel but by the image: board/main/ (the shell), tests/target/ (the unit tests).
int image_main();

}  // namespace mink::kernel
