// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include <kernel/timer_wheel.hpp>
#include <sync/preempt.hpp>

#include "fakes/log.hpp"

using namespace mink::kernel;
namespace sync = mink::sync;
namespace fakes = mink::fakes;

namespace {

struct Probe {
  timer_list timer{};
  unsigned fired = 0;
  unsigned long at = 0;
  int order = 0;
  bool was_pending = true;
  void (*also)(Probe&) = nullptr;
};

TimerWheel* wheel_now = nullptr;
unsigned long clock_now = 0;  // the jiffy that run() is at
int order = 0;

void fire(timer_list* timer) {
  Probe* probe = from_timer(probe, timer, timer);
  ++probe->fired;
  probe->at = clock_now;
  probe->order = ++order;
  probe->was_pending = timer_pending(timer) != 0;
  if (probe->also != nullptr) probe->also(*probe);
}

}  // namespace

TEST_GROUP(TimerWheel) {
  static constexpr unsigned long kStart = INITIAL_JIFFIES;
  TimerWheel wheel{kStart};

  void setup() override {
    wheel_now = &wheel;
    clock_now = kStart;
    order = 0;
  }
  static void set(Probe & probe) { timer_setup(&probe.timer, fire, 0); }
  void start(Probe & probe, unsigned long delta) {
    set(probe);
    CHECK_EQUAL(0, wheel.mod(probe.timer, clock_now + delta));
  }
  void tick(unsigned long count = 1) {
    for (; count != 0; --count) wheel.run(++clock_now);
  }
};

TEST(TimerWheel, fires_once_at_its_jiffy) {
  Probe probe;
  start(probe, 3);
  CHECK_TRUE(timer_pending(&probe.timer) != 0);
  tick(2);
  CHECK_EQUAL(0u, probe.fired);
  tick();
  CHECK_EQUAL(1u, probe.fired);
  CHECK_FALSE(probe.was_pending);
  tick(600);
  CHECK_EQUAL(1u, probe.fired);
  CHECK_EQUAL(0, timer_pending(&probe.timer));
  CHECK_EQUAL(std::size_t{0}, wheel.pending());
}

TEST(TimerWheel, the_check_finds_what_is_lost_or_misplaced) {
  Probe probe, other;
  start(probe, 3);
  start(other, 3000);
  CHECK_TRUE(wheel.check());
  Probe* const both[] = {&probe, &other};
  for (Probe* const p : both) {
    const unsigned long expires = p->timer.expires;
    p->timer.expires = expires + 1024;
    CHECK_FALSE(wheel.check());
    p->timer.expires = expires;
    mink_timer_link& entry = p->timer.entry;
    const mink_timer_link before = entry;
    entry.prev = &entry;
    CHECK_FALSE(wheel.check());
    entry = before;
    entry.prev->next = entry.next;  // out of its ring, and still counted
    entry.next->prev = entry.prev;
    CHECK_FALSE(wheel.check());
    entry.prev->next = entry.next->prev = &entry;
    CHECK_TRUE(wheel.check());
  }
  CHECK_EQUAL(1, wheel.del(probe.timer));
  CHECK_EQUAL(1, wheel.del(other.timer));
}

TEST(TimerWheel, each_level_is_exact) {
  const unsigned long deltas[] = {1,         2,         255,       256,      257,    511,
                                  512,       16'383,    16'384,    16'385,   65'536, 300'000,
                                  1'048'575, 1'048'576, 1'048'577, 1'200'000};
  constexpr std::size_t kCount = sizeof deltas / sizeof deltas[0];
  Probe probes[kCount];
  tick(77);  // not at a border of the wheel
  const unsigned long from = clock_now;
  for (std::size_t i = 0; i < kCount; ++i) start(probes[i], deltas[i]);
  CHECK_TRUE(wheel.check());
  tick(1'200'001);
  CHECK_TRUE(wheel.check());
  for (std::size_t i = 0; i < kCount; ++i) {
    CHECK_EQUAL(1u, probes[i].fired);
    CHECK_EQUAL(from + deltas[i], probes[i].at);
  }
}

TEST(TimerWheel, the_wrap_of_jiffies_is_no_event) {
  Probe probe;
  start(probe, 300ul * HZ + 5);  // INITIAL_JIFFIES is 300 s before the wrap at 32 bits
  tick(300ul * HZ + 4);
  CHECK_EQUAL(0u, probe.fired);
  tick();
  CHECK_EQUAL(1u, probe.fired);
}

TEST(TimerWheel, the_past_fires_at_the_next_tick) {
  Probe past, present;
  tick(1000);
  start(past, static_cast<unsigned long>(-500));
  start(present, 0);
  CHECK_TRUE(wheel.check());
  tick();
  CHECK_EQUAL(1u, past.fired);
  CHECK_EQUAL(1u, present.fired);
}

TEST(TimerWheel, timers_of_one_jiffy_fire_in_order_of_their_start) {
  Probe a, b, c;
  start(b, 300);  // one comes from a higher level
  tick(100);
  start(a, 200);
  start(c, 200);
  tick(200);
  CHECK_EQUAL(1, b.order);
  CHECK_EQUAL(2, a.order);
  CHECK_EQUAL(3, c.order);
}

TEST(TimerWheel, mod_moves_in_both_directions) {
  Probe probe;
  start(probe, 1000);
  CHECK_EQUAL(1, wheel.mod(probe.timer, clock_now + 5));
  tick(5);
  CHECK_EQUAL(1u, probe.fired);
  CHECK_EQUAL(0, wheel.mod(probe.timer, clock_now + 5));
  CHECK_EQUAL(1, wheel.mod(probe.timer, clock_now + 5));  // the same again
  CHECK_EQUAL(1, wheel.mod(probe.timer, clock_now + 900));
  tick(899);
  CHECK_EQUAL(1u, probe.fired);
  tick();
  CHECK_EQUAL(2u, probe.fired);
}

TEST(TimerWheel, del_stops) {
  Probe probe;
  start(probe, 4);
  CHECK_EQUAL(1, wheel.del(probe.timer));
  CHECK_EQUAL(0, timer_pending(&probe.timer));
  CHECK_EQUAL(0, wheel.del(probe.timer));
  tick(10);
  CHECK_EQUAL(0u, probe.fired);
  CHECK_EQUAL(std::size_t{0}, wheel.pending());
}

TEST(TimerWheel, a_function_may_start_its_timer_anew) {
  Probe probe;
  probe.also = [](Probe& self) {
    if (self.fired < 5) wheel_now->mod(self.timer, clock_now + 10);
  };
  start(probe, 10);
  tick(100);
  CHECK_EQUAL(5u, probe.fired);
  CHECK_EQUAL(kStart + 50, probe.at);
}

TEST(TimerWheel, a_timer_that_restarts_for_now_does_not_hold_the_tick) {
  Probe probe;
  probe.also = [](Probe& self) { wheel_now->mod(self.timer, clock_now); };
  start(probe, 1);
  tick();
  CHECK_EQUAL(1u, probe.fired);
  tick(9);
  CHECK_EQUAL(10u, probe.fired);
}

TEST(TimerWheel, a_function_may_stop_another_that_is_due_too) {
  static Probe* victim;
  Probe killer, other;
  victim = &other;
  killer.also = [](Probe&) { CHECK_EQUAL(1, wheel_now->del(victim->timer)); };
  start(killer, 5);
  start(other, 5);
  tick(10);
  CHECK_EQUAL(1u, killer.fired);
  CHECK_EQUAL(0u, other.fired);
  CHECK_TRUE(wheel.check());
}

TEST(TimerWheel, del_sync_knows_the_one_that_runs) {
  Probe probe;
  probe.also = [](Probe& self) {
    CHECK_TRUE(wheel_now->running() == &self.timer);
    CHECK_EQUAL(-1, wheel_now->try_to_del_sync(self.timer));
  };
  start(probe, 1);
  tick();
  CHECK_EQUAL(1u, probe.fired);
  CHECK_TRUE(wheel.running() == nullptr);
  CHECK_EQUAL(0, wheel.try_to_del_sync(probe.timer));
}

TEST(TimerWheel, missed_ticks_are_made_up_in_order) {
  Probe a, b;
  start(b, 300);
  start(a, 7);
  wheel.run(clock_now += 1000);
  CHECK_EQUAL(1, a.order);
  CHECK_EQUAL(2, b.order);
  CHECK_TRUE(wheel.check());
}

TEST(TimerWheel, a_function_that_leaks_preempt_count_is_named) {
  fakes::take_log();
  const unsigned before = sync::preempt_count();
  Probe probe;
  probe.also = [](Probe&) { sync::preempt_disable(); };
  start(probe, 1);
  tick();
  CHECK_EQUAL(before, sync::preempt_count());
  CHECK_TRUE(fakes::logged("preempt leak"));
}

TEST(TimerWheel, without_a_function_it_is_refused) {
  fakes::take_log();
  Probe probe;
  CHECK_EQUAL(0, wheel.mod(probe.timer, clock_now + 1));
  CHECK_EQUAL(0, timer_pending(&probe.timer));
  CHECK_TRUE(fakes::logged("without a function"));
}

// A few thousand random starts, moves and stops against the plain rule, the wheel checked after every step.
TEST(TimerWheel, random_use_agrees_with_the_rule) {
  constexpr std::size_t kCount = 48;
  Probe probes[kCount];
  unsigned long due[kCount] = {};
  bool running[kCount] = {};
  for (Probe& probe : probes) set(probe);
  unsigned random = 2026;
  const auto next = [&random] { return (random = random * 1664525 + 1013904223) >> 8; };
  for (int step = 0; step < 3000; ++step) {
    const std::size_t i = next() % kCount;
    switch (next() % 4) {
      case 0:
      case 1: {
        const unsigned long delta = 1 + next() % (1u << (next() % 18));
        CHECK_EQUAL(running[i] ? 1 : 0, wheel.mod(probes[i].timer, clock_now + delta));
        due[i] = clock_now + delta;
        running[i] = true;
        break;
      }
      case 2:
        CHECK_EQUAL(running[i] ? 1 : 0, wheel.del(probes[i].timer));
        running[i] = false;
        break;
      default:
        for (unsigned long n = next() % 300; n != 0; --n) {
          tick();
          for (std::size_t k = 0; k < kCount; ++k) {
            const bool expected = running[k] && due[k] == clock_now;
            CHECK_EQUAL(expected ? 1u : 0u, probes[k].fired);
            probes[k].fired = 0;
            if (expected) running[k] = false;
          }
        }
    }
    CHECK_TRUE(wheel.check());
  }
}
