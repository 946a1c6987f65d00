// SPDX-License-Identifier: MIT
// Words and quotes; see parser.hpp.
#include <shell/parser.hpp>

namespace mink::shell {
namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
constexpr bool ends_word(char c) { return is_blank(c) || c == ';'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

char Parser::take() {
  const char c = rest_.front();
  rest_.remove_prefix(1);
  return c;
}

// One word from rest_, which stands at its first character. False: a quote was never closed.
bool Parser::read_word() {
  const std::size_t start = used_;
  char quote = '\0';
  while (!rest_.empty() && (quote != '\0' || !ends_word(rest_.front()))) {
    char c = take();
    if (c == '\\' && quote != '\'' && !rest_.empty()) {
      c = take();
    } else if (c == quote) {
      quote = '\0';
      continue;
    } else if (quote == '\0' && (c == '\'' || c == '"')) {
      quote = c;
      continue;
    }
    text_[used_++] = c;
  }
  text_[used_++] = '\0';
  if (count_ < kMaxWords) words_[count_] = {text_.data() + start, used_ - 1 - start};
  ++count_;
  return quote == '\0';
}

Parse Parser::next() {
  count_ = 0;
  used_ = 0;
  while (!rest_.empty() && ends_word(rest_.front())) rest_.remove_prefix(1);
  const std::string_view from = rest_;
  while (!rest_.empty() && rest_.front() != ';') {
    if (!read_word()) {
      source_ = trimmed(from);
      count_ = 0;
      return Parse::UnclosedQuote;
    }
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  }
  if (count_ == 0) return Parse::End;
  source_ = trimmed(from.substr(0, from.size() - rest_.size()));
  if (count_ > kMaxWords) {
    count_ = 0;
    return Parse::TooManyWords;
  }
  return Parse::Command;
}

WordPlace word_at_end(std::string_view before) {
  WordPlace place{{}, {}, 0};
  char quote = '\0';
  bool in_word = false;
  std::size_t start = before.size();
  for (std::size_t i = 0; i < before.size(); ++i) {
    const char c = before[i];
    if (quote == '\0' && ends_word(c)) {
      if (in_word) {
        if (place.index == 0) place.command = before.substr(start, i - start);
        ++place.index;
      }
      in_word = false;
      if (c == ';') place = {{}, {}, 0};
      continue;
    }
    if (!in_word) {
      start = i;
      in_word = true;
    }
    if (c == quote) {
      quote = '\0';
    } else if (c == '\\' && quote != '\'') {
      ++i;
    } else if (quote == '\0' && (c == '\'' || c == '"')) {
      quote = c;
    }
  }
  if (in_word) place.word = before.substr(start);
  return place;
}

}  // namespace mink::shell
