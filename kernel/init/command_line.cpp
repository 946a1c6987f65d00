// SPDX-License-Identifier: MIT
// The kept copy of the kernel command line; the boot loader's own may be overwritten.
#include <algorithm>
#include <kernel/command_line.hpp>

namespace mink::kernel {
namespace {

constinit char text[kMaxCommandLine + 1];
constinit std::size_t length = 0;

}  // namespace

void set_command_line(std::string_view line) {
  length = std::min(line.size(), kMaxCommandLine);
  std::copy_n(line.begin(), length, text);
  text[length] = '\0';
}

std::string_view command_line() { return {text, length}; }

}  // namespace mink::kernel
