// SPDX-License-Identifier: MIT
// Random operations over every allocator at once, with a timer that allocates beside them, and validators
// between.
#pragma once
#include <cstddef>
#include <cstdint>
#include <lib/text_sink.hpp>
#include <shell/shell.hpp>

namespace mink::shell {

struct SoakOptions {
  unsigned seconds = 10;
  std::uint32_t seed = 1;
};

// Runs it and prints what it did. True: no fault was found, and as many pages are free behind it as before.
// Ctrl-C ends it early. Thread context.
bool soak(const SoakOptions& options, Environment& environment, TextSink& out);

// The same beside others who allocate: free pages are not compared.
bool soak_beside(const SoakOptions& options, Environment& environment, TextSink& out);

}  // namespace mink::shell
