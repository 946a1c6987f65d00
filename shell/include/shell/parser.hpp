// SPDX-License-Identifier: MIT
// A line cut into commands and words: blanks separate words, `;` commands; '…' and "…" and backslash quote.
#pragma once
#include <array>
#include <cstddef>
#include <string_view>

namespace mink::shell {

inline constexpr std::size_t kMaxLine = 1023;  // characters of one line
inline constexpr std::size_t kMaxWords = 32;   // words of one command

enum class Parse {
  Command,        // words() holds one
  End,            // nothing is left
  UnclosedQuote,  // the rest of the line was discarded
  TooManyWords,   // this command was discarded; the next call goes on behind it
};

// Goes through one line. The line must stay as it is and be no longer than kMaxLine.
class Parser {
 public:
  explicit Parser(std::string_view line) : rest_{line} {}

  // Reads the next command that has a word in it.
  [[nodiscard]] Parse next();

  [[nodiscard]] std::size_t word_count() const { return count_; }
  // Quotes removed, and followed by a NUL, so that data() is a C string. Valid until the next call of next().
  [[nodiscard]] std::string_view word(std::size_t i) const { return words_[i]; }
  [[nodiscard]] const std::string_view* words() const { return words_.data(); }
  // The command as it was written, blanks at both ends removed.
  [[nodiscard]] std::string_view source() const { return source_; }

 private:
  bool read_word();
  char take();

  std::string_view rest_;
  std::string_view source_;
  std::array<std::string_view, kMaxWords> words_{};
  std::size_t count_ = 0;
  std::array<char, 2 * (kMaxLine + 1)> text_{};
  std::size_t used_ = 0;
};

// The word that ends at the end of `before`, for completion: what it is the beginning of depends on where it
// stands.
struct WordPlace {
  std::string_view word;     // as far as it is typed, quotes and all
  std::string_view command;  // the first word of the same command; empty if `word` is that itself
  std::size_t index;         // 0: the command's name, 1: its first argument …
};
[[nodiscard]] WordPlace word_at_end(std::string_view before);

}  // namespace mink::shell
