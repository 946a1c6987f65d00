// SPDX-License-Identifier: MIT
// The figures of many calls; see calls.hpp.
#include "bench/calls.hpp"

#include <algorithm>

namespace mink::shell {

Calls::Spread Calls::spread() {
  if (count_ == 0) return {};
  const auto kept = room_.first(std::min(count_, room_.size()));
  if (kept.empty()) return {least_, 0, most_};
  const auto middle = kept.begin() + static_cast<std::ptrdiff_t>(kept.size() / 2);
  std::ranges::nth_element(kept, middle);
  return {least_, *middle, most_};
}

}  // namespace mink::shell
