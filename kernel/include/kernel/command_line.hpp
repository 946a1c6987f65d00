// SPDX-License-Identifier: MIT
// The kernel command line, as the boot loader gave it. Its options: <lib/cmdline.hpp>.
#pragma once
#include <cstddef>
#include <string_view>

namespace mink::kernel {

inline constexpr std::size_t kMaxCommandLine = 1023;

// Keeps a copy of the first kMaxCommandLine characters. The board calls it once, when it has read the boot data.
void set_command_line(std::string_view line);

// Empty until it is set. Followed by a NUL.
[[nodiscard]] std::string_view command_line();

}  // namespace mink::kernel
