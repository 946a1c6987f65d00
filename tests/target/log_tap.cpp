// SPDX-License-Identifier: MIT
// tests/fakes/log.hpp on the target: the kernel's own log and panic, tapped by the linker's --wrap. While the
// tests run, what is logged goes to them instead of the console, as on the host; a panic that no test expects
// is reported as ever.
#include "target/log_tap.hpp"

#include <base/log.h>

#include <arch/irq.hpp>
#include <arch_arm/exception.hpp>
#include <cstring>
#include <kernel/log.hpp>
#include <lib/text_sink.hpp>
#include <sync/preempt.hpp>

#include "fakes/log.hpp"

extern "C" {
int __real_vprintk(const char* format, std::va_list args);
int __real_printk_ratelimit(void);
void __real_dump_stack(void);
}

namespace mink::fakes {
namespace {

constinit char log_text[16 * 1024] = "";
constinit std::size_t log_length = 0;
constinit bool log_taken = false;
constinit bool tapping = false;
constinit bool reports_allowed = true;
constinit unsigned dumps = 0;
constinit char panic_text[512] = "";
constinit detail::PanicTrap* innermost_trap = nullptr;
constinit unsigned preempt_count_at_trap = 0;

// Called by panic(), interrupts off. The test was a thread with interrupts on.
void on_panic(const char* message) {
  detail::PanicTrap* const trap = innermost_trap;
  if (trap == nullptr) {
    tapping = false;
    if (!log_taken) printk("%s\n", log_text);  // the fault report, where there is one
    return;
  }
  BufferSink copy{panic_text};
  copy.write(message, std::strlen(message));
  innermost_trap = trap->outer;
  sync::mink_preempt_count = preempt_count_at_trap;
  arch::arm::drop_guards(trap);
  // A fault's panic runs in the fault's own mode.
  arch::arm::abandon_exception(
      [](void* to) {
        arch::irq_enable();
        std::longjmp(static_cast<detail::PanicTrap*>(to)->back, 1);
      },
      trap);
}

}  // namespace

void start_log_tap() {
  kernel::set_panic_hook(on_panic);
  kernel::set_panic_action(kernel::PanicAction::PowerOff);
  tapping = true;
}

void stop_log_tap() { tapping = false; }

const char* take_log() {
  if (log_taken) {  // nothing came since
    log_length = 0;
    log_text[0] = '\0';
  }
  log_taken = true;
  return log_text;
}

bool logged(const char* text) { return !log_taken && std::strstr(log_text, text) != nullptr; }
void allow_reports(bool allowed) { reports_allowed = allowed; }
unsigned stack_dumps() { return dumps; }

namespace detail {
void arm(PanicTrap& trap) {
  trap.outer = innermost_trap;
  innermost_trap = &trap;
  preempt_count_at_trap = sync::preempt_count();
}
void disarm(PanicTrap& trap) { innermost_trap = trap.outer; }
const char* panic_message() { return panic_text; }
}  // namespace detail

}  // namespace mink::fakes

using namespace mink;
using namespace mink::fakes;

extern "C" {

int __wrap_vprintk(const char* format, std::va_list args) {
  if (!tapping) return __real_vprintk(format, args);
  const arch::IrqGuard guard;
  if (log_taken) log_length = 0;
  log_taken = false;
  const char* const text = format[0] == KERN_SOH[0] && format[1] != '\0' ? format + 2 : format;
  BufferSink out{log_text + log_length, sizeof log_text - log_length};
  const bool continues = std::strncmp(format, KERN_CONT, 2) == 0;
  if (!continues && log_length > 0 && log_text[log_length - 1] != '\n') out.write("\n", 1);
  const int length = vprint(out, text, args);
  log_length += out.length();
  return length;
}

int __wrap_printk(const char* format, ...) {
  std::va_list args;
  va_start(args, format);
  const int length = __wrap_vprintk(format, args);
  va_end(args);
  return length;
}

int __wrap_printk_ratelimit(void) { return tapping ? reports_allowed : __real_printk_ratelimit(); }

void __wrap_dump_stack(void) {
  ++dumps;
  if (!tapping) __real_dump_stack();
}
}
