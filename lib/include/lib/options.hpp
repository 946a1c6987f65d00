// SPDX-License-Identifier: MIT
// Options of a kernel command line: name=value, blank-separated; a value in quotes may hold blanks:
// exec="free; live".
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

namespace mink {

// One option and where the rest begins.
struct BootOption {
  std::string_view name;
  std::optional<std::string_view> value;  // without its quotes; none: there was no `=`
};

// Goes through a command line from left to right.
class BootOptions {
 public:
  explicit constexpr BootOptions(std::string_view line) : rest_{line} {}

  // The next option; nothing at the end. A quote that is never closed reaches to the end of the line.
  std::optional<BootOption> next();

 private:
  std::string_view rest_;
};

// The value of the last option with that name, as in Linux: what is said later counts. Empty if it has no
// value.
[[nodiscard]] std::optional<std::string_view> boot_option(std::string_view line, std::string_view name);

}  // namespace mink
