// SPDX-License-Identifier: MIT
// One demonstration of a GFP flag: what happens in it is noted down in any context, and printed in order at its end.
#pragma once
#include <linux/sched.h>
#include <cstddef>
#include <cstdint>
#include <lib/text_sink.hpp>

namespace mink::shell {

class Scene {
 public:
  constexpr Scene() = default;

  void begin();
  // What happened. Any context; costs the formatting of a line.
  void note(const char* format, ...) __attribute__((format(printf, 2, 3)));
  // What must be so. Returns it.
  bool expect(bool so, const char* format, ...) __attribute__((format(printf, 3, 4)));
  [[nodiscard]] bool failed() const { return failed_; }
  void print_to(TextSink& out, bool instructions) const;

 private:
  static constexpr std::size_t kEvents = 48;
  static constexpr std::size_t kText = 96;
  struct Event {
    std::uint64_t ns = 0;
    char text[kText] = {};
  };
  char* next_event();

  Event events_[kEvents] = {};
  std::size_t count_ = 0;
  std::size_t lost_ = 0;
  std::uint64_t start_ns_ = 0;
  bool failed_ = false;
};

// Where code can run that must not sleep.
struct AtomicContext {
  const char* name;
  // Runs body(data) there once, and returns when it has. False: this machine has no such context.
  bool (*run)(void (*body)(void*), void* data);
};
inline constexpr std::size_t kAtomicContexts = 4;
extern const AtomicContext kAtomicContextTable[kAtomicContexts];

// A thread that counts while others sleep.
class Bystander {
 public:
  Bystander();
  ~Bystander();
  Bystander(const Bystander&) = delete;
  Bystander& operator=(const Bystander&) = delete;
  [[nodiscard]] unsigned ran() const { return count_; }

 private:
  static int run(void* self);
  task_struct* task_;
  volatile unsigned count_ = 0;
};

}  // namespace mink::shell
