// SPDX-License-Identifier: MIT
// The kernel's log: what printk was given, kept in a ring, shown on the console up to a level, read by dmesg.
// printk, panic and dump_stack themselves are declared in <base/log.h>.
#pragma once
#include <cstddef>
#include <cstdint>
#include <lib/text_sink.hpp>

namespace mink::kernel {

// What is known of a piece of text besides the text.
struct LogStamp {
  std::uint64_t time_ns = 0;  // since the clock was set; 0 before
  unsigned level = 0;         // 0 emergency .. 7 debug
  bool continues = false;     // the line that the piece before began
  bool ends_line = false;
};

// One piece of a line: a line longer than kMaxText, or one that KERN_CONT goes on with, is several.
struct LogEntry : LogStamp {
  static constexpr std::size_t kMaxText = 160;

  std::uint32_t sequence = 0;  // counts pieces from 0
  std::uint32_t lost = 0;      // pieces overwritten since the cursor's last read
  std::size_t length = 0;
  char text[kMaxText];  // not terminated
};

// A reader's place in the log; a new one stands before the oldest entry.
struct LogCursor {
  std::uint32_t sequence = 0;
  std::uint32_t position = 0;
};

// The next entry, while others go on writing. False at the end; try again later. Any context.
bool log_read(LogCursor& cursor, LogEntry& entry);

// All that is in the log now, as dmesg prints it: "[    0.000000] text". Any context.
void log_show(TextSink& out);

// Messages of a lower number go to the console as well (Linux's console_loglevel). Default 7: all but debug.
void set_console_loglevel(unsigned level);
[[nodiscard]] unsigned console_loglevel();

// Nanoseconds since boot, for the time stamps. Called in any context.
void set_log_clock(std::uint64_t (*now_ns)());

// Sends to the console what it has not seen, as every printk does; for a console that has just been set.
void log_flush();

// What panic does when it has reported: stop for ever, or (a test run) power off with kPanicStatus.
enum class PanicAction { Halt, PowerOff };
inline constexpr int kPanicStatus = 134;
void set_panic_action(PanicAction action);

// For the test image: called by panic() before anything else, interrupts off; it may leave by longjmp and
// then has to restore them. nullptr: none.
void set_panic_hook(void (*hook)(const char* message));

}  // namespace mink::kernel
