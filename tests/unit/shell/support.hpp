// SPDX-License-Identifier: MIT
// What the shell's tests share: a text of known size, and an environment made of a script.
#pragma once
#include <cstdint>
#include <cstring>
#include <lib/text_sink.hpp>
#include <shell/shell.hpp>
#include <string_view>
#include <utility>

#include "CppUTest/TestHarness.h"

namespace mink::test {

// Compares a piece of text with a literal.
inline void check_text(const char* expected, std::string_view actual, const char* file, std::size_t line) {
  char copy[2048];
  const std::size_t length = actual.size() < sizeof copy ? actual.size() : sizeof copy - 1;
  if (length != 0) std::memcpy(copy, actual.data(), length);
  copy[length] = '\0';
  STRCMP_EQUAL_LOCATION(expected, copy, "", file, line);
}
#define VIEW_EQUAL(expected, actual) mink::test::check_text(expected, actual, __FILE__, __LINE__)

struct Script final : shell::Environment {
  std::string_view input;
  bool faults = false;  // the next command does
  unsigned runs = 0;
  // Behind which byte of the input log text comes, and where it goes.
  int log_behind = -1;
  TextSink* screen = nullptr;
  std::string_view line_stands;  // what would take others off it

  int read_byte() override {
    CHECK_FALSE(held);
    if (log_behind-- == 0) {
      print(*screen, "%.*sLOG\n", static_cast<int>(line_stands.size()), line_stands.data());
      broken_off = !line_stands.empty();
      return kLook;
    }
    if (input.empty()) return kEnd;
    const int byte = static_cast<unsigned char>(input.front());
    input.remove_prefix(1);
    return byte;
  }
  bool held = false, broken_off = false;
  bool hold_console() override {
    CHECK_FALSE(held);
    held = true;
    return std::exchange(broken_off, false);
  }
  void release_console(std::string_view leave) override {
    CHECK_TRUE(held);
    held = false;
    line_stands = leave;
  }
  bool take_break() override { return false; }
  bool wait(unsigned) override { return false; }
  bool run_guarded(void (*body)(void*), void* context) override {
    ++runs;
    CHECK_FALSE(held);  // what a command logs is seen at once
    CHECK_TRUE(line_stands.empty());
    if (!faults) body(context);
    return faults;
  }
  std::optional<std::uintptr_t> symbol_address(std::string_view name) const override {
    if (name == "jiffies") return std::uintptr_t{0xc0123450u};
    return std::nullopt;
  }
  void each_file(shell::CandidateVisitor& visitor) const override {
    for (const char* path : {"/proc/buddyinfo", "/proc/slabinfo", "/proc/meminfo"}) visitor.candidate(path);
  }
};

}  // namespace mink::test
