// SPDX-License-Identifier: MIT
// The kernel image: what comes up is a shell.
#include <kernel/command_line.hpp>
#include <kernel/main.hpp>
#include <shell/session.hpp>

int mink::kernel::image_main() { return shell::run_session(command_line()); }
