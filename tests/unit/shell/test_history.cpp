// SPDX-License-Identifier: MIT
// History: what is remembered, in which order, and what leaves first.
#include <array>
#include <cstring>

#include "unit/shell/support.hpp"

using mink::shell::History;

TEST_GROUP(History) { History history; };

TEST(History, newest_first) {
  history.add("one");
  history.add("two");
  VIEW_EQUAL("two", history.entry(0));
  VIEW_EQUAL("one", history.entry(1));
  VIEW_EQUAL("", history.entry(2));
  LONGS_EQUAL(2, history.size());
}

TEST(History, skips_empty_and_repeated) {
  history.add("");
  history.add("free");
  history.add("free");
  LONGS_EQUAL(1, history.size());
  history.add("live");
  history.add("free");
  LONGS_EQUAL(3, history.size());
}

TEST(History, oldest_leave_when_full) {
  std::array<char, 1000> line;
  for (char c = 'a'; c <= 'j'; ++c) {
    std::memset(line.data(), c, line.size());
    history.add({line.data(), line.size()});
  }
  LONGS_EQUAL(History::kBytes / (line.size() + 1), history.size());
  LONGS_EQUAL('j', history.entry(0).front());
  LONGS_EQUAL('g', history.entry(3).front());
  LONGS_EQUAL(line.size(), history.entry(3).size());
}

TEST(History, line_as_large_as_the_buffer) {
  std::array<char, History::kBytes> line;
  line.fill('x');
  history.add("kept");
  history.add({line.data(), line.size()});
  VIEW_EQUAL("kept", history.entry(0));
  history.add({line.data(), line.size() - 1});
  LONGS_EQUAL(1, history.size());
  LONGS_EQUAL(line.size() - 1, history.entry(0).size());
}
