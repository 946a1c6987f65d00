// SPDX-License-Identifier: MIT
// The end: interrupts off, what happened, how we came here, and stop. No locks, no allocation; a panic inside
// the report says so in one line and stops.
#include <base/log.h>
#include <arch/cpu.hpp>
#include <arch/irq.hpp>
#include <cstring>
#include <kernel/console.hpp>
#include <kernel/log.hpp>
#include <kernel/power.hpp>
#include <lib/vsnprintf.hpp>

#include "log/target/the_log.hpp"

namespace mink::kernel {
namespace {

constinit PanicAction action = PanicAction::Halt;
constinit void (*panic_hook)(const char* message) = nullptr;
constinit unsigned depth = 0;  // panics under way
constinit char message[256] = "";

// The report itself failed: no log any more, only bytes.
[[noreturn]] void give_up() {
  if (Console* const out = console(); out != nullptr) {
    constexpr char kIntro[] = "\nPanic in panic: ";
    out->write(kIntro, sizeof kIntro - 1);
    out->write(message, std::strlen(message));
    out->write("\n", 1);
  }
  if (action == PanicAction::PowerOff) poweroff(kPanicStatus);
  arch::halt();
}

}  // namespace

void set_panic_action(PanicAction what) { action = what; }
void set_panic_hook(void (*hook)(const char* message)) { panic_hook = hook; }

}  // namespace mink::kernel

using namespace mink;
using namespace mink::kernel;

extern "C" void panic(const char* format, ...) {
  arch::irq_disable();
  ++depth;
  if (depth > 2) arch::halt();
  std::va_list args;
  va_start(args, format);
  int length = vscnprintf(message, sizeof message, format, args);
  va_end(args);
  while (length > 0 && message[length - 1] == '\n') message[--length] = '\0';
  if (depth == 2) give_up();

  if (panic_hook != nullptr) {
    depth = 0;
    panic_hook(message);
    depth = 1;
  }
  the_log().enter_panic();
  printk(KERN_EMERG "Kernel panic - not syncing: %s\n", message);
  dump_stack();
  printk(KERN_EMERG "---[ end Kernel panic - not syncing: %s ]---\n", message);
  if (action == PanicAction::PowerOff) poweroff(kPanicStatus);
  if (Console* const out = console(); out != nullptr) out->flush();
  arch::halt();
}

extern "C" void dump_stack(void) {
  constexpr unsigned kMaxFrames = 32;
  printk(KERN_DEFAULT "Call trace:\n");
  arch::backtrace(
      [](VirtAddr pc, VirtAddr, void*) {
        const void* const address = ptr_of(pc);
        printk(KERN_DEFAULT " [<%px>] %pB\n", address, address);
      },
      nullptr, kMaxFrames);
}
