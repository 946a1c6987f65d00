// SPDX-License-Identifier: MIT
// What a host test can see and steer of the rest of the fake CPU. Host only.
#pragma once
#include <base/addr.hpp>
#include <cstddef>

namespace mink::fakes {

struct FakeCpu {
  const VirtAddr* frames = nullptr;  // what backtrace() finds
  std::size_t frame_count = 0;
  unsigned waits = 0;                        // wait_for_interrupt() calls
  void (*on_wait)(void* context) = nullptr;  // an interrupt that ends the wait; without it a test would hang
  void* context = nullptr;
};
extern FakeCpu fake_cpu;
inline void reset_fake_cpu() { fake_cpu = FakeCpu{}; }

// Ends the innermost run_guarded() as a fault would; panics if there is none.
[[noreturn]] void raise_fault();

}  // namespace mink::fakes
