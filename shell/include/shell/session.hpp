// SPDX-License-Identifier: MIT
// The shell on the kernel's console.
#pragma once
#include <string_view>

namespace mink::shell {

// Options of the kernel command line: mode=plain|ansi|auto; exec="cmd; cmd" runs these, each echoed behind a
// prompt, and returns the first status that was not 0. Without exec= it reads the console and never returns.
// Thread context.
int run_session(std::string_view command_line);

}  // namespace mink::shell
