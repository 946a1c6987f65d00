// SPDX-License-Identifier: MIT
// RegionMap against itself.
#include <iterator>
#include <mm/vm_region.hpp>

namespace mink::mm {

const char* RegionMap::check(std::uintptr_t& where) const {
  using State = VmRegion::State;
  std::size_t holes = 0, taken = 0, busy = 0, lazy = 0;
  std::uintptr_t expected = start_;
  const VmRegion* prev = nullptr;
  for (const VmRegion* r = first_; r != nullptr; prev = r, r = r->next) {
    where = r->start;
    if (r->start != expected) return "a gap or an overlap";
    if (r->size == 0 || !is_aligned(r->start | r->size, kPageSize) || r->end() > end_)
      return "a range of no sound size";
    if (r->prev != prev) return "the list's backward link";
    expected = r->end();
    switch (r->state) {
      case State::Hole: {
        ++holes;
        if (prev != nullptr && prev->state == State::Hole) return "two holes side by side";
        const auto in_tree = holes_.find(*r);
        if (in_tree == holes_.end() || &*in_tree != r) return "a hole that is not in its tree";
        break;
      }
      case State::Busy:
        ++busy;
        if (r->page_count * kPageSize >= r->size) return "a range without its guard page";
        break;
      case State::Lazy:
        ++lazy;
        break;
      case State::Freeing:
        break;
    }
    if (r->state == State::Hole) continue;
    ++taken;
    const auto in_tree = taken_.find(*r);
    if (in_tree == taken_.end() || &*in_tree != r) return "a range that is not in its tree";
  }
  where = end_;
  if (expected != end_) return "the ranges do not reach the end";
  if (static_cast<std::size_t>(std::distance(holes_.begin(), holes_.end())) != holes)
    return "a stray hole in the tree";
  if (static_cast<std::size_t>(std::distance(taken_.begin(), taken_.end())) != taken)
    return "a stray range in the tree";
  if (busy != busy_count_) return "busy ranges miscounted";
  std::size_t waiting = 0;
  std::size_t current = 0;
  for (const VmRegion* r = lazy_.front(); r != nullptr && waiting <= lazy; r = r->link, ++waiting) {
    where = r->start;
    if (r->state != State::Lazy) return "a range that is not lazy waits for the purge";
    if (r->epoch == epoch_) {
      ++current;
      if (r->start < lazy_span_.start || r->end() > lazy_span_.end)
        return "the next purge would miss a range";
    } else if (current != 0) {
      return "a purged range behind one that is not";
    }
  }
  if (waiting != lazy) return "a lazy range that no purge would find";
  if (current != lazy_count_ || waiting - current != purged_count_) return "lazy ranges miscounted";
  std::size_t spares = 0;
  for (const VmRegion* r = spares_; r != nullptr && spares <= spare_count_; r = r->link) ++spares;
  if (spares != spare_count_) return "spare objects miscounted";
  return nullptr;
}

}  // namespace mink::mm
