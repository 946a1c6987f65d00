// SPDX-License-Identifier: MIT
// The meter's memory, its calibration, its figures; see meter.hpp.
#include "bench/meter.hpp"

#include <algorithm>
#include <utility>

#include <linux/vmalloc.h>

// Called, and not thrown away as calls of nothing.
extern "C" {
[[gnu::__noinline__]] void mink_bench_takes(void) { asm volatile("" ::: "memory"); }
[[gnu::__noinline__]] void mink_bench_gives(void) { asm volatile("" ::: "memory"); }
[[gnu::__noinline__]] void mink_bench_ends(void) { asm volatile("" ::: "memory"); }
}

namespace mink::shell {
namespace {

constexpr std::size_t kKept = 4096;  // samples of each kind whose median is known

}  // namespace

Meter::Meter(const ClockUnit& unit, unsigned times) : unit_{unit}, times_{times} {
  memory_ = vmalloc(kMostObjects * sizeof(void*) + 2 * kKept * sizeof(std::uint32_t));
  if (memory_ == nullptr) return;
  objects_ = static_cast<void**>(memory_);
  auto* const samples = static_cast<std::uint32_t*>(static_cast<void*>(objects_ + kMostObjects));
  takes_.use({samples, kKept});
  gives_.use({samples + kKept, kKept});
  constexpr unsigned kReadings = 1000;
  const auto read = [this] {
    return unit_.hundredths(takes_.sum()) / std::max<std::size_t>(takes_.count(), 1);
  };
  for (unsigned i = 0; i < kReadings; ++i) timed(takes_, [] { return some_pointer(); });
  reading_ = read();
  takes_.clear();
  for (unsigned i = 0; i < kReadings; ++i) taking([] { return some_pointer(); });
  marked_reading_ = read();
}

Meter::~Meter() { vfree(memory_); }

void Meter::start_row() {
  takes_.clear();
  gives_.clear();
  marked_ = false;
  cost_ = {};
  random_ = Random{1};
}

void Meter::shuffle(unsigned count) {
  for (unsigned i = count; i > 1; --i) std::swap(objects_[i - 1], objects_[random_.below(i)]);
}

void Meter::add_mean(Cost::Mean& mean, std::uint64_t cycles, std::uint64_t empty, unsigned count) const {
  mean.hundredths = unit_.hundredths(cycles - std::min(cycles, empty)) / count;
  mean.measured = true;
}

void Meter::take_calls(Cost::Mean& mean, Calls::Spread& spread, Calls& calls) const {
  if (calls.count() == 0) return;
  const std::uint64_t reading = marked_ ? marked_reading_ : reading_;
  if (!mean.measured) {
    const std::uint64_t all = unit_.hundredths(calls.sum()) / calls.count();
    mean.hundredths = all - std::min(all, reading);
    mean.measured = true;
  }
  const auto whole = [this, reading](unsigned cycles) {
    const std::uint64_t all = unit_.hundredths(cycles);
    return static_cast<unsigned>((all - std::min(all, reading) + 50) / 100);
  };
  const Calls::Spread raw = calls.spread();
  spread = {whole(raw.least), whole(raw.median), whole(raw.most)};
}

const Cost& Meter::cost() {
  take_calls(cost_.take, cost_.taking, takes_);
  take_calls(cost_.give, cost_.giving, gives_);
  return cost_;
}

}  // namespace mink::shell
