// SPDX-License-Identifier: MIT
// Commands that put the allocators to work: soak, bench, irqstorm.
#include <algorithm>

#include "bench/bench.hpp"
#include "commands/families.hpp"
#include "soak/soak.hpp"
#include "storm/storm.hpp"

namespace mink::shell {
namespace {

constexpr std::uint64_t kMostSeconds = 7 * 24 * 3600;

int run_soak(Args& args, TextSink& out) {
  if (!args.expect(1, 3)) return kUsage;
  const auto seconds = args.number(0, "SECONDS", 1, kMostSeconds);
  if (!seconds) return kUsage;
  const auto seed = args.size() > 1 ? args.number(1, "SEED", 1, UINT32_MAX) : std::uint64_t{1};
  if (!seed) return kUsage;
  if (args.size() > 2) {
    const auto hz = args.number(2, "RATE", 1, kMostStormHz);
    if (!hz) return kUsage;
    const StormOptions beside{static_cast<unsigned>(*hz), static_cast<unsigned>(*seconds),
                              static_cast<std::uint32_t>(*seed)};
    return storm(beside, args.shell().environment(), out) ? kOk : kFailed;
  }
  const SoakOptions options{static_cast<unsigned>(*seconds), static_cast<std::uint32_t>(*seed)};
  return soak(options, args.shell().environment(), out) ? kOk : kFailed;
}

bool is_bench_row(std::string_view name) {
  return std::ranges::any_of(kBenchTables, [name](const auto* table) {
    return std::ranges::find(*table, name, &BenchRow::name) != table->end();
  });
}

// Takes `word N` off the front of the arguments. False: N is wrong; the usage has been shown.
bool take_count(Args& args, std::string_view word, std::size_t& at, unsigned most, unsigned& count) {
  if (args[at] != word) return true;
  const auto number = args.number(at + 1, "COUNT", 0, most);
  if (number) count = static_cast<unsigned>(*number);
  at += 2;
  return number.has_value();
}

int run_bench(Args& args, TextSink& out) {
  BenchOptions options;
  std::size_t at = 0;
  if (!take_count(args, "live", at, 1'000'000, options.live_objects) ||
      !take_count(args, "areas", at, 1'000'000, options.live_areas)) {
    return kUsage;
  }
  const auto names = args.words_from(at);
  for (const std::string_view name : names) {
    if (name == kSizes || is_bench_row(name)) continue;
    print(out, "bench: the operations are");
    for (const auto* table : kBenchTables) {
      for (const BenchRow& row : *table) print(out, " %s", row.name);
    }
    print(out, " %s\n", kSizes.data());
    return kUsage;
  }
  return bench(names, options, out) ? kOk : kFailed;
}

int run_irqstorm(Args& args, TextSink& out) {
  if (!args.expect(2, 2)) return kUsage;
  const auto hz = args.number(0, "RATE", 1, kMostStormHz);
  const auto seconds = hz ? args.number(1, "SECONDS", 1, kMostSeconds) : std::nullopt;
  if (!seconds) return kUsage;
  const StormOptions options{static_cast<unsigned>(*hz), static_cast<unsigned>(*seconds)};
  return storm(options, args.shell().environment(), out) ? kOk : kFailed;
}

constexpr Command kCommands[] = {
    {.name = "soak",
     .usage = "SECONDS [SEED [RATE]]",
     .summary = "random operations on all allocators at once, everything verified",
     .example = "soak 10 42",
     .run = run_soak,
     .details = "Contents are patterned and verified; a timer allocates with GFP_ATOMIC beside it; now and "
                "then hardly\n"
                "any memory is left. The same seed makes the same choices. With RATE an irqstorm of that "
                "many interrupts\n"
                "a second goes on beside it. Ctrl-C ends it early."},
    {.name = "bench",
     .usage = "[live COUNT] [areas COUNT] [OPERATION...]",
     .summary = "what operations cost, in instructions under -icount, else in time",
     .example = "bench kmalloc page",
     .run = run_bench,
     .details =
         "Means of a loop, less the empty loop; then single calls: the quickest, the median, the slowest.\n"
         "Linux: 6.1 on the same emulated CPU, the best of four builds. live, areas: so many objects of 64\n"
         "bytes, and areas of a page, are held meanwhile. qemu/bench gives each operation a boot of its "
         "own."},
    {.name = "irqstorm",
     .usage = "RATE SECONDS",
     .summary = "timer interrupts that allocate and free, beside a thread that does",
     .example = "irqstorm 2000 10",
     .run = run_irqstorm,
     .details =
         "With GFP_ATOMIC in the hard interrupt, its tasklet and a kernel timer, with GFP_KERNEL in the "
         "thread.\n"
         "Measures the longest time that interrupts were off: in instructions under -icount, else in ns.\n"
         "Ctrl-C ends it early."},
};

}  // namespace

constinit const Family kExerciseFamily{"Put to work", kCommands};

}  // namespace mink::shell
