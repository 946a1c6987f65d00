// SPDX-License-Identifier: MIT
// The shell: reads lines, runs their commands one by one, remembers how they ended.
#pragma once
#include <cstddef>
#include <cstdint>
#include <lib/text_sink.hpp>
#include <optional>
#include <shell/command.hpp>
#include <shell/line_editor.hpp>
#include <span>
#include <string_view>

namespace mink::shell {

// What the shell needs of the kernel around it; a test brings its own.
class Environment {
 public:
  static constexpr int kEnd = -1, kLook = -2;
  // The next byte typed; waits for it. kEnd: there will never be another (a test's script is at its end). kLook: something
  // was printed where the edited line stood: hold_console() says so.
  virtual int read_byte() = 0;
  // Around drawing the edited line: nothing else is printed meanwhile. hold: true if the line that release left standing
  // must be drawn anew, at the start of a line. leave: what others write first, to get off the line; empty: there is none.
  virtual bool hold_console() = 0;
  virtual void release_console(std::string_view leave) = 0;
  // True once for each Ctrl-C typed since the last call. The byte itself stays to be read.
  virtual bool take_break() = 0;
  // Waits that long; true at once if a Ctrl-C is typed meanwhile.
  virtual bool wait(unsigned milliseconds) = 0;
  // Runs body(context). True: it caused a fault, which has been reported, and was left where it stood.
  virtual bool run_guarded(void (*body)(void*), void* context) = 0;
  virtual std::optional<std::uintptr_t> symbol_address(std::string_view name) const = 0;
  // Visits the path of every file that `cat` can show.
  virtual void each_file(CandidateVisitor& visitor) const = 0;

 protected:
  ~Environment() = default;
};

// Commands that belong together; `help` lists them under the title.
struct Family {
  const char* title;
  std::span<const Command> commands;
};

class Shell final : private CompletionSource {
 public:
  static constexpr std::string_view kPrompt = "mink> ";

  // `families` and what they point to must outlive the shell.
  Shell(std::span<const Family* const> families, Environment& environment, TextSink& console);

  // Reads lines and runs them until the environment has no more bytes.
  void run_console();

  // Runs every command of `line`, each echoed behind a prompt first if `echo`. The status of the last.
  int run_line(std::string_view line, bool echo = false);

  // Runs one command whose words are already there; guarded. Its status.
  int run_command(std::span<const std::string_view> words);

  // The first status that was not kOk since the start; else kOk.
  [[nodiscard]] int first_failure() const { return first_failure_; }
  // The status of the command before the one that runs.
  [[nodiscard]] int last_status() const { return last_status_; }

  [[nodiscard]] const Command* find(std::string_view name) const;
  [[nodiscard]] std::span<const Family* const> families() const { return families_; }
  [[nodiscard]] Environment& environment() { return environment_; }
  [[nodiscard]] Mode mode() const { return editor_.mode(); }
  void set_mode(Mode mode) { editor_.set_mode(mode); }
  [[nodiscard]] bool ansi() const { return editor_.ansi(); }
  [[nodiscard]] const History& history() const { return history_; }

 private:
  // What a command prints: in plain mode without anything a terminal would obey.
  class Output final : public TextSink {
   public:
    Output(TextSink& below, const LineEditor& editor) : below_{below}, editor_{editor} {}
    void write(const char* text, std::size_t length) override;

   private:
    TextSink& below_;
    const LineEditor& editor_;
  };

  void complete(const WordPlace& place, CandidateVisitor& visitor) const override;
  void begin_line();
  void note(int status);

  std::span<const Family* const> families_;
  Environment& environment_;
  History history_;
  LineEditor editor_;
  Output out_;
  int first_failure_ = kOk;
  int last_status_ = kOk;
};

}  // namespace mink::shell
