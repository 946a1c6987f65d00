// SPDX-License-Identifier: MIT
// What operations cost, beside what Linux 6.1 pays for them on the same emulated CPU, and beside what mink wants to pay.
#pragma once
#include <cstdint>
#include <lib/text_sink.hpp>
#include <span>
#include <string_view>

#include "bench/meter.hpp"

namespace mink::shell {

// Which of an operation's figures its row is about.
enum class Figure { Pair, Take, Give, WorstTake, WorstGive };

struct BenchRow {
  const char* name;   // as typed: bench kmalloc
  const char* title;  // what is counted
  // In tenths of an instruction: the best of four builds of Linux 6.1, and what is the most for mink. 0: there is no such figure.
  std::uint32_t linux_best;
  std::uint32_t at_most;
  Figure figure;
  // Prepares, has the meter measure, tidies up. False: no memory for it.
  bool (*run)(Meter& meter);
};

// The operations by kind: objects, pages, areas.
extern const std::span<const BenchRow> kObjectRows;
extern const std::span<const BenchRow> kPageRows;
extern const std::span<const BenchRow> kAreaRows;
inline constexpr const std::span<const BenchRow>* kBenchTables[] = {&kObjectRows, &kPageRows, &kAreaRows};

// ... and the name of what is printed behind them all: the boot, the image, the memory that the kernel takes.
inline constexpr std::string_view kSizes = "sizes";

struct BenchOptions {
  unsigned times = 10'000;    // operations in a loop; slow ones fewer
  unsigned live_objects = 0;  // of 64 bytes, held meanwhile
  unsigned live_areas = 0;    // vmap of one page each, held meanwhile
};

// Measures the rows whose names are given (all, if none are) and prints them. False: there was no memory for a row.
bool bench(std::span<const std::string_view> names, const BenchOptions& options, TextSink& out);

// The heading, and a row, measured. False: there was no memory for it.
void print_bench_heading(const ClockUnit& unit, TextSink& out);
bool measure_row(const BenchRow& row, const ClockUnit& unit, Meter& meter, TextSink& out);

}  // namespace mink::shell
