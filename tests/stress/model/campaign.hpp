// SPDX-License-Identifier: MIT
// Many runs, each in a process of its own, as many at once as there are CPUs; of one that fails, the shortest list of
// operations that still does.
#pragma once
#include <string>

#include "stress/model/op.hpp"

namespace mink::stress {

// How a run ended, as its parent learns.
struct Outcome {
  bool failed = false;
  std::size_t at = 0;   // the operation that it failed in, or behind
  std::string message;  // of the model, or how the process died
  Tally tally{};
};

Outcome run_apart(const Replay& replay, bool quiet);

// Leaves out operations as long as it goes on failing (Zeller's ddmin), at most `seconds` long.
Replay minimised(Replay replay, Outcome& outcome, unsigned seconds);

struct Campaign {
  Tally sum{};
  bool failed = false;
  std::string report;  // what failed, its seed, and the replay
};
// `operations` of threads, in runs of their own with the seeds from `seed` on. Stops at the first failure.
Campaign run_campaign(const Subject& subject, std::uint64_t seed, std::uint64_t operations);

}  // namespace mink::stress
