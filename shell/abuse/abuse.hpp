// SPDX-License-Identifier: MIT
// Wrong calls of the memory API, made for real: each must be reported in the right words and change nothing.
#pragma once
#include <cstddef>
#include <lib/text_sink.hpp>
#include <span>
#include <string_view>

namespace mink::shell {

// Where it happens: the kernel, or a test.
struct AbusePlace {
  void (*mark)();                                    // what is logged from here on ...
  std::string_view (*logged)(std::span<char> room);  // ... is this
  bool (*check)(TextSink& why);                      // every structure; false, and why
  bool symbols;                                      // callers have names
};

// What a row of the table does its wrong calls with.
class Abuse {
 public:
  explicit Abuse(const AbusePlace& place) : place_{place} {}

  // `call` is wrong: one report must say `wrong`, and that the address is `what`; and nothing may be changed.
  template <class Call>
  void refused(const char* wrong, const char* what, Call call) {
    before();
    call();
    after(wrong, what, true);
  }
  // `call` finds damage that was done before: one report must name it, and what it was may be mended.
  template <class Call>
  void found(const char* damage, const char* what, Call call) {
    before();
    call();
    after(damage, what, false);
  }
  // What the row needs; without it the row is not ok. Returns `have`.
  bool need(bool have);
  // What a call must give back.
  void expect(bool so);

  [[nodiscard]] unsigned calls() const { return calls_; }
  [[nodiscard]] const char* missed() const { return missed_; }  // nullptr: none; else why
  [[nodiscard]] std::string_view log() const { return log_; }   // of the call that was missed

 private:
  struct Counts {
    std::size_t free_pages, slab_pages, objects, areas;
    bool operator==(const Counts&) const = default;
  };
  static Counts count();
  void before();
  void after(const char* wrong, const char* what, bool nothing_changed);
  void miss(const char* why);

  const AbusePlace& place_;
  Counts counts_{};
  unsigned calls_ = 0;
  const char* missed_ = nullptr;
  char room_[2048];
  std::string_view log_{};
};

struct AbuseRow {
  const char* name;
  const char* summary;
  void (*run)(Abuse& abuse);
};
// Runs one and says so in a line. False: something was missed.
bool run_abuse(const AbuseRow& row, const AbusePlace& place, TextSink& out);

// The rows, by what they abuse.
extern const std::span<const AbuseRow> kPageAbuses, kObjectAbuses, kAreaAbuses, kPoolAbuses, kDebugAbuses;

}  // namespace mink::shell
