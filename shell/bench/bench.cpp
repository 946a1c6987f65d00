// SPDX-License-Identifier: MIT
// The table of the bench; see bench.hpp.
#include "bench/bench.hpp"

#include <algorithm>
#include <base/addr.hpp>
#include <base/sections.hpp>

#include "bench/scenes.hpp"
#include "memory_state.hpp"

namespace mink::shell {
namespace {

using ull = unsigned long long;

std::uint64_t figure_of(const Cost& cost, Figure figure) {
  switch (figure) {
    case Figure::Take:
      return cost.take.hundredths;
    case Figure::Give:
      return cost.give.hundredths;
    case Figure::WorstTake:
      return std::uint64_t{cost.taking.most} * 100;
    case Figure::WorstGive:
      return std::uint64_t{cost.giving.most} * 100;
    default:
      return cost.pair.hundredths;
  }
}

void print_spread(const Calls::Spread& spread, TextSink& out) {
  if (spread.most == 0) {
    print(out, " %20s", "-");
  } else {
    print(out, " %6u %6u %6u", spread.least, spread.median, spread.most);
  }
}

// Tenths as they are mostly: whole.
void print_tenths(std::uint32_t tenths, TextSink& out) {
  if (tenths == 0) {
    print(out, " %8s", "-");
  } else if (tenths % 10 == 0) {
    print(out, " %8u", static_cast<unsigned>(tenths / 10));
  } else {
    print(out, " %6u.%u", static_cast<unsigned>(tenths / 10), static_cast<unsigned>(tenths % 10));
  }
}

std::size_t kib(const char* start, const char* end) {
  return (static_cast<std::size_t>(end - start) + 1023) / 1024;
}

void print_sizes(const ClockUnit& unit, std::size_t taken_pages, TextSink& out) {
  constexpr std::size_t kKibPerPage = kPageSize / 1024;
  print(out, "%-42s %9llu %s\n", "boot to prompt", ull{kernel::boot_to_prompt_ns() >> unit.shift},
        unit.instructions ? "instructions" : "ns");
  print(out, "%-42s %9zu kB (text %zu, rodata %zu, data %zu, bss %zu)\n", "image in memory",
        kib(__kernel_start, __kernel_end), kib(__text_start, __text_end), kib(__rodata_start, __rodata_end),
        kib(__data_start, __data_end), kib(__bss_start, __bss_end));
  print(out, "%-42s %9zu kB of %zu kB\n", "memory taken by the kernel", taken_pages * kKibPerPage,
        present_page_count() * kKibPerPage);
}

}  // namespace

void print_bench_heading(const ClockUnit& unit, TextSink& out) {
  print(out, "%-17s %-42s %11s %8s %6s %8s %20s %20s\n", "", "pair = allocate + free",
        unit.instructions ? "instrs" : "nanosecs", "Linux", "ratio", "at most", "an alloc:least median most",
        "a free:least median most");
}

bool measure_row(const BenchRow& row, const ClockUnit& unit, Meter& meter, TextSink& out) {
  meter.start_row();
  if (!row.run(meter)) {
    print(out, "%-17s %-42s %11s\n", row.name, row.title, "no memory");
    return false;
  }
  const Cost& cost = meter.cost();
  const std::uint64_t value = figure_of(cost, row.figure);
  print(out, "%-17s %-42s %8llu.%02llu", row.name, row.title, ull{value / 100}, ull{value % 100});
  // Nanoseconds of some machine are not to be compared with Linux's instructions.
  const std::uint32_t theirs = unit.instructions ? row.linux_best : 0;
  print_tenths(theirs, out);
  if (theirs == 0) {
    print(out, " %6s", "-");
  } else {
    const std::uint64_t ratio = value * 10 / theirs;  // hundredths
    print(out, " %3llu.%02llu", ull{ratio / 100}, ull{ratio % 100});
  }
  print_tenths(unit.instructions ? row.at_most : 0, out);
  print_spread(cost.taking, out);
  print_spread(cost.giving, out);
  print(out, "\n");
  return true;
}

bool bench(std::span<const std::string_view> names, const BenchOptions& options, TextSink& out) {
  const std::size_t taken = present_page_count() - free_page_count();
  const ClockUnit unit = clock_unit();
  LiveObjects objects;
  LiveAreas areas;
  Meter meter{unit, options.times};
  if (!meter.ready() || !objects.hold(options.live_objects) || !areas.hold(options.live_areas)) {
    print(out, "bench: no memory\n");
    return false;
  }
  print(out, "the mean of up to %u operations, the empty loop taken off, interrupts on\n", options.times);
  if (options.live_objects + options.live_areas != 0) {
    print(out, "beside %u live objects of 64 bytes, %u live areas of a page\n", options.live_objects,
          options.live_areas);
  }
  print_bench_heading(unit, out);
  bool all = true;
  for (const auto* table : kBenchTables) {
    for (const BenchRow& row : *table) {
      if (names.empty() || std::ranges::find(names, row.name) != names.end())
        all &= measure_row(row, unit, meter, out);
    }
  }
  if (names.empty() || std::ranges::find(names, kSizes) != names.end()) print_sizes(unit, taken, out);
  if (!unit.instructions) {
    print(out, "(nanoseconds of this machine: boot with -icount shift=0 to count instructions)\n");
  } else if (unit.shift < 5) {
    print(out, "(single calls to %u instructions: the clock's step; exact with -icount shift=6)\n",
          static_cast<unsigned>(1'000'000'000 / kernel::cycles_hz() >> unit.shift));
  }
  return all;
}

}  // namespace mink::shell
