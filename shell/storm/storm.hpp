// SPDX-License-Identifier: MIT
// Interrupts at a rate of one's choice that allocate in every context that must not sleep.
#pragma once
#include <lib/text_sink.hpp>
#include <shell/shell.hpp>

namespace mink::shell {

inline constexpr unsigned kMostStormHz = 50'000;

struct StormOptions {
  unsigned hz;
  unsigned seconds;
  std::uint32_t soak_seed = 0;  // not 0: the calling thread soaks all allocators meanwhile (soak/soak.hpp)
};

// Runs it and prints what it did. True: nothing was found wrong, everyone made progress, and as many pages are free
// behind it as before. Ctrl-C ends it early. Thread context.
bool storm(const StormOptions& options, Environment& environment, TextSink& out);

}  // namespace mink::shell
