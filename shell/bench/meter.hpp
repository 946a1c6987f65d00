// SPDX-License-Identifier: MIT
// Measures one operation: the mean over many by a loop, less the same loop with nothing in it; and single calls with the
// clock read around each, less the reading itself. The operation is two functions: one takes, one gives back.
//
// Under -icount shift=0 a step of the clock is 41.7 instructions: good for means, coarse for a single call. Under shift=6
// it is less than one. A call in which a tick fell is not counted among the single ones.
#pragma once
#include <cstddef>
#include <cstdint>
#include <kernel/clock.hpp>

#include <linux/jiffies.h>

#include "bench/calls.hpp"
#include "bench/unit.hpp"
#include "soak/pattern.hpp"

// Around what a mean is taken of: pairs or takes, gives. They do nothing; a profiler outside looks for them (qemu/plugin).
extern "C" void mink_bench_takes(void);
extern "C" void mink_bench_gives(void);
extern "C" void mink_bench_ends(void);

namespace mink::shell {

struct Cost {
  struct Mean {
    std::uint64_t hundredths = 0;
    bool measured = false;
  };
  Mean pair, take, give;
  Calls::Spread taking, giving;  // whole instructions (or nanoseconds)
};

enum class Order { AsTaken, Random };

class Meter {
 public:
  static constexpr unsigned kMostObjects = 4096;

  // times: operations in a loop. Takes 48 KB for the samples; ready() says whether it got them. Thread context.
  Meter(const ClockUnit& unit, unsigned times);
  ~Meter();
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;
  [[nodiscard]] bool ready() const { return memory_ != nullptr; }

  [[nodiscard]] unsigned times() const { return times_; }
  [[nodiscard]] Random& random() { return random_; }
  [[nodiscard]] void** objects() const { return objects_; }  // room for kMostObjects
  void start_row();
  [[nodiscard]] const Cost& cost();

  // take(i), then give(what it took): `times` of them in a loop, then singly. nothing(i): what take(i) does beside the
  // operation. False: one take gave nullptr.
  template <class Take, class Give, class Nothing>
  bool pairs(unsigned times, Take take, Give give, Nothing nothing) {
    constexpr unsigned kWarmUp = 16;  // the first ones make slabs and tables
    if (!pair_loop(kWarmUp, take, give)) return false;
    std::uint64_t spent = 0, empty = 0;
    if (!section(mink_bench_takes, spent, [&] { return pair_loop(times, take, give); })) return false;
    section(mink_bench_takes, empty, [&] { return pair_loop(times, nothing, [](void*) {}); });
    add_mean(cost_.pair, spent, empty, times);
    for (unsigned i = 0; i < times && i < kSingles; ++i) {
      auto* object = timed(takes_, [&] { return take(i); });
      if (object == nullptr) return false;
      timed(gives_, [&] { return give(object), 0; });
    }
    return true;
  }
  template <class Take, class Give>
  bool pairs(unsigned times, Take take, Give give) {
    return pairs(times, take, give, [](unsigned) { return some_pointer(); });
  }

  // Rounds of take(i) for i below `count`, and then give() of each of them: about `times` in all, then once more singly.
  template <class Take, class Give>
  bool batches(unsigned count, unsigned times, Order order, Take take, Give give) {
    const unsigned rounds = times > count ? times / count : 1;
    std::uint64_t took = 0, gave = 0, empty_take = 0, empty_give = 0;
    for (unsigned round = 0; round < rounds; ++round) {
      if (!section(mink_bench_takes, took, [&] { return take_loop(count, take, give); })) return false;
      if (order == Order::Random) shuffle(count);
      section(mink_bench_gives, gave, [&] { return give_loop(count, give); });
      section(mink_bench_takes, empty_take, [&] {
        return take_loop(
            count, [](unsigned) { return some_pointer(); }, [](void*) {});
      });
      section(mink_bench_gives, empty_give, [&] {
        return give_loop(count, [](void* p) { asm volatile("" ::"r"(p) : "memory"); });
      });
    }
    add_mean(cost_.take, took, empty_take, count * rounds);
    add_mean(cost_.give, gave, empty_give, count * rounds);
    add_mean(cost_.pair, took + gave, empty_take + empty_give, count * rounds);
    return single_batch(count, order, take, give);
  }

  // The same, singly and not in loops.
  template <class Take, class Give>
  bool single_batch(unsigned count, Order order, Take take, Give give) {
    for (unsigned i = 0; i < count; ++i) {
      objects_[i] = taking([&] { return take(i); });
      if (objects_[i] != nullptr) continue;
      while (i != 0) give(objects_[--i]);
      return false;
    }
    if (order == Order::Random) shuffle(count);
    for (unsigned i = 0; i < count; ++i) giving([&] { give(objects_[i]); });
    return true;
  }

  // work() and undo(), each once in a round, are `count` operations each; nothing(): what they do beside. False: work()
  // returned false.
  template <class Work, class Undo, class Nothing>
  bool bulks(unsigned count, unsigned times, Work work, Undo undo, Nothing nothing) {
    const unsigned rounds = times / count;
    std::uint64_t worked = 0, undone = 0, empty = 0;
    for (unsigned round = 0; round < rounds; ++round) {
      if (!section(mink_bench_takes, worked, work)) return false;
      section(mink_bench_gives, undone, [&] { return undo(), true; });
      section(mink_bench_takes, empty, nothing);
    }
    add_mean(cost_.take, worked, empty, count * rounds);
    add_mean(cost_.give, undone, empty, count * rounds);
    add_mean(cost_.pair, worked + undone, 2 * empty, count * rounds);
    return true;
  }

  // What an operation of no instructions would take.
  static void* some_pointer() {
    void* p = &anything_;
    asm volatile("" : "+r"(p)::"memory");
    return p;
  }

  // One call, timed, for those who arrange the calls themselves. Where there is no loop, the mean is that of the calls.
  template <class Call>
  auto taking(Call call) {
    marked_ = true;
    return timed(takes_, [&] {
      mink_bench_takes();
      const auto result = call();
      mink_bench_ends();
      return result;
    });
  }
  template <class Call>
  void giving(Call call) {
    marked_ = true;
    timed(gives_, [&] {
      mink_bench_gives();
      call();
      mink_bench_ends();
      return 0;
    });
  }

 private:
  static constexpr unsigned kSingles = 2'000;

  template <class Work>
  bool section(void (*begins)(), std::uint64_t& cycles, Work work) {
    const std::uint64_t start = kernel::cycles_now();
    begins();
    const bool done = work();
    mink_bench_ends();
    cycles += kernel::cycles_now() - start;
    return done;
  }
  template <class Call>
  auto timed(Calls& calls, Call call) {
    const unsigned long tick = jiffies;
    const std::uint64_t start = kernel::cycles_now();
    const auto result = call();
    const std::uint64_t end = kernel::cycles_now();
    if (jiffies == tick) calls.add(static_cast<std::uint32_t>(end - start));
    return result;
  }
  template <class Take, class Give>
  [[gnu::__noinline__]] static bool pair_loop(unsigned times, Take take, Give give) {
    for (unsigned i = 0; i < times; ++i) {
      auto* object = take(i);
      if (object == nullptr) return false;
      give(object);
    }
    return true;
  }
  template <class Take, class Give>
  [[gnu::__noinline__]] bool take_loop(unsigned count, Take take, Give give) {
    void** const objects = objects_;
    for (unsigned i = 0; i < count; ++i) {
      objects[i] = take(i);
      if (objects[i] != nullptr) [[likely]]
        continue;
      while (i != 0) give(objects[--i]);
      return false;
    }
    return true;
  }
  template <class Give>
  [[gnu::__noinline__]] bool give_loop(unsigned count, Give give) {
    void** const objects = objects_;
    for (unsigned i = 0; i < count; ++i) give(objects[i]);
    return true;
  }
  void shuffle(unsigned count);
  void add_mean(Cost::Mean& mean, std::uint64_t cycles, std::uint64_t empty, unsigned count) const;
  void take_calls(Cost::Mean& mean, Calls::Spread& spread, Calls& calls) const;

  static inline constinit char anything_ = 0;
  ClockUnit unit_;
  unsigned times_;
  void* memory_ = nullptr;
  void** objects_ = nullptr;
  std::uint64_t reading_ = 0;         // hundredths that a timed call of nothing takes
  std::uint64_t marked_reading_ = 0;  // ... between marks
  bool marked_ = false;
  Calls takes_, gives_;
  Cost cost_;
  Random random_{1};
};

}  // namespace mink::shell
