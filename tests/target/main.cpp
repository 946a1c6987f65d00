// SPDX-License-Identifier: MIT
// What the test image is for: all unit tests, with CppUTest's own output on the console. The status is the
// number of failures, which ends as qemu/run's.
#include <CppUTest/CommandLineTestRunner.h>

#include <array>
#include <kernel/main.hpp>

#include "target/log_tap.hpp"

// Each TEST() is registered by a static constructor. The kernel has none, so nobody else has run these.
extern "C" {
using Constructor = void (*)();
extern const Constructor __init_array_start[];
extern const Constructor __init_array_end[];
}

int mink::kernel::image_main() {
  for (const Constructor* run = __init_array_start; run != __init_array_end; ++run) (*run)();
  fakes::start_log_tap();
  const std::array<const char*, 2> arguments{"mink_tests", "-v"};
  const int failures =
      CommandLineTestRunner::RunAllTests(static_cast<int>(arguments.size()), arguments.data());
  fakes::stop_log_tap();
  return failures;
}
