// SPDX-License-Identifier: MIT
// Commands found, run, guarded, remembered; arguments read.
#include "unit/shell/support.hpp"

using mink::BufferSink;
using mink::TextSink;
using mink::shell::Args;
using mink::shell::Command;
using mink::shell::Family;
using mink::shell::Mode;
using mink::shell::parse_number;
using mink::shell::Shell;
using mink::test::Script;

namespace {

int run_say(Args& args, TextSink& out) {
  for (std::size_t i = 0; i < args.size(); ++i) mink::print(out, "[%s]", args[i].data());
  mink::print(out, "\n");
  return mink::shell::kOk;
}

int run_end(Args& args, TextSink&) {
  const auto status = args.number(0, "N", 0, 255);
  return status ? static_cast<int>(*status) : mink::shell::kUsage;
}

int run_at(Args& args, TextSink& out) {
  const bool force = args.take_flag("-f");
  if (!args.expect(1, 2)) return mink::shell::kUsage;
  const auto address = args.address(0, "ADDR");
  if (!address) return mink::shell::kUsage;
  mink::print(out, "%s%#lx\n", force ? "forced " : "", static_cast<unsigned long>(*address));
  return mink::shell::kOk;
}

constexpr Command kCommands[] = {
    {.name = "say",
     .usage = "WORD...",
     .summary = "says",
     .example = "say a",
     .run = run_say,
     .completions = "yes no"},
    {.name = "end", .usage = "N", .summary = "ends", .example = "end 1", .run = run_end},
    {.name = "at", .usage = "[-f] ADDR\nADDR N", .summary = "at", .example = "at 0", .run = run_at},
};
constexpr Family kFamily{"Test", kCommands};
constexpr const Family* kFamilies[] = {&kFamily};

}  // namespace

TEST_GROUP(Shell) {
  char screen[4096];
  BufferSink out{screen};
  Script script;
  Shell shell{kFamilies, script, out};
};

TEST(Shell, runs_every_command_of_a_line) {
  LONGS_EQUAL(3, shell.run_line("say a 'b c'; end 3"));
  STRCMP_EQUAL("[a][b c]\n", out.text());
  LONGS_EQUAL(2, script.runs);
}

TEST(Shell, remembers_the_first_failure) {
  shell.run_line("end 0; end 7; end 9; end 0");
  LONGS_EQUAL(7, shell.first_failure());
  LONGS_EQUAL(0, shell.last_status());
  shell.run_line("end 3");
  LONGS_EQUAL(3, shell.last_status());
}

TEST(Shell, echoes_what_it_runs) {
  shell.run_line("say a;  say  'b' ", true);
  STRCMP_EQUAL("mink> say a\n[a]\nmink> say  'b'\n[b]\n", out.text());
}

TEST(Shell, unknown_command) {
  LONGS_EQUAL(127, shell.run_line("\x1b[2Jkmaloc 3"));
  STRCMP_EQUAL("'\\x1b[2Jkmaloc' is no command; `help` lists them\n", out.text());
}

TEST(Shell, a_fault_leaves_the_command) {
  script.faults = true;
  LONGS_EQUAL(139, shell.run_line("say a"));
  STRCMP_EQUAL("say: left after a fault\n", out.text());
}

TEST(Shell, bad_quotes_and_too_many_words) {
  LONGS_EQUAL(2, shell.run_line("say 'x"));
  LONGS_EQUAL(
      2, shell.run_line(
             "say 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32"));
  STRCMP_EQUAL("a quote is not closed\ntoo many words: at most 32 in a command\n", out.text());
}

TEST(Shell, console_session) {
  script.input = "say hello\r\n\nend 5\nsa\ty\n";
  shell.run_console();
  LONGS_EQUAL(5, shell.first_failure());
  CHECK(shell.mode() == Mode::Ansi);
  STRCMP_EQUAL("mink> say hello\n[hello]\nmink> \nmink> end 5\nmink> say y\n[y]\nmink> ", out.text());
}

TEST(Shell, many_piped_lines_are_all_run) {
  script.input = "end 0\nend 0\nend 0\nend 0\nend 0\nend 0\nend 0\nend 0\nend 0\nend 4";
  shell.run_console();
  LONGS_EQUAL(9, script.runs);
  LONGS_EQUAL(0, shell.first_failure());
}

TEST(Shell, plain_output_carries_no_control_codes) {
  shell.run_line("say '\x1b[31m\a\xff'");
  STRCMP_EQUAL("[.[31m..]\n", out.text());
  out.clear();
  shell.set_mode(Mode::Ansi);
  shell.run_line("say '\x1b[31m'");
  STRCMP_EQUAL("[\x1b[31m]\n", out.text());
}

TEST(Shell, completes_commands_words_and_files) {
  script.input = "e\t1\nsay y\t\nsay /proc/b\t\nhelp en\t\n";
  shell.run_console();
  VIEW_EQUAL("help end ", shell.history().entry(0));
  VIEW_EQUAL("say /proc/buddyinfo ", shell.history().entry(1));
  VIEW_EQUAL("say yes ", shell.history().entry(2));
  VIEW_EQUAL("end 1", shell.history().entry(3));
}

TEST(Shell, wrong_number_says_what_was_wanted) {
  LONGS_EQUAL(2, shell.run_line("end 1x"));
  STRCMP_EQUAL("end: N is a number from 0 to 255 (such as 100, 0x40, 4K, 1M), not '1x'\nusage: end N\n",
               out.text());
  LONGS_EQUAL(2, shell.run_line("end 256"));
  LONGS_EQUAL(2, shell.run_line("end -1"));
  LONGS_EQUAL(2, shell.run_line("end"));
  LONGS_EQUAL(255, shell.run_line("end 0xff"));
}

TEST(Shell, addresses_flags_and_counts) {
  LONGS_EQUAL(0, shell.run_line("at c0008000; at jiffies -f; at 0xC0A41F80"));
  STRCMP_EQUAL("0xc0008000\nforced 0xc0123450\n0xc0a41f80\n", out.text());
  LONGS_EQUAL(2, shell.run_line("at"));
  LONGS_EQUAL(2, shell.run_line("at 1 2 3"));
  LONGS_EQUAL(0, shell.run_line("at -f 1 2"));
  out.clear();
  LONGS_EQUAL(2, shell.run_line("at jif"));
  STRCMP_EQUAL(
      "at: ADDR is an address (c0008000 or 0xc0008000) or a symbol's name, not 'jif'\n"
      "usage: at [-f] ADDR\n       at ADDR N\n",
      out.text());
}

TEST_GROUP(ParseNumber){};

TEST(ParseNumber, table) {
  constexpr struct {
    const char* text;
    long long value;  // -1: none
  } kTable[] = {
      {"0", 0},
      {"42", 42},
      {"0x1F", 31},
      {"0Xff", 255},
      {"4K", 4096},
      {"4k", 4096},
      {"1M", 1 << 20},
      {"2G", 2LL << 30},
      {"0x10k", 16384},
      {"", -1},
      {"K", -1},
      {"0x", -1},
      {"-1", -1},
      {"+1", -1},
      {"1 ", -1},
      {"1KK", -1},
      {"12a", -1},
      {"0x1g", 1LL << 30},
      {"1.5M", -1},
      {"99999999999999999999", -1},
      {"0x8000000000000000K", -1},
      {"18446744073709551615G", -1},
  };
  for (const auto& row : kTable) {
    const auto value = parse_number(row.text);
    CHECK_EQUAL_TEXT(row.value != -1, value.has_value(), row.text);
    if (value) CHECK_EQUAL_TEXT(row.value, static_cast<long long>(*value), row.text);
  }
}

TEST(Shell, log_text_does_not_destroy_the_edited_line) {
  script.screen = &out;
  script.input = "say one\n";
  script.log_behind = 4;
  shell.run_console();
  STRCMP_EQUAL("mink> say \nLOG\nmink> say one\n[one]\nmink> ", out.text());
}

TEST(Shell, nor_on_a_terminal) {
  shell.set_mode(Mode::Ansi);
  script.screen = &out;
  script.input = "say on\x02\x02tw\n";
  script.log_behind = 8;  // the cursor stands in the midst
  shell.run_console();
  STRCMP_CONTAINS("\r\x1b[KLOG\n\rmink> say on\x1b[K\r\x1b[10C", out.text());
  STRCMP_CONTAINS("[twon]\n", out.text());
}
