// SPDX-License-Identifier: MIT
// What a host test can see of context switches. Host only.
#pragma once

namespace mink::fakes {
extern unsigned context_switches;  // so far
}
