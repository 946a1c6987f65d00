// SPDX-License-Identifier: MIT
// How often something may be said.
#pragma once
#include <cstdint>

namespace mink {

// At most `burst` times in each interval; an interval begins with the first call after the last one ended.
// No locking of its own.
class RateLimit {
 public:
  constexpr RateLimit(std::uint64_t interval_ns, unsigned burst) : interval_ns_{interval_ns}, burst_{burst} {}

  // May it be said at `now_ns`? `suppressed`: how often the answer was no in the interval that this call
  // found over.
  bool allow(std::uint64_t now_ns, unsigned& suppressed) {
    suppressed = 0;
    if (!begun_ || now_ns - begin_ns_ >= interval_ns_) {
      suppressed = missed_;
      begun_ = true;
      begin_ns_ = now_ns;
      said_ = missed_ = 0;
    }
    if (said_ < burst_) {
      ++said_;
      return true;
    }
    ++missed_;
    return false;
  }

 private:
  std::uint64_t interval_ns_;
  std::uint64_t begin_ns_ = 0;
  unsigned burst_;
  unsigned said_ = 0;
  unsigned missed_ = 0;
  bool begun_ = false;
};

}  // namespace mink
