// SPDX-License-Identifier: MIT
// What comes from the serial line: any bytes, through the editor in each of its modes; each line that comes of it is
// parsed. The first byte says which mode.
#include <shell/line_editor.hpp>
#include <shell/parser.hpp>

#include "fuzz/fuzz.hpp"

using namespace mink;
using namespace mink::shell;

namespace {

void parse(std::string_view line) {
  const fuzz::Exact copy{reinterpret_cast<const std::uint8_t*>(line.data()), line.size()};
  Parser parser{copy.text()};
  std::size_t commands = 0;
  for (Parse p = parser.next(); p != Parse::End && p != Parse::UnclosedQuote; p = parser.next()) {
    fuzz::must(++commands <= kMaxLine);
    if (p != Parse::Command) continue;
    fuzz::must(parser.word_count() >= 1 && parser.word_count() <= kMaxWords);
    for (std::size_t i = 0; i < parser.word_count(); ++i)
      fuzz::must(parser.word(i).data()[parser.word(i).size()] == '\0');
    fuzz::must(fuzz::inside(copy.text(), parser.source()));
  }
  fuzz::must(fuzz::inside(copy.text(), word_at_end(copy.text()).command));
}

class Words final : public CompletionSource {
 public:
  void complete(const WordPlace& place, CandidateVisitor& visitor) const override {
    visit_matching("kmalloc kfree kzalloc slabinfo slab", place.word, visitor);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  char screen[2048];
  BufferSink out{screen};
  static History history;
  history = History{};
  const Words completion;
  LineEditor editor{out, history, completion};
  editor.set_mode(static_cast<Mode>(data[0] % 3));
  editor.begin("> ");
  for (std::size_t i = 1; i < size; ++i) {
    const LineEditor::Event event = editor.feed(data[i]);
    fuzz::must(editor.text().size() <= kMaxLine && editor.cursor() <= editor.text().size());
    if (event == LineEditor::Event::None) continue;
    if (event == LineEditor::Event::Line) parse(editor.text());
    out.clear();
    editor.begin("> ");
  }
  parse(editor.text());
  const std::size_t plain = size - 1 < kMaxLine ? size - 1 : kMaxLine;
  parse({reinterpret_cast<const char*>(data) + 1, plain});
  return 0;
}
