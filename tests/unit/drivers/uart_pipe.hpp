// SPDX-License-Identifier: MIT
// What every console's receiver is held to: a sender that never gives up, behind a model of the device.
#pragma once
#include <CppUTest/TestHarness.h>

#include <algorithm>
#include <cstddef>

namespace mink::drivers {

// The device's wire carries 0, 1, 2, ... 255, 0, ...; interrupts() calls the handler as long as the line is asserted.
template <class Device, class Uart, class Interrupts>
void expect_a_long_pipe_loses_nothing(Device& device, Uart& uart, Interrupts interrupts) {
  constexpr std::size_t kTotal = 20'000;
  std::size_t fed = 0, got = 0;
  unsigned random = 12345;
  while (got < kTotal) {
    random = random * 1664525 + 1013904223;
    const std::size_t n = std::min<std::size_t>(random >> 20, kTotal - fed);
    if (n != 0) device.feed(n);
    fed += n;
    interrupts();
    for (unsigned reads = (random >> 8) % 700; reads != 0; --reads) {
      const int byte = uart.try_get();
      interrupts();
      if (byte < 0) break;
      CHECK_EQUAL(static_cast<int>(got % 256), byte);
      ++got;
    }
  }
  CHECK_TRUE(uart.throttled() > 1);
}

}  // namespace mink::drivers
