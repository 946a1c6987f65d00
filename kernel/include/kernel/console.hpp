// SPDX-License-Identifier: MIT
// The console: where printk's text goes, and where the shell's input comes from.
#pragma once
#include <cstddef>
#include <string_view>

namespace mink::kernel {

// Output. Polled: works with interrupts off, in a panic, before memory.
class Console {
 public:
  // Sends `size` bytes; a line feed goes out as CR LF. Any context; waits for the device, nothing else.
  virtual void write(const char* text, std::size_t size) = 0;
  // Waits until the last byte has left the wire.
  virtual void flush() = 0;

 protected:
  ~Console() = default;
};

// Input: bytes received by interrupt into a ring that loses nothing.
class ConsoleInput {
 public:
  static constexpr int kNone = -1;
  // The oldest byte received (0..255), or kNone at once. Any context.
  virtual int try_get() = 0;
  // True if a Ctrl-C came since the last call. The byte itself stays in the stream.
  virtual bool take_break() = 0;

 protected:
  ~ConsoleInput() = default;
};

// The kernel's one console. Set by the board: the output before anything is printed, the input when
// interrupts run. Without an output, text stays in the log ring.
void set_console(Console& console);
void set_console_input(ConsoleInput& input);
[[nodiscard]] Console* console();

// Text straight to the console, past the log: the shell's output. Any context; no effect without a console.
void console_write(const char* text, std::size_t size);

// For the input's interrupt handler: there may be something to read. Any context.
void console_input_arrived();

// The next byte of input. Sleeps until it comes (before there are threads: waits with WFI), so interrupts must be on and
// no spinlock held (asserted). kNone: log text broke off the line that console_release() left standing.
int console_getc();
// ... or ConsoleInput::kNone after `milliseconds` without one.
int console_getc_timeout(unsigned milliseconds);
// The next byte if there is one, else ConsoleInput::kNone.
int console_try_getc();
// True once for each Ctrl-C typed: long commands ask between two steps.
bool console_take_break();

// A line that somebody edits at the console. While he draws, between hold and release, log text waits in the ring. While
// the line stands there, log text goes out as ever, whoever logs it: behind `leave`, which ends the line or wipes it off. The next
// hold then says true: draw the line again. leave: "" if no line stands there; outlives that line. Thread context; may sleep.
[[nodiscard]] bool console_hold();
void console_release(std::string_view leave);
// For the log: it has just broken that line off. Any context.
void console_line_broken_off();

}  // namespace mink::kernel
