// SPDX-License-Identifier: MIT
// Timing rows and printing the table; see bench.hpp.
#include "bench/bench.hpp"

#include <algorithm>
#include <arch/irq.hpp>
#include <base/addr.hpp>
#include <base/sections.hpp>
#include <kernel/clock.hpp>
#include <optional>

#include "memory_state.hpp"

namespace mink::shell {
namespace {

constexpr unsigned kTimes = 10'000;
constexpr unsigned kWarmUp = 16;  // the first ones make slabs and tables

using ull = unsigned long long;

// Nanoseconds, or instructions, of kTimes operations; nothing if one of them failed.
std::optional<std::uint64_t> duration(const BenchRow& row) {
  if (row.prepare != nullptr && !row.prepare()) return std::nullopt;
  row.run(kWarmUp);
  const std::uint64_t start = kernel::cycles_now();
  const bool done = row.run(kTimes);
  const std::uint64_t cycles = kernel::cycles_now() - start;
  if (row.finish != nullptr) row.finish();
  if (!done) return std::nullopt;
  return kernel::cycles_to_ns(cycles);
}

bool print_row(const BenchRow& row, std::uint64_t empty, TextSink& out) {
  const auto total = duration(row);
  if (!total) {
    print(out, "%-42s no memory\n", row.title);
    return false;
  }
  const std::uint64_t hundredths = (*total - std::min(empty, *total)) * 100 / kTimes;
  print(out, "%-42s %9llu.%02llu\n", row.title, ull{hundredths / 100}, ull{hundredths % 100});
  return true;
}

std::size_t kib(const char* start, const char* end) {
  return (static_cast<std::size_t>(end - start) + 1023) / 1024;
}

void print_sizes(std::size_t taken_pages, const char* unit, TextSink& out) {
  constexpr std::size_t kKibPerPage = kPageSize / 1024;
  print(out, "%-42s %9llu %s\n", "boot to prompt", ull{kernel::boot_to_prompt_ns()}, unit);
  print(out, "%-42s %9zu kB (text %zu, rodata %zu, data %zu, bss %zu)\n", "image in memory",
        kib(__kernel_start, __kernel_end), kib(__text_start, __text_end), kib(__rodata_start, __rodata_end),
        kib(__data_start, __data_end), kib(__bss_start, __bss_end));
  print(out, "%-42s %9zu kB of %zu kB\n", "memory taken by the kernel", taken_pages * kKibPerPage,
        present_page_count() * kKibPerPage);
}

}  // namespace

bool clock_counts_instructions() {
  constexpr unsigned kLoops = 400'000;
  const arch::IrqGuard quiet;
  std::uint64_t shortest = UINT64_MAX, longest = 0;
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t start = kernel::cycles_now();
    kEmptyRow.run(kLoops);
    const std::uint64_t cycles = kernel::cycles_now() - start;
    shortest = std::min(shortest, cycles);
    longest = std::max(longest, cycles);
  }
  // A whole number of instructions in each round, to 1/1000: the counter's step is less than that.
  const std::uint64_t thousandths = (kernel::cycles_to_ns(shortest) * 1000 + kLoops / 2) / kLoops;
  const std::uint64_t off = std::min(thousandths % 1000, 1000 - thousandths % 1000);
  return longest - shortest <= 1 && off <= 1;
}

bool bench(std::span<const std::string_view> names, TextSink& out) {
  const std::size_t taken = present_page_count() - free_page_count();
  const bool exact = clock_counts_instructions();
  print(out, "%u operations each, the empty loop taken off, interrupts on\n", kTimes);
  print(out, "%-42s %12s\n", "operation (pair = allocate + free)", exact ? "instructions" : "nanoseconds");
  const std::uint64_t empty = duration(kEmptyRow).value_or(0);
  bool all = true;
  for (const BenchRow& row : kBenchRows) {
    if (names.empty() || std::ranges::find(names, row.name) != names.end()) all &= print_row(row, empty, out);
  }
  if (names.empty()) print_sizes(taken, exact ? "instructions" : "ns", out);
  if (!exact) print(out, "(nanoseconds of this machine: boot with -icount shift=0 to count instructions)\n");
  return all;
}

}  // namespace mink::shell
