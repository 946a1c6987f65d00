// SPDX-License-Identifier: MIT
// The target's side of fakes/log.hpp, for the runner.
#pragma once

namespace mink::fakes {

// From here on what is logged is the tests'; a panic that no test traps powers off with kernel::kPanicStatus.
void start_log_tap();
void stop_log_tap();

}  // namespace mink::fakes
