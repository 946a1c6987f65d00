// SPDX-License-Identifier: MIT
// The kernel command line: words and NAME=VALUE options, read where they stand.
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

namespace mink {

// A view of somebody's text, which must outlive it. Words are parted by blanks. Double quotes keep blanks in
// a word; around a value or a whole word they are taken off: exec="a; b" and "exec=a; b" are the same. An
// open quote ends with the text, and so does the text at a NUL byte. No escapes, as in Linux.
class CommandLine {
 public:
  struct Option {
    std::string_view name;   // up to the '=', or the whole word
    std::string_view value;  // behind it
    bool has_value;
  };

  constexpr CommandLine() = default;
  explicit CommandLine(std::string_view text) : text_{text.substr(0, text.find('\0'))} {}

  // One option after the other; `position` starts at 0. nullopt at the end.
  std::optional<Option> next(std::size_t& position) const;

  // The last option of that name (a later one overrides), nullopt if there is none. As in Linux '-' and '_'
  // are the same in names. O(length).
  [[nodiscard]] std::optional<Option> find(std::string_view name) const;

  // find(name)'s value; nullopt also if the option has none.
  [[nodiscard]] std::optional<std::string_view> value(std::string_view name) const;

  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

}  // namespace mink
