// SPDX-License-Identifier: MIT
// The kernel's log, and the facades of <base/log.h> and <kernel/log.hpp> over it.
#include <base/log.h>
#include <linux/sched.h>

#include <arch/irq.hpp>
#include <kernel/log.hpp>
#include <lib/ratelimit.hpp>

#include "log/logger.hpp"
#include "log/target/the_log.hpp"

namespace mink::kernel {
namespace {

alignas(8) constinit char storage[32 * 1024] = {};
constinit LogRing ring{storage};
constinit Logger logger{ring, console, console_line_broken_off};
constinit RateLimit reports{5'000'000'000, 10};

}  // namespace

Logger& the_log() { return logger; }

bool log_read(LogCursor& cursor, LogEntry& entry) { return ring.read(cursor, entry); }

void log_show(TextSink& out) {
  LogCursor cursor;
  LogEntry entry;
  LogPrinter printer;
  const std::uint32_t end = ring.next_sequence();  // what the sink's own console may log is for the next time
  while (ring.read(cursor, entry) && static_cast<std::int32_t>(end - entry.sequence) > 0)
    printer.print(out, entry);
  printer.close_line(out);
}

void set_console_loglevel(unsigned level) { logger.set_console_level(level); }
unsigned console_loglevel() { return logger.console_level(); }
void set_log_clock(std::uint64_t (*now_ns)()) { logger.set_clock(now_ns); }
void log_flush() { logger.flush(); }

bool console_hold() {
  for (;;) {
    const Logger::Hold hold = logger.hold();
    if (hold != Logger::Hold::Busy) return hold == Logger::Hold::BrokenOff;
    schedule_timeout_uninterruptible(1);
  }
}

void console_release(std::string_view leave) { logger.release(leave); }

}  // namespace mink::kernel

extern "C" int printk(const char* format, ...) {
  std::va_list args;
  va_start(args, format);
  const int length = mink::kernel::the_log().vprintk(format, args);
  va_end(args);
  return length;
}

extern "C" int vprintk(const char* format, std::va_list args) {
  return mink::kernel::the_log().vprintk(format, args);
}

extern "C" int printk_ratelimit(void) {
  unsigned suppressed = 0;
  bool allowed;
  {
    const mink::arch::IrqGuard guard;
    allowed = mink::kernel::reports.allow(mink::kernel::the_log().now_ns(), suppressed);
  }
  if (suppressed > 0) printk(KERN_WARNING "printk_ratelimit: %u reports suppressed\n", suppressed);
  return allowed;
}
