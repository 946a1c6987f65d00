// SPDX-License-Identifier: MIT
// Words, quotes and commands of a line; the word that Tab is asked about.
#include <array>

#include "unit/shell/support.hpp"

using mink::shell::kMaxLine;
using mink::shell::kMaxWords;
using mink::shell::Parse;
using mink::shell::Parser;
using mink::shell::word_at_end;

namespace {

void expect(Parse wanted, Parser& parser) {
  LONGS_EQUAL(static_cast<int>(wanted), static_cast<int>(parser.next()));
}

}  // namespace

TEST_GROUP(Parser){};

TEST(Parser, words_and_blanks) {
  Parser parser{"  kmalloc \t 100   GFP_KERNEL "};
  expect(Parse::Command, parser);
  LONGS_EQUAL(3, parser.word_count());
  VIEW_EQUAL("kmalloc", parser.word(0));
  VIEW_EQUAL("100", parser.word(1));
  VIEW_EQUAL("GFP_KERNEL", parser.word(2));
  VIEW_EQUAL("kmalloc \t 100   GFP_KERNEL", parser.source());
  expect(Parse::End, parser);
}

TEST(Parser, words_are_c_strings) {
  Parser parser{"cache destroy;x"};
  expect(Parse::Command, parser);
  LONGS_EQUAL('\0', parser.word(1).data()[7]);
}

TEST(Parser, commands_and_empty_ones) {
  Parser parser{";; free;live ; ; check;"};
  expect(Parse::Command, parser);
  VIEW_EQUAL("free", parser.source());
  expect(Parse::Command, parser);
  VIEW_EQUAL("live", parser.source());
  expect(Parse::Command, parser);
  VIEW_EQUAL("check", parser.word(0));
  expect(Parse::End, parser);
  expect(Parse::End, parser);
}

TEST(Parser, quotes) {
  Parser parser{"a 'b ; \"c\"\\' \"d 'e' \\\" \\\\\" f\\ g\\;h '' i'j'k"};
  expect(Parse::Command, parser);
  LONGS_EQUAL(6, parser.word_count());
  VIEW_EQUAL("b ; \"c\"\\", parser.word(1));
  VIEW_EQUAL("d 'e' \" \\", parser.word(2));
  VIEW_EQUAL("f g;h", parser.word(3));
  VIEW_EQUAL("", parser.word(4));
  VIEW_EQUAL("ijk", parser.word(5));
}

TEST(Parser, unclosed_quote_ends_the_line) {
  Parser parser{"free; echo 'abc; live"};
  expect(Parse::Command, parser);
  expect(Parse::UnclosedQuote, parser);
  VIEW_EQUAL("echo 'abc; live", parser.source());
  expect(Parse::End, parser);
}

TEST(Parser, backslash_at_the_end) {
  Parser parser{"a\\"};
  expect(Parse::Command, parser);
  VIEW_EQUAL("a\\", parser.word(0));
}

TEST(Parser, too_many_words) {
  std::array<char, 2 * (kMaxWords + 1)> line;
  for (std::size_t i = 0; i < line.size(); ++i) line[i] = i % 2 == 0 ? 'w' : ' ';
  Parser fits{{line.data(), 2 * kMaxWords}};
  expect(Parse::Command, fits);
  LONGS_EQUAL(kMaxWords, fits.word_count());
  line.back() = ';';
  Parser over{{line.data(), line.size()}};
  expect(Parse::TooManyWords, over);
  expect(Parse::End, over);
}

TEST(Parser, longest_line_of_shortest_words) {
  std::array<char, kMaxLine> line;
  for (std::size_t i = 0; i < line.size(); ++i) line[i] = i % 2 == 0 ? 'w' : ' ';
  Parser parser{{line.data(), line.size()}};
  expect(Parse::TooManyWords, parser);  // and the sanitizer sees no write behind the buffer
  expect(Parse::End, parser);
}

TEST_GROUP(WordAtEnd){};

TEST(WordAtEnd, command_and_argument) {
  VIEW_EQUAL("kma", word_at_end("kma").word);
  LONGS_EQUAL(0, word_at_end("kma").index);
  VIEW_EQUAL("/pr", word_at_end("cat /pr").word);
  VIEW_EQUAL("cat", word_at_end("cat /pr").command);
  LONGS_EQUAL(1, word_at_end("cat /pr").index);
  VIEW_EQUAL("", word_at_end("cat ").word);
  LONGS_EQUAL(1, word_at_end("cat ").index);
  LONGS_EQUAL(2, word_at_end("cache alloc ").index);
}

TEST(WordAtEnd, starts_anew_behind_a_semicolon) {
  VIEW_EQUAL("fr", word_at_end("cat /proc/x; fr").word);
  LONGS_EQUAL(0, word_at_end("cat /proc/x; fr").index);
  VIEW_EQUAL("", word_at_end("cat /proc/x; fr").command);
  LONGS_EQUAL(2, word_at_end("echo ';' ").index);
}

TEST(WordAtEnd, escapes_at_the_end) {
  VIEW_EQUAL("a\\", word_at_end("x a\\").word);
  VIEW_EQUAL("'a b", word_at_end("x 'a b").word);
}
