// SPDX-License-Identifier: MIT
// How a run ends. The last line is qemu/run's: it reads the status from it.
#include <arch/cpu.hpp>
#include <arch/irq.hpp>
#include <kernel/console.hpp>
#include <kernel/power.hpp>
#include <lib/text_sink.hpp>
#include <sync/preempt.hpp>

namespace mink::kernel {

namespace {

constinit PowerControl* control = nullptr;
using Task = void (*)();
constinit Task last_task = nullptr;

void run_last_task() {
  if (last_task != nullptr && !sync::in_atomic() && !arch::irqs_disabled()) last_task();
}

// Past the log: nothing may stand between this line and the end.
void last_words(const BufferSink& text) {
  console_write(text.text(), text.length());
  if (Console* const out = console(); out != nullptr) out->flush();
}

}  // namespace

void set_power_control(PowerControl& power) { control = &power; }
void set_last_task(void (*task)()) { last_task = task; }

void poweroff(int status) {
  run_last_task();
  arch::irq_disable();
  char line[64];
  BufferSink text{line};
  print(text, "mink: power off, status %d\n", status);
  last_words(text);
  if (control != nullptr) control->power_off();
  arch::halt();
}

void reboot() {
  run_last_task();
  arch::irq_disable();
  char line[32];
  BufferSink text{line};
  print(text, "mink: reboot\n");
  last_words(text);
  if (control != nullptr) control->reset();
  arch::halt();
}

}  // namespace mink::kernel
