// SPDX-License-Identifier: MIT
// The soak's loop and its report; see soak.hpp.
#include "soak/soak.hpp"

#include <linux/jiffies.h>
#include <linux/slab.h>
#include <new>

#include "memory_state.hpp"
#include "soak/exercise.hpp"
#include "soak/squeeze.hpp"
#include "soak/ticker.hpp"

namespace mink::shell {
namespace {

constexpr std::size_t kSlots = 48;      // live allocations of one allocator, at most
constexpr unsigned kStepsPerLook = 64;  // operations between two looks at the clock
constexpr unsigned kChecksPerSecond = 2;
// Of this many operations the last ones run with hardly any memory.
constexpr unsigned kSqueezePeriod = 8192;
constexpr unsigned kSqueezed = 1024;

struct Tally {
  unsigned long operations = 0;
  unsigned long failures = 0;
};

class Soak {
 public:
  explicit Soak(std::uint32_t seed) : random_{seed} {}

  bool start();
  // One allocation or one free.
  void step();
  void release_all();
  void stop();
  void check(TextSink& out);

  Tally tallies[kExerciseCount];
  Ticker ticker;
  unsigned long faults = 0;
  unsigned long checks = 0;
  unsigned long squeezes = 0;

 private:
  void squeeze();
  void fill(const Exercise& exercise, Tally& tally, Slot& slot);
  void empty(const Exercise& exercise, Slot& slot);

  Random random_;
  Squeeze squeeze_;
  unsigned long steps_ = 0;
  Slot slots_[kExerciseCount][kSlots];
};

bool Soak::start() {
  for (std::size_t i = 0; i < kExerciseCount; ++i) {
    if (kExercises[i].start()) continue;
    while (i-- > 0) kExercises[i].stop();
    return false;
  }
  ticker.start(random_.next());
  return true;
}

void Soak::squeeze() {
  const unsigned long phase = steps_++ % kSqueezePeriod;
  if (phase == 0) squeeze_.release();
  if (phase != kSqueezePeriod - kSqueezed) return;
  squeeze_.hold();
  ++squeezes;
}

void Soak::step() {
  squeeze();
  const std::uint32_t which = random_.below(kExerciseCount);
  Slot& slot = slots_[which][random_.below(kSlots)];
  ++tallies[which].operations;
  if (slot.item == nullptr) {
    fill(kExercises[which], tallies[which], slot);
  } else {
    empty(kExercises[which], slot);
  }
}

void Soak::fill(const Exercise& exercise, Tally& tally, Slot& slot) {
  if (!exercise.allocate(slot, random_)) ++faults;  // not zero
  if (slot.item == nullptr) {
    ++tally.failures;
    return;
  }
  slot.key = random_.next();
  if (slot.memory != nullptr) write_pattern(slot.memory, slot.bytes, slot.key);
}

void Soak::empty(const Exercise& exercise, Slot& slot) {
  if (slot.memory != nullptr && !has_pattern(slot.memory, slot.bytes, slot.key)) ++faults;
  exercise.release(slot);
  slot = {};
}

void Soak::release_all() {
  for (std::size_t i = 0; i < kExerciseCount; ++i) {
    for (Slot& slot : slots_[i]) {
      if (slot.item != nullptr) empty(kExercises[i], slot);
    }
  }
}

void Soak::stop() {
  squeeze_.release();
  ticker.stop();
  faults += ticker.faults();
  release_all();
  for (const Exercise& exercise : kExercises) exercise.stop();
}

void Soak::check(TextSink& out) {
  ++checks;
  if (!check_memory_quietly(out)) ++faults;
}

void report(const Soak& soak, unsigned seconds, TextSink& out) {
  unsigned long total = 0;
  for (std::size_t i = 0; i < kExerciseCount; ++i) {
    const Tally& tally = soak.tallies[i];
    print(out, "  %-8s %9lu operations, %lu without memory\n", kExercises[i].name, tally.operations,
          tally.failures);
    total += tally.operations;
  }
  print(out, "  %-8s %9lu operations in %u s\n", "all", total, seconds);
  print(out, "  timer    %9lu allocations, %lu without memory\n", soak.ticker.allocations(),
        soak.ticker.failures());
  print(out, "  squeezes %9lu times %u operations with hardly any memory\n", soak.squeezes, kSqueezed);
  print(out, "  checks   %9lu of every structure\n", soak.checks);
  print(out, "  faults   %9lu found\n", soak.faults);
}

}  // namespace

bool soak_beside(const SoakOptions& options, Environment& environment, TextSink& out) {
  void* room = kmalloc(sizeof(Soak), GFP_KERNEL);
  if (room == nullptr) {
    print(out, "soak: no memory for its books\n");
    return false;
  }
  auto* run = new (room) Soak{options.seed};
  if (!run->start()) {
    print(out, "soak: no memory to begin with\n");
    kfree(room);
    return false;
  }
  print(out, "soak: %u s, seed %lu\n", options.seconds, static_cast<unsigned long>(options.seed));

  const unsigned long end = jiffies + static_cast<unsigned long>(options.seconds) * HZ;
  unsigned long next_check = jiffies + HZ / kChecksPerSecond;
  bool stopped = false;
  while (!stopped && time_before(jiffies, end)) {
    for (unsigned i = 0; i < kStepsPerLook; ++i) run->step();
    if (time_after_eq(jiffies, next_check)) {
      run->check(out);
      next_check = jiffies + HZ / kChecksPerSecond;
      stopped = environment.take_break();
    }
  }
  run->check(out);
  run->stop();
  if (stopped) print(out, "soak: stopped early\n");
  report(*run, options.seconds, out);
  const unsigned long faults = run->faults;
  kfree(room);
  return faults == 0;
}

bool soak(const SoakOptions& options, Environment& environment, TextSink& out) {
  settle_memory();
  const std::size_t before = free_page_count();
  const bool sound = soak_beside(options, environment, out);
  settle_memory();
  const std::size_t after = free_page_count();
  print(out, "  free pages before %zu, after %zu%s\n", before, after, before == after ? "" : ": NOT EQUAL");
  return sound && before == after;
}

}  // namespace mink::shell
