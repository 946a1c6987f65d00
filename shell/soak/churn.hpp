// SPDX-License-Identifier: MIT
// One of those who allocate and free in a storm, or at every tick of a soak: a few live allocations, each with a pattern that is looked at before
// it is freed.
#pragma once
#include <base/gfp.h>

#include "soak/exercise.hpp"

namespace mink::shell {

class Churn {
 public:
  static constexpr unsigned kHeld = 10;

  explicit Churn(std::uint32_t seed) : random_{seed} {}
  // Frees the oldest and allocates another: an object mostly, a page now and then.
  void step(gfp_t gfp);
  void release_all();

  [[nodiscard]] unsigned long successes() const { return successes_; }
  [[nodiscard]] unsigned long failures() const { return failures_; }
  [[nodiscard]] unsigned long faults() const { return faults_; }

 private:
  void give_back(Slot& slot);

  Random random_;
  Slot held_[kHeld];
  unsigned at_ = 0;
  unsigned long successes_ = 0, failures_ = 0, faults_ = 0;
};

}  // namespace mink::shell
