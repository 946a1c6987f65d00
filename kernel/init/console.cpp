// SPDX-License-Identifier: MIT
// The kernel's one console.
#include <linux/jiffies.h>
#include <linux/wait.h>

#include <arch/cpu.hpp>
#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <kernel/console.hpp>
#include <sync/preempt.hpp>

namespace mink::kernel {

namespace {

constinit Console* output = nullptr;
constinit ConsoleInput* input = nullptr;

constinit wait_queue_head_t readers = __WAIT_QUEUE_HEAD_INITIALIZER(readers);
constinit volatile bool line_broken_off = false;

// Before there are threads: sleeps until an interrupt, unless a byte is there. With interrupts off between the look and the
// wait, the byte that comes in between still ends the wait: WFI wakes on a masked interrupt.
void wait_for_interrupt_or(int& byte) {
  arch::irq_disable();
  byte = console_try_getc();
  if (byte == ConsoleInput::kNone) arch::wait_for_interrupt();
  arch::irq_enable();
}

// A byte, or kNone after `ticks` or when `give_up` becomes true.
int get_within(long ticks, const volatile bool& give_up) {
  MINK_ASSERT(!sync::in_atomic() && !arch::irqs_disabled());
  int byte = ConsoleInput::kNone;
  if (current != nullptr) {
    ___wait_event(readers, (byte = console_try_getc()) != ConsoleInput::kNone || give_up, TASK_INTERRUPTIBLE,
                  ticks);
    return byte;
  }
  const unsigned long start = jiffies;
  while (byte == ConsoleInput::kNone && !give_up &&
         (ticks == MAX_SCHEDULE_TIMEOUT || jiffies - start < static_cast<unsigned long>(ticks))) {
    wait_for_interrupt_or(byte);
  }
  return byte;
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
  const int byte = get_within(MAX_SCHEDULE_TIMEOUT, line_broken_off);
  line_broken_off = false;
  return byte;
}

// One tick more: the present one is half over.
int console_getc_timeout(unsigned milliseconds) {
  constexpr bool kNever = false;
  return get_within(static_cast<long>(msecs_to_jiffies(milliseconds)) + 1, kNever);
}

void console_input_arrived() { wake_up(&readers); }

void console_line_broken_off() {
  line_broken_off = true;
  wake_up(&readers);
}

bool console_take_break() { return input != nullptr && input->take_break(); }

}  // namespace mink::kernel
