// SPDX-License-Identifier: MIT
// The log from printk's format to the ring, dmesg and the console.
#include <CppUTest/TestHarness.h>

#include <base/kern_levels.h>

#include <cstring>

#include "log/logger.hpp"

using mink::kernel::Console;
using mink::kernel::LogCursor;
using mink::kernel::LogEntry;
using mink::kernel::Logger;
using mink::kernel::LogPrinter;
using mink::kernel::LogRing;

namespace {

class CapturingConsole final : public Console {
 public:
  void write(const char* text, std::size_t size) override { sink_.write(text, size); }
  void flush() override {}
  const char* text() const { return text_; }

 private:
  char text_[2048];
  mink::BufferSink sink_{text_};
};

constinit Console* current_console = nullptr;
constinit std::uint64_t now = 0;
Console* console_now() { return current_console; }

__attribute__((format(printf, 2, 3))) int say(Logger& logger, const char* format, ...) {
  std::va_list args;
  va_start(args, format);
  const int length = logger.vprintk(format, args);
  va_end(args);
  return length;
}

}  // namespace

TEST_GROUP(Logger) {
  alignas(8) char storage[1024] = {};
  LogRing ring{storage};
  Logger logger{ring, console_now};
  CapturingConsole console;
  char dmesg_text[2048];

  void setup() override {
    current_console = &console;
    now = 0;
    logger.set_clock([] { return now; });
  }
  void teardown() override {
    CHECK(ring.check());
    current_console = nullptr;
  }
  const char* dmesg() {
    mink::BufferSink out{dmesg_text};
    LogCursor cursor;
    LogEntry entry;
    LogPrinter printer;
    while (ring.read(cursor, entry)) printer.print(out, entry);
    printer.close_line(out);
    return dmesg_text;
  }
  void check_both(const char* expected) {
    STRCMP_EQUAL(expected, console.text());
    STRCMP_EQUAL(expected, dmesg());
  }
};

TEST(Logger, stamps_each_line) {
  now = 12'345'678'901;
  LONGS_EQUAL(10, say(logger, KERN_INFO "%s\n", "one\nline2"));
  check_both("[   12.345678] one\n[   12.345678] line2\n");
}

TEST(Logger, an_empty_line_and_nothing) {
  say(logger, "%s", "");
  say(logger, "\n");
  check_both("[    0.000000] \n");
}

TEST(Logger, goes_on_with_an_open_line) {
  say(logger, KERN_INFO "one");
  say(logger, KERN_CONT ", two");
  say(logger, KERN_CONT "\n");
  say(logger, KERN_INFO "three\n");
  check_both("[    0.000000] one, two\n[    0.000000] three\n");
}

TEST(Logger, a_new_message_closes_an_open_line) {
  say(logger, KERN_INFO "one");
  say(logger, KERN_INFO "two\n");
  say(logger, KERN_CONT "three\n");  // nothing is open
  check_both("[    0.000000] one\n[    0.000000] two\n[    0.000000] three\n");
  LogCursor cursor;
  LogEntry entry;
  while (ring.read(cursor, entry)) {
  }
  CHECK_FALSE(entry.continues);
  LONGS_EQUAL(4, entry.level);  // of no line before it
}

TEST(Logger, a_long_line_stays_one) {
  char line[400];
  std::memset(line, 'x', sizeof line);
  line[399] = '\0';
  say(logger, KERN_INFO "%s\n", line);
  LONGS_EQUAL(15 + 399 + 1, std::strlen(console.text()));
  LONGS_EQUAL(399, std::strspn(console.text() + 15, "x"));
  STRCMP_EQUAL(console.text(), dmesg());
}

TEST(Logger, levels_decide_what_the_console_shows) {
  say(logger, KERN_DEBUG "debug\n");
  say(logger, KERN_INFO "info\n");
  STRCMP_EQUAL("[    0.000000] info\n", console.text());
  logger.set_console_level(4);
  say(logger, "default is warning\n");
  say(logger, KERN_ERR "error");
  say(logger, KERN_CONT " goes on\n");
  STRCMP_EQUAL("[    0.000000] info\n[    0.000000] error goes on\n", console.text());
  STRCMP_CONTAINS("debug\n", dmesg());
  STRCMP_CONTAINS("default is warning\n", dmesg());
}

TEST(Logger, keeps_the_text_until_there_is_a_console) {
  current_console = nullptr;
  say(logger, KERN_INFO "early\n");
  STRCMP_EQUAL("", console.text());
  current_console = &console;
  logger.flush();
  STRCMP_EQUAL("[    0.000000] early\n", console.text());
  say(logger, KERN_INFO "late\n");
  check_both("[    0.000000] early\n[    0.000000] late\n");
}

namespace {
constinit unsigned told = 0;
}

TEST(Logger, waits_while_a_line_is_drawn_and_breaks_it_off_while_it_stands) {
  told = 0;
  Logger edited{ring, console_now, [] { ++told; }};
  CHECK(edited.hold() == Logger::Hold::Intact);
  say(edited, KERN_INFO "one\n");
  STRCMP_EQUAL("", console.text());
  console.write("> line", 6);
  edited.release("|");
  STRCMP_EQUAL("> line|[    0.000000] one\n", console.text());
  LONGS_EQUAL(1, told);
  say(edited, KERN_INFO "two\n");  // the line is gone: nothing to leave
  say(edited, KERN_DEBUG "unseen\n");
  STRCMP_EQUAL("> line|[    0.000000] one\n[    0.000000] two\n", console.text());
  LONGS_EQUAL(1, told);
  CHECK(edited.hold() == Logger::Hold::BrokenOff);
  edited.release("|");
  say(edited, KERN_DEBUG "unseen\n");
  LONGS_EQUAL(1, told);
  CHECK(edited.hold() == Logger::Hold::Intact);
  edited.release("");
  say(edited, KERN_INFO "three\n");
  STRCMP_EQUAL("> line|[    0.000000] one\n[    0.000000] two\n[    0.000000] three\n", console.text());
  CHECK(edited.hold() == Logger::Hold::Intact);
}

TEST(Logger, an_open_line_is_closed_before_the_edited_one_is_drawn_again) {
  static_cast<void>(logger.hold());
  logger.release("|");
  say(logger, KERN_INFO "half");
  CHECK(logger.hold() == Logger::Hold::BrokenOff);
  STRCMP_EQUAL("|[    0.000000] half\n", console.text());
  logger.release("|");
  say(logger, KERN_CONT " whole\n");
  STRCMP_EQUAL("|[    0.000000] half\n|[    0.000000]  whole\n", console.text());
}

TEST(Logger, a_panic_waits_for_no_drawer) {
  static_cast<void>(logger.hold());
  logger.enter_panic();
  say(logger, KERN_EMERG "the end\n");
  STRCMP_EQUAL("[    0.000000] the end\n", console.text());
}

TEST(Logger, the_newest_overwrite_the_oldest) {
  for (int i = 0; i < 200; ++i) {
    say(logger, KERN_DEBUG "message %d\n", i);
    CHECK(ring.check());
  }
  LogCursor cursor;
  LogEntry entry;
  CHECK(ring.read(cursor, entry));
  CHECK(entry.lost > 100);
  LONGS_EQUAL(entry.lost, entry.sequence);
  char expected[20];
  mink::BufferSink out{expected};
  mink::print(out, "message %u", static_cast<unsigned>(entry.sequence));
  CHECK(std::strlen(expected) == entry.length && std::memcmp(expected, entry.text, entry.length) == 0);
  std::uint32_t last = entry.sequence;
  while (ring.read(cursor, entry)) {
    LONGS_EQUAL(0, entry.lost);
    LONGS_EQUAL(last + 1, entry.sequence);
    last = entry.sequence;
  }
  LONGS_EQUAL(199, last);
}

TEST(Logger, a_slow_reader_is_told_what_it_missed) {
  say(logger, KERN_DEBUG "first\n");
  LogCursor cursor;
  LogEntry entry;
  CHECK(ring.read(cursor, entry));
  LONGS_EQUAL(0, entry.lost);
  CHECK_FALSE(ring.read(cursor, entry));
  for (int i = 0; i < 200; ++i) say(logger, KERN_DEBUG "message %d\n", i);
  CHECK(ring.read(cursor, entry));
  LONGS_EQUAL(entry.sequence - 1, entry.lost);
  CHECK(entry.lost > 100);
}

TEST(Logger, entries_of_every_length_cross_the_rings_end) {
  char line[LogEntry::kMaxText + 1];
  for (int round = 0; round < 3; ++round) {
    for (std::size_t length = 0; length <= LogEntry::kMaxText; ++length) {
      std::memset(line, static_cast<int>('a' + length % 26), sizeof line);
      line[length] = '\0';
      say(logger, KERN_DEBUG "%s\n", line);
      CHECK(ring.check());
      LogCursor cursor;
      LogEntry entry;
      while (ring.read(cursor, entry)) {
      }
      LONGS_EQUAL(length, entry.length);
      CHECK(std::memcmp(entry.text, line, length) == 0);
    }
  }
}

TEST(Logger, the_check_finds_a_record_of_a_wrong_length_or_level) {
  constexpr std::size_t kPlaces[] = {8, 9, 10};  // length and level in a record's header, behind its time
  say(logger, KERN_INFO "12345678");
  say(logger, KERN_INFO "12345678");
  CHECK(ring.check());
  for (const std::size_t at : kPlaces) {
    const char was = storage[at];
    storage[at] = static_cast<char>(was + 24);  // a length: over the next record, to the end
    CHECK_FALSE(ring.check());
    storage[at] = was;
    CHECK(ring.check());
  }
}
