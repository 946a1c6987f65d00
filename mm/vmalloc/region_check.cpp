// SPDX-License-Identifier: MIT
// What is asked of the ranges beside allocations and frees; and the books against each other.
#include <mm/vm_region.hpp>

namespace mink::mm {

VmRegion* RegionTree::last() const {
  VmRegion* r = root_;
  while (r != nullptr && r->higher != nullptr) r = r->higher;
  return r;
}

unsigned RegionTree::count() const {
  unsigned n = 0;
  for (const VmRegion* r = first_from(0, 0); r != nullptr; r = first_from(r->rank, r->start + 1)) ++n;
  return n;
}

bool RegionTree::contains(const VmRegion& r) const {
  return first_from(r.rank, r.start) == &r && *r.slot == &r &&
         (r.lower == nullptr || r.lower->luck <= r.luck) && (r.higher == nullptr || r.higher->luck <= r.luck);
}

VmRegion* RegionMap::find(std::uintptr_t address) const {
  VmRegion* const r = taken_.first_from(address + 1, 0);
  return r != nullptr && r->start <= address && r->state == VmRegion::State::Busy ? r : nullptr;
}

const VmRegion* RegionMap::busy_from(std::uintptr_t address) const {
  // What is freed and not a hole yet is bounded.
  const VmRegion* r = taken_.first_from(address + 1, 0);
  while (r != nullptr && (r->state != VmRegion::State::Busy || r->start < address)) r = r->next;
  return r;
}

std::size_t RegionMap::largest_hole() const {
  const VmRegion* const hole = holes_.last();
  return hole != nullptr ? hole->size : 0;
}

RegionMap::Span RegionMap::lazy_at(std::size_t i) const {
  for (const VmRegion* r = lazy_.front(); r != nullptr; r = r->link) {
    if (r->epoch == epoch_ && i-- == 0) return {r->start, r->end()};
  }
  return {};
}

bool RegionMap::waits_for_purge(std::uintptr_t address) const {
  for (const VmRegion* r = first_; r != nullptr && r->start <= address; r = r->next) {
    if (address < r->end()) return r->state == VmRegion::State::Lazy || r->state == VmRegion::State::Freeing;
  }
  return false;
}

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
        if (r->rank != r->size || !holes_.contains(*r)) return "a hole that is not in its tree";
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
    if (r->rank != r->end() || !taken_.contains(*r)) return "a range that is not in its tree";
  }
  where = end_;
  if (expected != end_) return "the ranges do not reach the end";
  if (holes_.count() != holes) return "a stray hole in the tree";
  if (taken_.count() != taken) return "a stray range in the tree";
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
