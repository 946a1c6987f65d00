// SPDX-License-Identifier: MIT
// The kernel's one console.
#include <linux/jiffies.h>

#include <arch/cpu.hpp>
#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <kernel/console.hpp>
#include <sync/preempt.hpp>

namespace mink::kernel {

namespace {

constinit Console* output = nullptr;
constinit ConsoleInput* input = nullptr;

// Sleeps until an interrupt, unless a byte is there. With interrupts off between the look and the wait, the
// byte that comes in between still ends the wait: WFI wakes on a masked interrupt.
void wait_for_input(int& byte) {
  arch::irq_disable();
  byte = input != nullptr ? input->try_get() : ConsoleInput::kNone;
  if (byte == ConsoleInput::kNone) arch::wait_for_interrupt();
  arch::irq_enable();
}

}  // namespace

void set_console(Console& console) { output = &console; }
void set_console_input(ConsoleInput& source) { input = &source; }
Console* console() { return output; }

void console_write(const char* text, std::size_t size) {
  if (output != nullptr) output->write(text, size);
}

int console_try_getc() { return input != nullptr ? input->try_get() : ConsoleInput::kNone; }

int console_getc() {
  MINK_ASSERT(!sync::in_atomic() && !arch::irqs_disabled());
  int byte = ConsoleInput::kNone;
  while (byte == ConsoleInput::kNone) wait_for_input(byte);
  return byte;
}

int console_getc_timeout(unsigned milliseconds) {
  MINK_ASSERT(!sync::in_atomic() && !arch::irqs_disabled());
  const unsigned long end = jiffies + msecs_to_jiffies(milliseconds) + 1;  // the present one is half over
  int byte = console_try_getc();
  while (byte == ConsoleInput::kNone && time_before(jiffies, end)) wait_for_input(byte);
  return byte;
}

bool console_take_break() { return input != nullptr && input->take_break(); }

}  // namespace mink::kernel
