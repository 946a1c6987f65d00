// SPDX-License-Identifier: MIT
#include "log/logger.hpp"

#include <base/kern_levels.h>
#include <arch/irq.hpp>
#include <cstring>

namespace mink::kernel {
namespace {

constexpr unsigned kDefaultLevel = 4;  // KERN_WARNING, as in Linux

struct Prefix {
  unsigned level = kDefaultLevel;
  bool continues = false;
};

Prefix take_prefix(const char*& format) {
  Prefix prefix;
  if (format[0] != KERN_SOH[0] || format[1] == '\0') return prefix;
  const char what = format[1];
  format += 2;
  if (what >= '0' && what <= '7') prefix.level = static_cast<unsigned>(what - '0');
  prefix.continues = what == 'c';
  return prefix;
}

class ConsoleSink final : public TextSink {
 public:
  explicit ConsoleSink(Console& console) : console_{console} {}
  void write(const char* text, std::size_t length) override { console_.write(text, length); }

 private:
  Console& console_;
};

}  // namespace

void LogPrinter::print(TextSink& out, const LogEntry& entry) {
  if (!entry.continues || !line_open_) {
    close_line(out);
    const std::uint64_t us = entry.time_ns / 1000;
    mink::print(out, "[%5lu.%06lu] ", static_cast<unsigned long>(us / 1'000'000),
                static_cast<unsigned long>(us % 1'000'000));
  }
  out.write(entry.text, entry.length);
  line_open_ = !entry.ends_line;
  if (entry.ends_line) out.write("\n", 1);
}

void LogPrinter::close_line(TextSink& out) {
  if (line_open_) out.write("\n", 1);
  line_open_ = false;
}

// Cuts formatted text into entries, at each line feed and where an entry is full.
class LineSplitter final : public TextSink {
 public:
  LineSplitter(Logger& logger, Prefix prefix) : logger_{logger}, prefix_{prefix} {}

  void write(const char* text, std::size_t length) override {
    for (; length > 0; ++text, --length) {
      if (*text == '\n') {
        commit(true);
      } else {
        if (length_ == sizeof line_) commit(false);
        line_[length_++] = *text;
      }
    }
  }
  void finish() {
    if (length_ > 0) commit(false);
  }

 private:
  void commit(bool ends_line) {
    logger_.commit(prefix_.level, prefix_.continues, ends_line, line_, length_);
    prefix_.continues = !ends_line;
    length_ = 0;
  }

  Logger& logger_;
  Prefix prefix_;
  std::size_t length_ = 0;
  char line_[LogEntry::kMaxText];
};

void Logger::commit(unsigned level, bool continues, bool ends_line, const char* text, std::size_t length) {
  LogStamp stamp;
  const arch::IrqGuard guard;
  stamp.continues = continues && line_open_;
  if (!stamp.continues) open_level_ = level;
  stamp.level = open_level_;
  stamp.ends_line = ends_line;
  stamp.time_ns = now_ns();
  line_open_ = !ends_line;
  ring_.append(stamp, text, length);
}

int Logger::vprintk(const char* format, std::va_list args) {
  const Prefix prefix = take_prefix(format);
  LineSplitter lines{*this, prefix};
  const int length = vprint(lines, format, args);
  lines.finish();
  flush();
  return length;
}

void Logger::flush() {
  Console* const console = console_();
  if (console == nullptr) return;
  {
    const arch::IrqGuard guard;
    if ((flushing_ || held_) && !panicking_) return;
    flushing_ = true;
  }
  ConsoleSink out{*console};
  LogEntry entry;
  bool broke_off = false;
  for (;;) {
    {
      const arch::IrqGuard guard;
      if (!ring_.read(console_cursor_, entry)) {
        flushing_ = false;  // in one step with the look: whatever is logged from here on flushes itself
        break;
      }
    }
    if (entry.level >= console_level_) continue;
    if (!leave_.empty()) {
      out.write(leave_.data(), leave_.size());
      leave_ = {};
      broken_off_ = broke_off = true;
    }
    printer_.print(out, entry);
  }
  if (broke_off && tell_ != nullptr && !panicking_) tell_();
}

Logger::Hold Logger::hold() {
  {
    const arch::IrqGuard guard;
    if (flushing_) return Hold::Busy;
    held_ = true;
  }
  leave_ = {};
  if (!broken_off_) return Hold::Intact;
  broken_off_ = false;
  if (Console* const console = console_(); console != nullptr) {
    ConsoleSink out{*console};
    printer_.close_line(out);
  }
  return Hold::BrokenOff;
}

void Logger::release(std::string_view leave) {
  leave_ = leave;
  held_ = false;
  flush();
}

}  // namespace mink::kernel
