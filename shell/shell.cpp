// SPDX-License-Identifier: MIT
// Running lines and commands; see shell.hpp.
#include <shell/shell.hpp>

namespace mink::shell {

Shell::Shell(std::span<const Family* const> families, Environment& environment, TextSink& console)
    : families_{families},
      environment_{environment},
      editor_{console, history_, *this},
      out_{console, editor_} {}

void Shell::Output::write(const char* text, std::size_t length) {
  if (editor_.ansi()) {
    below_.write(text, length);
    return;
  }
  const auto passes = [](char c) { return c == '\n' || c == '\t' || (c >= ' ' && c <= '~'); };
  while (length != 0) {
    std::size_t run = 0;
    while (run < length && passes(text[run])) ++run;
    below_.write(text, run);
    if (run == length) return;
    below_.write(".", 1);
    text += run + 1;
    length -= run + 1;
  }
}

void Shell::begin_line() {
  static_cast<void>(environment_.hold_console());
  editor_.begin(kPrompt);
  environment_.release_console(editor_.leave());
}

void Shell::run_console() {
  begin_line();
  for (;;) {
    const int byte = environment_.read_byte();
    if (byte == Environment::kEnd) return;
    if (environment_.hold_console()) editor_.redraw();
    const LineEditor::Event event =
        byte < 0 ? LineEditor::Event::None : editor_.feed(static_cast<unsigned char>(byte));
    environment_.release_console(event == LineEditor::Event::None ? editor_.leave() : std::string_view{});
    if (event == LineEditor::Event::None) continue;
    if (event == LineEditor::Event::Line) {
      run_line(editor_.text());
    } else if (event == LineEditor::Event::TooLong) {
      print(out_, "line too long: at most %zu characters; nothing of it was run\n", kMaxLine);
      note(kUsage);
    }
    begin_line();
  }
}

int Shell::run_line(std::string_view line, bool echo) {
  Parser parser{line.substr(0, kMaxLine)};
  int status = kOk;
  for (;;) {
    const Parse parsed = parser.next();
    if (parsed == Parse::End) return status;
    if (echo) {
      print(out_, "%.*s", static_cast<int>(kPrompt.size()), kPrompt.data());
      print_visible(out_, parser.source(), kMaxLine);
      print(out_, "\n");
    }
    switch (parsed) {
      case Parse::UnclosedQuote:
        print(out_, "a quote is not closed\n");
        status = kUsage;
        break;
      case Parse::TooManyWords:
        print(out_, "too many words: at most %zu in a command\n", kMaxWords);
        status = kUsage;
        break;
      default:
        status = run_command({parser.words(), parser.word_count()});
        break;
    }
    note(status);
  }
}

int Shell::run_command(std::span<const std::string_view> words) {
  const Command* command = find(words.front());
  if (command == nullptr) {
    print(out_, "'");
    print_visible(out_, words.front());
    print(out_, "' is no command; `help` lists them\n");
    return kNotFound;
  }
  struct Call {
    Args args;
    TextSink& out;
    int status;
  } call{{*command, words.subspan(1), *this, out_}, out_, kFaulted};
  const bool faulted = environment_.run_guarded(
      [](void* context) {
        Call& c = *static_cast<Call*>(context);
        c.status = c.args.command().run(c.args, c.out);
      },
      &call);
  if (!faulted) return call.status;
  print(out_, "%s: left after a fault\n", command->name);
  return kFaulted;
}

const Command* Shell::find(std::string_view name) const {
  for (const Family* family : families_) {
    for (const Command& command : family->commands) {
      if (name == command.name) return &command;
    }
  }
  return nullptr;
}

void Shell::note(int status) {
  last_status_ = status;
  if (first_failure_ == kOk) first_failure_ = status;
}

void visit_matching(std::string_view words, std::string_view prefix, CandidateVisitor& visitor) {
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' '));
    words.remove_prefix(word.size() == words.size() ? words.size() : word.size() + 1);
    if (word.starts_with(prefix) && !word.empty()) visitor.candidate(word);
  }
}

void Shell::complete(const WordPlace& place, CandidateVisitor& visitor) const {
  if (place.index == 0 || place.command == "help" || place.command == "watch") {
    for (const Family* family : families_) {
      for (const Command& command : family->commands) visit_matching(command.name, place.word, visitor);
    }
    return;
  }
  const Command* command = find(place.command);
  if (command != nullptr && place.index == 1) visit_matching(command->completions, place.word, visitor);
  if (!place.word.starts_with('/')) return;

  class Matching final : public CandidateVisitor {
   public:
    Matching(std::string_view prefix, CandidateVisitor& below) : prefix_{prefix}, below_{below} {}
    void candidate(std::string_view path) override {
      if (path.starts_with(prefix_)) below_.candidate(path);
    }

   private:
    std::string_view prefix_;
    CandidateVisitor& below_;
  } matching{place.word, visitor};
  environment_.each_file(matching);
}

}  // namespace mink::shell
