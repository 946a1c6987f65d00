// SPDX-License-Identifier: MIT
// One line from the bytes of a terminal, whatever they are: keys, half an escape sequence, binary garbage,
// piped text.
#pragma once
#include <array>
#include <cstddef>
#include <lib/text_sink.hpp>
#include <shell/completion.hpp>
#include <shell/history.hpp>
#include <string_view>

namespace mink::shell {

enum class Mode : unsigned char {
  Auto,   // plain until an editing key shows that a person sits at a terminal
  Plain,  // no control codes in the output: a log, a test, a pipe
  Ansi,   // the line is redrawn by ANSI escape sequences
};

// A state machine: feed() takes one byte at a time, so that it needs no input of its own and tests need no
// terminal. Keys: arrows, Home, End, Delete, Backspace, Ctrl-A B C D E F H K L N P U W, Tab. Bytes that mean
// nothing here, and all above 0x7e, are dropped.
class LineEditor {
 public:
  enum class Event { None, Line, TooLong, Cancelled };

  LineEditor(TextSink& out, History& history, const CompletionSource& completion)
      : out_{out}, history_{history}, completion_{completion} {}

  void set_mode(Mode mode) { mode_ = mode; }
  [[nodiscard]] Mode mode() const { return mode_; }
  [[nodiscard]] bool ansi() const { return mode_ == Mode::Ansi; }

  // Shows the prompt and begins an empty line. `prompt` must outlive the line.
  void begin(std::string_view prompt);

  // Line: text() holds it until begin(), and it is in the history. TooLong: more than kMaxLine characters
  // came before the end of the line; they are gone. Cancelled: Ctrl-C.
  Event feed(unsigned char byte);

  // What takes the cursor off the line, for who wants to print something there; then redraw(), at the start of a line.
  [[nodiscard]] std::string_view leave() const { return ansi() ? "\r\x1b[K" : "\n"; }
  void redraw();

  [[nodiscard]] std::string_view text() const { return {text_.data(), length_}; }
  [[nodiscard]] std::size_t cursor() const { return cursor_; }

 private:
  enum class Escape : unsigned char { None, Esc, Bracket, Letter };

  Event control(unsigned char byte);
  Event finish();
  void escape(unsigned char byte);
  void cursor_key(unsigned char final_byte);
  void insert(char c);
  void insert(std::string_view text);
  void erase(std::size_t from, std::size_t to);
  void move_to(std::size_t position);
  void erase_word_before();
  void recall(std::size_t back);
  void replace(std::string_view text);
  void complete();
  void changed();
  void put(std::string_view text) { out_.write(text.data(), text.size()); }

  TextSink& out_;
  History& history_;
  const CompletionSource& completion_;
  std::string_view prompt_;
  std::array<char, kMaxLine> text_{};
  std::array<char, kMaxLine> draft_{};  // what was being typed when a line was recalled
  std::size_t length_ = 0;
  std::size_t cursor_ = 0;
  std::size_t draft_length_ = 0;
  std::size_t recalled_ = 0;  // 0: the draft; n: entry(n - 1)
  Mode mode_ = Mode::Auto;
  Escape escape_ = Escape::None;
  unsigned escape_parameter_ = 0;
  bool after_return_ = false;  // a line feed right behind a carriage return is part of it
  bool overflow_ = false;
  bool stale_ = false;  // plain: what is on the screen is no longer the line
};

}  // namespace mink::shell
