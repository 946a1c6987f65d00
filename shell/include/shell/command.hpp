// SPDX-License-Identifier: MIT
// A command of the shell: a row of data with a function, and the arguments that the function gets.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <lib/text_sink.hpp>
#include <optional>
#include <shell/parser.hpp>
#include <span>
#include <string_view>

namespace mink::shell {

class Args;
class Shell;

// What a command returns. Others are the command's own.
inline constexpr int kOk = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;       // a wrong argument; what was wanted has been said
inline constexpr int kNotFound = 127;  // no such command
inline constexpr int kFaulted = 139;   // the command caused a fault and was left

struct Command {
  const char* name;
  const char* usage;    // behind the name: "SIZE [FLAGS]"; several forms separated by newlines
  const char* summary;  // one line for `help`
  const char* example;  // a whole command line
  int (*run)(Args& args, TextSink& out);
  const char* details = "";               // more lines for `help NAME`
  void (*list)(TextSink& out) = nullptr;  // what else `help NAME` shows, if it is in a table
  const char* completions = "";           // words that Tab offers as its first argument, blank-separated
};

// The words behind a command's name. The functions that read one say on `out` what was wanted if it is wrong;
// the command then returns kUsage.
class Args {
 public:
  Args(const Command& command, std::span<const std::string_view> words, Shell& shell, TextSink& out);

  [[nodiscard]] const Command& command() const { return command_; }
  [[nodiscard]] Shell& shell() const { return shell_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  // Empty if there is no such argument. data() is a C string.
  [[nodiscard]] std::string_view operator[](std::size_t i) const {
    return i < size() ? words_[i] : std::string_view{};
  }

  [[nodiscard]] std::span<const std::string_view> words_from(std::size_t first) const {
    return {words_.data() + first, size_ - first};
  }

  // True if there are `least` to `most` arguments.
  [[nodiscard]] bool expect(std::size_t least, std::size_t most) const;

  // Argument i as a number up to `most`: 100, 0x64, 4K, 1M. `name` is its name in the usage.
  [[nodiscard]] std::optional<std::uint64_t> number(std::size_t i, const char* name, std::uint64_t least,
                                                    std::uint64_t most) const;
  // Argument i as an address: hexadecimal with or without 0x, or a symbol's name where the shell knows
  // symbols.
  [[nodiscard]] std::optional<std::uintptr_t> address(std::size_t i, const char* name) const;

  // If argument i is `flag`, removes it, for options that may stand anywhere: `mw -f ADDR VALUE`.
  bool take_flag(std::string_view flag);
  void drop_last() { --size_; }

  // Says "NAME: <format…>" and the usage, and returns kUsage.
  int usage(const char* format, ...) const __attribute__((format(printf, 2, 3)));

 private:
  const Command& command_;
  std::array<std::string_view, kMaxWords> words_{};
  std::size_t size_;
  Shell& shell_;
  TextSink& out_;
};

// A number as people type it: decimal or 0x, with K, M or G behind it for powers of 1024. Nothing if it is
// none, or does not fit in 64 bits.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);

// Prints `text` with everything that a terminal might obey as \xNN, at most `most` characters of it.
void print_visible(TextSink& out, std::string_view text, std::size_t most = 60);

// "usage: NAME FORM" for each form of the command.
void print_usage(TextSink& out, const Command& command);

}  // namespace mink::shell
