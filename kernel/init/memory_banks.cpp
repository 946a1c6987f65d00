// SPDX-License-Identifier: MIT
#include <algorithm>
#include <kernel/atags.hpp>

namespace mink::kernel {

MemoryBanks::Refusal MemoryBanks::add(MemoryBank bank) {
  // 64 bits: the last bank may end at 2^32.
  const std::uint64_t first =
      (std::uint64_t{bank.start.raw()} + kPageSize - 1) & ~std::uint64_t{kPageSize - 1};
  const std::uint64_t last = bank.end() & ~std::uint64_t{kPageSize - 1};
  if (first >= last) return Refusal::Empty;
  const MemoryBank whole{PhysAddr{static_cast<std::uintptr_t>(first)},
                         static_cast<std::uintptr_t>(last - first)};
  unsigned at = 0;
  while (at < count_ && banks_[at].start < whole.start) ++at;
  const bool into_next = at < count_ && banks_[at].start.raw() < whole.end();
  const bool into_previous = at > 0 && whole.start.raw() < banks_[at - 1].end();
  if (into_next || into_previous) return Refusal::Overlap;
  if (count_ == kMax) return Refusal::Full;
  std::copy_backward(banks_ + at, banks_ + count_, banks_ + count_ + 1);
  banks_[at] = whole;
  ++count_;
  return Refusal::None;
}

void MemoryBanks::limit(std::uint64_t bytes) {
  bytes &= ~std::uint64_t{kPageSize - 1};
  for (unsigned i = 0; i < count_; ++i) {
    banks_[i].size = static_cast<std::uintptr_t>(std::min<std::uint64_t>(banks_[i].size, bytes));
    bytes -= banks_[i].size;
    if (banks_[i].size == 0) count_ = i;
  }
}

bool MemoryBanks::contains(PhysAddr start, std::uint64_t size) const {
  return std::ranges::any_of(
      banks(), [&](const MemoryBank& b) { return start >= b.start && start.raw() + size <= b.end(); });
}

std::uint64_t MemoryBanks::total() const {
  std::uint64_t bytes = 0;
  for (const MemoryBank& b : banks()) bytes += b.size;
  return bytes;
}

}  // namespace mink::kernel
