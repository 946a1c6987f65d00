// SPDX-License-Identifier: MIT
// What the test image is for: all unit tests, with CppUTest's own output on the console. The status is the
// number of failures, which ends as qemu/run's. CppUTest's own options come from the kernel command line:
// tests="-sg OomKiller -r20".
#include <CppUTest/CommandLineTestRunner.h>

#include <array>
#include <cstring>
#include <kernel/command_line.hpp>
#include <kernel/main.hpp>
#include <lib/cmdline.hpp>

#include "target/log_tap.hpp"

// Each TEST() is registered by a static constructor. The kernel has none, so nobody else has run these.
extern "C" {
using Constructor = void (*)();
extern const Constructor __init_array_start[];
extern const Constructor __init_array_end[];
}

namespace {

// CppUTest's arguments as main() would get them.
class Arguments {
 public:
  Arguments() {
    add("mink_tests");
    add("-v");
    const auto options = mink::CommandLine{mink::kernel::command_line()}.value("tests");
    if (!options) return;
    std::memcpy(text_.data(), options->data(), options->size());  // no longer than the whole line
    for (char* at = text_.data(); *at != '\0'; ++at) {
      if (*at == ' ') {
        *at = '\0';
      } else if (at == text_.data() || at[-1] == '\0') {
        add(at);
      }
    }
  }
  [[nodiscard]] int count() const { return count_; }
  [[nodiscard]] const char* const* values() const { return values_.data(); }

 private:
  void add(const char* word) {
    if (static_cast<std::size_t>(count_) < values_.size()) values_[static_cast<std::size_t>(count_++)] = word;
  }
  std::array<char, mink::kernel::kMaxCommandLine + 1> text_{};
  std::array<const char*, 16> values_{};
  int count_ = 0;
};

}  // namespace

int mink::kernel::image_main() {
  for (const Constructor* run = __init_array_start; run != __init_array_end; ++run) (*run)();
  fakes::start_log_tap();
  const Arguments arguments;
  const int failures = CommandLineTestRunner::RunAllTests(arguments.count(), arguments.values());
  fakes::stop_log_tap();
  return failures;
}
