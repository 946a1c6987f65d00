// SPDX-License-Identifier: MIT
// The kernel around the shell: console, guard, symbols, files; see session.hpp.
#include <linux/jiffies.h>
#include <arch/cpu.hpp>
#include <base/symbols.hpp>
#include <kernel/clock.hpp>
#include <kernel/console.hpp>
#include <kernel/proc.hpp>
#include <lib/cmdline.hpp>
#include <lib/vsnprintf.hpp>
#include <new>
#include <shell/session.hpp>
#include <shell/shell.hpp>

#include "commands/families.hpp"

namespace mink::shell {
namespace {

class ConsoleSink final : public TextSink {
 public:
  void write(const char* text, std::size_t length) override { kernel::console_write(text, length); }
};

class Kernel final : public Environment {
 public:
  int read_byte() override {
    const int byte = kernel::console_getc();
    return byte == kernel::ConsoleInput::kNone ? kLook : byte;
  }
  bool hold_console() override { return kernel::console_hold(); }
  void release_console(std::string_view leave) override { kernel::console_release(leave); }
  bool take_break() override { return kernel::console_take_break(); }
  bool wait(unsigned milliseconds) override;
  bool run_guarded(void (*body)(void*), void* context) override { return arch::run_guarded(body, context); }
  std::optional<std::uintptr_t> symbol_address(std::string_view name) const override {
    const std::uintptr_t address = mink::symbol_address(name.data());
    return address != 0 ? std::optional{address} : std::nullopt;
  }
  void each_file(CandidateVisitor& visitor) const override;
};

bool Kernel::wait(unsigned milliseconds) {
  const unsigned long end = jiffies + msecs_to_jiffies(milliseconds);
  while (time_before(jiffies, end)) {
    if (take_break()) return true;
    arch::wait_for_interrupt();
  }
  return false;
}

void Kernel::each_file(CandidateVisitor& visitor) const {
  char path[64];
  for (const kernel::ProcFile& file : kernel::proc().files()) {
    const int length = format_to(path, sizeof path, "/proc/%s", file.name);
    visitor.candidate({path, static_cast<std::size_t>(length)});
  }
}

constinit ConsoleSink console_sink;
constinit Kernel kernel_environment;
alignas(Shell) constinit std::byte shell_storage[sizeof(Shell)];

Mode mode_of(const CommandLine& options) {
  const auto mode = options.value("mode");
  if (mode == "plain") return Mode::Plain;
  if (mode == "ansi") return Mode::Ansi;
  return Mode::Auto;
}

}  // namespace

int run_session(std::string_view command_line) {
  auto& shell = *new (shell_storage) Shell{kFamilies, kernel_environment, console_sink};
  kernel::note_first_prompt();
  const CommandLine options{command_line};
  if (const auto commands = options.value("exec")) {
    shell.set_mode(Mode::Plain);
    shell.run_line(*commands, true);
    return shell.first_failure();
  }
  shell.set_mode(mode_of(options));
  shell.run_console();
  return shell.first_failure();
}

}  // namespace mink::shell
