// SPDX-License-Identifier: MIT
// Free memory held at a mark of the page allocator, whatever others do, so that one can watch what they do then.
#pragma once
#include <cstddef>
#include <mm/zone.hpp>

struct task_struct;

namespace mink::shell {

enum class PressureLevel { Min, Low, High };

class Pressure {
 public:
  constexpr Pressure() = default;
  Pressure(const Pressure&) = delete;
  Pressure& operator=(const Pressure&) = delete;

  // Takes each zone's free pages down to its mark, and has a thread keep them there: it takes what others free, and
  // gives back what they take. For `seconds`, or (0) until release(). False: no memory for the thread. Thread context.
  bool hold(PressureLevel level, unsigned seconds);
  // Gives all back. False: nothing is held. Thread context.
  bool release();

  [[nodiscard]] bool holding() const { return task_ != nullptr; }
  [[nodiscard]] std::size_t held_pages() const;
  // Free pages of a zone at that level: what its mark leaves alone, and what it keeps for its own users.
  [[nodiscard]] static std::size_t target(mm::ZoneType zone, PressureLevel level);

 private:
  // A chain of pages of one zone.
  struct Stock {
    struct page* first = nullptr;
    std::size_t count = 0;
  };
  static int run(void* self);
  void adjust(unsigned most);
  void give_all();

  Stock stock_[mm::kZones];
  PressureLevel level_ = PressureLevel::Min;
  unsigned long until_ = 0;  // jiffies
  bool limited_ = false;
  task_struct* task_ = nullptr;
};

// The one of the shell.
Pressure& pressure();

}  // namespace mink::shell
