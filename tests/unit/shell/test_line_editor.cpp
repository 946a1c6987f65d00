// SPDX-License-Identifier: MIT
// Keys and garbage in, a line out; and what the screen is told.
#include "unit/shell/support.hpp"

using mink::BufferSink;
using mink::shell::CandidateVisitor;
using mink::shell::History;
using mink::shell::kMaxLine;
using mink::shell::LineEditor;
using mink::shell::Mode;
using mink::shell::WordPlace;
using Event = mink::shell::LineEditor::Event;

namespace {

struct Words final : mink::shell::CompletionSource {
  const char* words = "kmalloc kzalloc help poweroff /proc/";
  void complete(const WordPlace& place, CandidateVisitor& visitor) const override {
    mink::shell::visit_matching(words, place.word, visitor);
  }
};

}  // namespace

TEST_GROUP(LineEditor) {
  char screen[8192];
  BufferSink out{screen};
  History history;
  Words words;
  LineEditor editor{out, history, words};

  void setup() override { editor.begin("> "); }

  // The last event of `bytes`.
  Event type(std::string_view bytes) {
    Event event = Event::None;
    for (const char c : bytes) event = editor.feed(static_cast<unsigned char>(c));
    return event;
  }
  void enter(std::string_view line) {
    type(line);
    CHECK(type("\r") == Event::Line);
    editor.begin("> ");
  }
  void check_line(const char* wanted, std::string_view bytes) {
    CHECK(type(bytes) == Event::None);
    CHECK(type("\r") == Event::Line);
    VIEW_EQUAL(wanted, editor.text());
  }
};

TEST(LineEditor, types_and_echoes) {
  check_line("help me", "help me");
  STRCMP_EQUAL("> help me\n", out.text());
}

TEST(LineEditor, crlf_is_one_end) {
  CHECK(type("a\r") == Event::Line);
  editor.begin("> ");
  CHECK(type("\n") == Event::None);
  CHECK(type("\n") == Event::Line);
  VIEW_EQUAL("", editor.text());
}

TEST(LineEditor, moves_and_inserts) {
  check_line("Xabc", "abc\x01X");
  editor.begin("> ");
  check_line("abcY", "abc\x01\x05Y");
  editor.begin("> ");
  check_line("aZbc", "abc\x1b[D\x1b[D\x1b[C\x1b[DZ");
  editor.begin("> ");
  check_line("1abc2", "abc\x1b[H1\x1b[F2");
  editor.begin("> ");
  check_line("1abc2", "abc\x1b[1~1\x1b[4~2");
  editor.begin("> ");
  check_line("1abc2", "abc\x1bOH1\x1bOF2");
}

TEST(LineEditor, deletes) {
  check_line("ac", "abc\x1b[D\x7f");
  editor.begin("> ");
  check_line("ab", "abc\x08");
  editor.begin("> ");
  check_line("bc", "abc\x01\x1b[3~");
  editor.begin("> ");
  check_line("bc", "abc\x01\x04");
  editor.begin("> ");
  check_line("c", "abc\x1b[D\x15");
  editor.begin("> ");
  check_line("ab", "abc\x1b[D\x0b");
  editor.begin("> ");
  check_line("cat ", "cat /proc/x  \x17");
  editor.begin("> ");
  check_line("", "\x7f\x08\x15\x17\x0b\x04\x1b[3~");
}

TEST(LineEditor, moves_stop_at_both_ends) {
  check_line("ba",
             "a\x1b[D\x1b[D\x1b[D"
             "b\x1b[C\x1b[C\x1b[C");
}

TEST(LineEditor, history_keys_keep_what_was_typed) {
  enter("first");
  enter("second");
  check_line("second", "draft\x1b[A");
  editor.begin("> ");
  check_line("first", "\x1b[A\x1b[A\x1b[A\x1b[A");
  editor.begin("> ");
  check_line("draft2", "draft\x1b[A\x1b[A\x1b[B\x1b[B\x1b[B2");
  editor.begin("> ");
  check_line("second!", "\x10\x10\x10\x0e\x10!");
}

TEST(LineEditor, half_and_broken_escapes_are_harmless) {
  check_line("ls", "\x1bls");
  editor.begin("> ");
  check_line("", "\x1b");
  editor.begin("> ");
  check_line("", "\x1b[");
  editor.begin("> ");
  check_line("x", "\x1b[12;;34;?99Zx");
  editor.begin("> ");
  check_line("ok", "\x1b[1111111111111111111111111111Dok");
  editor.begin("> ");
  check_line("x", "\x1b\x1b[Cx");
  editor.begin("> ");
  check_line("Xab", "ab\x1b[\x01X");
}

TEST(LineEditor, every_byte_value_is_harmless) {
  for (int mode = 0; mode < 3; ++mode) {
    editor.set_mode(static_cast<Mode>(mode));
    for (int first = 0; first < 256; ++first) {
      editor.begin("> ");
      for (int byte = 0; byte < 256; ++byte) {
        editor.feed(static_cast<unsigned char>(first));
        if (editor.feed(static_cast<unsigned char>(byte)) != Event::None) editor.begin("> ");
      }
      editor.feed('\r');
      editor.begin("> ");
      CHECK(type("free\r") == Event::Line);
      VIEW_EQUAL("free", editor.text());
    }
  }
}

TEST(LineEditor, long_line_is_refused_and_the_next_one_is_whole) {
  for (std::size_t i = 0; i < kMaxLine; ++i) CHECK(type("a") == Event::None);
  CHECK(type("\r") == Event::Line);
  LONGS_EQUAL(kMaxLine, editor.text().size());
  editor.begin("> ");
  for (std::size_t i = 0; i < kMaxLine + 1; ++i) type("b");
  CHECK(type("\r") == Event::TooLong);
  editor.begin("> ");
  for (std::size_t i = 0; i < 5000; ++i) type("b");
  CHECK(type("\r") == Event::TooLong);
  editor.begin("> ");
  check_line("free", "free");
}

TEST(LineEditor, ctrl_c_leaves_the_line) {
  CHECK(type("soak 10000\x03") == Event::Cancelled);
  editor.begin("> ");
  check_line("free", "free");
  LONGS_EQUAL(1, history.size());
}

TEST(LineEditor, plain_mode_writes_no_control_codes) {
  editor.set_mode(Mode::Plain);
  enter("one");
  type("two\x01\x1b[A\x1b[D\x7f\t\x0c\x17!\x1b[3~\r");
  for (const char* c = out.text(); *c != '\0'; ++c) CHECK(*c == '\n' || (*c >= ' ' && *c <= '~'));
}

TEST(LineEditor, plain_mode_shows_the_edited_line_again) {
  editor.set_mode(Mode::Plain);
  check_line("fre", "free\x7f");
  STRCMP_EQUAL("> free\n> fre\n", out.text());
}

TEST(LineEditor, an_editing_key_shows_a_terminal) {
  type("ab");
  CHECK(editor.mode() == Mode::Auto);
  type("\xff\x00\x7e");
  CHECK(editor.mode() == Mode::Auto);
  type("\x1b[D");
  CHECK(editor.mode() == Mode::Ansi);
}

TEST(LineEditor, ansi_redraws_with_the_cursor_in_place) {
  editor.set_mode(Mode::Ansi);
  type("ab");
  out.clear();
  type("\x1b[D");
  STRCMP_EQUAL("\r> ab\x1b[K\r\x1b[3C", out.text());
}

TEST(LineEditor, ansi_scrolls_a_line_longer_than_the_screen) {
  editor.set_mode(Mode::Ansi);
  for (int i = 0; i < 100; ++i) type("x");
  out.clear();
  type("y");
  LONGS_EQUAL(1 + 2 + 77 + 3 + 1 + 5, out.length());  // CR, prompt, what fits, erase, CR, cursor
  out.clear();
  type("\x01");
  STRNCMP_EQUAL("\r> xxx", out.text(), 6);
}

TEST(LineEditor, tab_completes_the_only_one) {
  check_line("help x", "he\tx");
  editor.begin("> ");
  check_line("/proc/", "/p\t");
}

TEST(LineEditor, tab_goes_as_far_as_all_agree_and_then_lists) {
  type("k\t");
  VIEW_EQUAL("k", editor.text());
  CHECK(std::string_view{out.text()}.find("\nkmalloc  kzalloc\n") != std::string_view::npos);
  check_line("kmalloc ", "m\t");
}

TEST(LineEditor, tab_without_a_candidate_changes_nothing) { check_line("zz", "zz\t"); }

TEST(LineEditor, tab_in_a_full_line) {
  for (std::size_t i = 0; i < kMaxLine - 2; ++i) type(" ");
  type("he\t");
  CHECK(type("\r") == Event::TooLong);
}
