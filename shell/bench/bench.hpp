// SPDX-License-Identifier: MIT
// What operations cost: a table of rows, each a loop that is timed against the same loop with nothing in it.
#pragma once
#include <cstdint>
#include <lib/text_sink.hpp>
#include <span>
#include <string_view>

namespace mink::shell {

struct BenchRow {
  const char* name;   // as typed: bench kmalloc
  const char* title;  // what is counted
  // `times` operations. False: one of them failed.
  bool (*run)(unsigned times);
  bool (*prepare)() = nullptr;  // outside of the measurement; false: no memory
  void (*finish)() = nullptr;
};

// The operations, and the loop that they all have.
extern const std::span<const BenchRow> kBenchRows;
extern const BenchRow kEmptyRow;

// Measures the rows whose name is in `names` (all, if there are none) and prints them. False: a row failed.
bool bench(std::span<const std::string_view> names, TextSink& out);

// Does the clock count instructions? Under QEMU's -icount shift=0 a nanosecond is one, and the same loop
// always takes the same time. Takes a few milliseconds.
[[nodiscard]] bool clock_counts_instructions();

}  // namespace mink::shell
