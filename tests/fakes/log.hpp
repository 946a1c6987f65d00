// SPDX-License-Identifier: MIT
// The log and panic as tests see them. On the host printk and panic are fakes; on the target the kernel's own
// are tapped, so that one test source serves both.
#pragma once
#include <base/symbols.hpp>
#include <csetjmp>
#include <cstddef>

namespace mink::fakes {

// All that printk was given since the last call (or the test's start, if setup() calls it), level prefixes
// taken off; a message that is no KERN_CONT begins on a line of its own, as in the log. Valid until the next printk or take_log. At most the first 16 KB.
const char* take_log();

// As take_log(), but only looks: is `text` in what was logged since the last take_log()?
bool logged(const char* text);

namespace detail {
struct PanicTrap {
  std::jmp_buf back;
  PanicTrap* outer;
};
void arm(PanicTrap& trap);
void disarm(PanicTrap& trap);
const char* panic_message();
}  // namespace detail

// Runs body(). The panic message if it panicked, else nullptr. A panic leaves by longjmp: no destructor of
// body runs, so a test of a locked structure makes a new one afterwards (and calls reset_fake_irq()). Without
// a trap a panic fails the test.
template <class Body>
const char* panic_of(Body&& body) {
  detail::PanicTrap trap;
  detail::arm(trap);
  if (setjmp(trap.back) != 0) return detail::panic_message();  // panic() has disarmed it
  body();
  detail::disarm(trap);
  return nullptr;
}

// dump_stack() calls so far.
unsigned stack_dumps();

// Host only: what printk_ratelimit() answers; at start true.
void allow_reports(bool allowed);

struct FakeSymbol {
  std::uintptr_t start;
  std::uintptr_t size;
  const char* name;
};
// Host only: what symbol_lookup() knows from now on. The table must outlive its use; set_symbols(nullptr, 0)
// ends it.
void set_symbols(const FakeSymbol* table, std::size_t count);

}  // namespace mink::fakes
