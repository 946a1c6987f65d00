// SPDX-License-Identifier: MIT
// From a format to entries of the ring, and from the ring to the console. The kernel has one; a test makes
// its own.
#pragma once
#include <cstdarg>
#include <kernel/console.hpp>
#include <kernel/log.hpp>
#include <string_view>

#include "log/log_ring.hpp"

namespace mink::kernel {

// "[    0.000000] text\n" from entries: dmesg's format, for any sink. Closes a line that another one cuts
// off.
class LogPrinter {
 public:
  void print(TextSink& out, const LogEntry& entry);
  void close_line(TextSink& out);

 private:
  bool line_open_ = false;
};

class Logger {
 public:
  using ConsoleSource = Console* (*)();
  using Clock = std::uint64_t (*)();

  // `console` may answer nullptr as long as there is none: the ring keeps the text for it.
  // broken_off: called when log text has broken off a line that was left standing. Any context.
  constexpr Logger(LogRing& ring, ConsoleSource console, void (*broken_off)() = nullptr)
      : ring_{ring}, console_{console}, tell_{broken_off} {}

  // printk. Any context: interrupts are off only while an entry is copied. What an interrupt logs while the
  // console is being written is written by the one that it interrupted.
  int vprintk(const char* format, std::va_list args);

  void set_clock(Clock clock) { clock_ = clock; }
  [[nodiscard]] std::uint64_t now_ns() const { return clock_ != nullptr ? clock_() : 0; }
  void set_console_level(unsigned level) { console_level_ = level; }
  [[nodiscard]] unsigned console_level() const { return console_level_; }

  // Sends the console all that it has not seen; nothing while the console is held.
  void flush();

  // The console for one who draws a line there: see console_hold() in <kernel/console.hpp>.
  enum class Hold : std::uint8_t { Busy, Intact, BrokenOff };
  // Busy: not held, a thread is in the midst of writing log text. BrokenOff: there was some since release().
  Hold hold();
  void release(std::string_view leave);

  // From now on nobody waits for another who is writing to the console: that one will not go on.
  void enter_panic() { panicking_ = true; }

 private:
  friend class LineSplitter;
  void commit(unsigned level, bool continues, bool ends_line, const char* text, std::size_t length);

  LogRing& ring_;
  ConsoleSource console_;
  void (*tell_)();
  Clock clock_ = nullptr;
  LogPrinter printer_;
  LogCursor console_cursor_;
  unsigned console_level_ = 7;
  unsigned open_level_ = 4;  // of the line that KERN_CONT goes on with
  bool line_open_ = false;
  bool flushing_ = false;
  bool held_ = false;        // by who draws a line
  std::string_view leave_;   // takes the cursor off the line that stands there; empty: none does
  bool broken_off_ = false;  // there was one, and log text came
  bool panicking_ = false;
};

}  // namespace mink::kernel
