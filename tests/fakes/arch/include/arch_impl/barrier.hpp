// SPDX-License-Identifier: MIT
// The host's barriers: tests run on one thread, so the compiler's order is all there is to keep. A test that has something
// wait for a barrier (writes on their way to a device) looks at fake_barriers.
#pragma once

namespace mink::fakes {

struct FakeBarriers {
  unsigned dsbs = 0, dmbs = 0;  // so far
  void (*on_dsb)(void* context) = nullptr;
  void* context = nullptr;
};
inline constinit FakeBarriers fake_barriers{};

}  // namespace mink::fakes

namespace mink::arch {

inline void compiler_barrier() { asm volatile("" ::: "memory"); }
inline void dmb() {
  compiler_barrier();
  ++fakes::fake_barriers.dmbs;
}
inline void dsb() {
  compiler_barrier();
  ++fakes::fake_barriers.dsbs;
  if (fakes::fake_barriers.on_dsb != nullptr) fakes::fake_barriers.on_dsb(fakes::fake_barriers.context);
}
inline void isb() { compiler_barrier(); }

}  // namespace mink::arch
