// SPDX-License-Identifier: MIT
// The line editor's keys and its drawing; see line_editor.hpp.
#include <algorithm>
#include <cstring>
#include <shell/line_editor.hpp>

namespace mink::shell {
namespace {

constexpr unsigned char ctrl(char letter) { return static_cast<unsigned char>(letter & 0x1f); }
constexpr unsigned char kEsc = 0x1b;
constexpr unsigned char kDelete = 0x7f;
constexpr std::size_t kColumns = 80;  // a longer line scrolls sideways within these
constexpr std::string_view kEditingKeys = "\x01\x02\x04\x05\x06\x08\t\x0b\x0c\x0e\x10\x15\x17\x7f";

bool is_editing_key(unsigned char byte) {
  return kEditingKeys.find(static_cast<char>(byte)) != kEditingKeys.npos;
}
constexpr bool printable(unsigned char byte) { return byte >= ' ' && byte < kDelete; }

}  // namespace

void LineEditor::begin(std::string_view prompt) {
  prompt_ = prompt;
  length_ = cursor_ = draft_length_ = recalled_ = 0;
  escape_ = Escape::None;
  overflow_ = stale_ = false;
  put(prompt_);
}

LineEditor::Event LineEditor::feed(unsigned char byte) {
  const bool second_half = after_return_ && byte == '\n';
  after_return_ = byte == '\r';
  if (second_half) return Event::None;
  if (escape_ != Escape::None && byte >= ' ') {
    escape(byte);
  } else if (printable(byte)) {
    insert(static_cast<char>(byte));
  } else {
    escape_ = Escape::None;  // a control character breaks off an escape sequence
    return control(byte);
  }
  return Event::None;
}

LineEditor::Event LineEditor::control(unsigned char byte) {
  if (mode_ == Mode::Auto && is_editing_key(byte)) mode_ = Mode::Ansi;
  switch (byte) {
    case '\r':
    case '\n':
      return finish();
    case ctrl('C'):
      put("^C\n");
      return Event::Cancelled;
    case kEsc:
      escape_ = Escape::Esc;
      escape_parameter_ = 0;
      break;
    case '\t':
      complete();
      break;
    case kDelete:
    case ctrl('H'):
      if (cursor_ > 0) erase(cursor_ - 1, cursor_);
      break;
    case ctrl('A'):
      move_to(0);
      break;
    case ctrl('B'):
      move_to(cursor_ == 0 ? 0 : cursor_ - 1);
      break;
    case ctrl('D'):
      erase(cursor_, std::min(cursor_ + 1, length_));
      break;
    case ctrl('E'):
      move_to(length_);
      break;
    case ctrl('F'):
      move_to(cursor_ + 1);
      break;
    case ctrl('K'):
      erase(cursor_, length_);
      break;
    case ctrl('L'):
      put(ansi() ? "\x1b[H\x1b[2J" : "\n");
      redraw();
      break;
    case ctrl('N'):
      recall(recalled_ == 0 ? 0 : recalled_ - 1);
      break;
    case ctrl('P'):
      recall(recalled_ + 1);
      break;
    case ctrl('U'):
      erase(0, cursor_);
      break;
    case ctrl('W'):
      erase_word_before();
      break;
    default:
      break;
  }
  return Event::None;
}

LineEditor::Event LineEditor::finish() {
  if (ansi()) move_to(length_);
  put("\n");
  if (overflow_) return Event::TooLong;
  if (stale_) {
    redraw();
    put("\n");
  }
  history_.add(text());
  return Event::Line;
}

// The bytes of a sequence: ESC [ parameters final, or ESC O final. ESC and anything else: the ESC is dropped.
void LineEditor::escape(unsigned char byte) {
  if (escape_ == Escape::Esc && byte == '[') {
    escape_ = Escape::Bracket;
  } else if (escape_ == Escape::Esc && byte == 'O') {
    escape_ = Escape::Letter;
  } else if (escape_ == Escape::Esc) {
    escape_ = Escape::None;
    if (printable(byte)) insert(static_cast<char>(byte));
  } else if (escape_ == Escape::Bracket && byte < '@') {
    if (byte >= '0' && byte <= '9') escape_parameter_ = (escape_parameter_ * 10 + (byte - '0')) % 1000;
    if (byte == ';') escape_parameter_ = 0;
  } else {
    escape_ = Escape::None;
    cursor_key(byte);
  }
}

void LineEditor::cursor_key(unsigned char final_byte) {
  if (final_byte == '~') {
    switch (escape_parameter_) {
      case 1:
      case 7:
        final_byte = 'H';
        break;
      case 3:
        final_byte = 'P';
        break;
      case 4:
      case 8:
        final_byte = 'F';
        break;
      default:
        return;
    }
  } else if (final_byte == 'P') {
    return;  // F1
  }
  switch (final_byte) {
    case 'A':
      control(ctrl('P'));
      break;
    case 'B':
      control(ctrl('N'));
      break;
    case 'C':
      control(ctrl('F'));
      break;
    case 'D':
      control(ctrl('B'));
      break;
    case 'H':
      control(ctrl('A'));
      break;
    case 'F':
      control(ctrl('E'));
      break;
    case 'P':
      control(ctrl('D'));
      break;
    default:
      break;
  }
}

void LineEditor::insert(char c) { insert(std::string_view{&c, 1}); }

void LineEditor::insert(std::string_view text) {
  if (text.size() > kMaxLine - length_) {
    overflow_ = true;
    return;
  }
  std::memmove(text_.data() + cursor_ + text.size(), text_.data() + cursor_, length_ - cursor_);
  std::memcpy(text_.data() + cursor_, text.data(), text.size());
  const bool appended = cursor_ == length_;
  length_ += text.size();
  cursor_ += text.size();
  if (appended && (!ansi() || prompt_.size() + length_ < kColumns)) {
    if (!stale_) put(text);
  } else {
    changed();
  }
}

void LineEditor::erase(std::size_t from, std::size_t to) {
  if (from >= to) return;
  std::memmove(text_.data() + from, text_.data() + to, length_ - to);
  length_ -= to - from;
  cursor_ = from;
  changed();
}

void LineEditor::move_to(std::size_t position) {
  position = std::min(position, length_);
  if (position == cursor_) return;
  cursor_ = position;
  if (ansi()) redraw();
}

void LineEditor::erase_word_before() {
  std::size_t from = cursor_;
  while (from > 0 && text_[from - 1] == ' ') --from;
  while (from > 0 && text_[from - 1] != ' ') --from;
  erase(from, cursor_);
}

// Shows the line typed `back` lines ago; 0 is the one that was being typed.
void LineEditor::recall(std::size_t back) {
  if (back == recalled_ || back > history_.size()) return;
  if (recalled_ == 0) {
    std::memcpy(draft_.data(), text_.data(), length_);
    draft_length_ = length_;
  }
  recalled_ = back;
  replace(back == 0 ? std::string_view{draft_.data(), draft_length_} : history_.entry(back - 1));
}

void LineEditor::replace(std::string_view text) {
  length_ = std::min(text.size(), kMaxLine);
  std::memcpy(text_.data(), text.data(), length_);
  cursor_ = length_;
  changed();
}

void LineEditor::changed() {
  if (ansi()) {
    redraw();
  } else {
    stale_ = true;
  }
}

void LineEditor::redraw() {
  if (!ansi()) {
    put(prompt_);
    put(text());
    stale_ = false;
    return;
  }
  const std::size_t room = kColumns - 1 - prompt_.size();
  const std::size_t first = cursor_ > room ? cursor_ - room : 0;
  put("\r");
  put(prompt_);
  put(text().substr(first, room));
  put("\x1b[K");
  print(out_, "\r\x1b[%uC", static_cast<unsigned>(prompt_.size() + cursor_ - first));
}

namespace {

// How far all candidates agree, and how many there are.
class CommonPrefix final : public CandidateVisitor {
 public:
  void candidate(std::string_view text) override {
    if (count == 0) {
      length = std::min(text.size(), prefix.size());
      std::memcpy(prefix.data(), text.data(), length);
    }
    std::size_t same = 0;
    while (same < length && same < text.size() && text[same] == prefix[same]) ++same;
    length = same;
    ++count;
  }
  std::array<char, 64> prefix{};
  std::size_t length = 0;
  std::size_t count = 0;
};

class Lister final : public CandidateVisitor {
 public:
  explicit Lister(TextSink& out) : out_{out} {}
  void candidate(std::string_view text) override {
    if (column_ + text.size() + 2 > kColumns) {
      print(out_, "\n");
      column_ = 0;
    }
    print(out_, "%s%.*s", column_ == 0 ? "" : "  ", static_cast<int>(text.size()), text.data());
    column_ += text.size() + 2;
  }

 private:
  TextSink& out_;
  std::size_t column_ = 0;
};

}  // namespace

void LineEditor::complete() {
  const WordPlace place = word_at_end(text().substr(0, cursor_));
  CommonPrefix common;
  completion_.complete(place, common);
  if (common.count == 0) return;
  if (common.length > place.word.size()) {
    insert(std::string_view{common.prefix.data(), common.length}.substr(place.word.size()));
  } else if (common.count > 1) {
    put("\n");
    Lister lister{out_};
    completion_.complete(place, lister);
    put("\n");
    redraw();
  }
  const bool folder = common.length != 0 && common.prefix[common.length - 1] == '/';
  if (common.count == 1 && !folder && cursor_ == length_) insert(' ');
}

}  // namespace mink::shell
