// SPDX-License-Identifier: MIT
// Holes cut and merged: what an allocation runs that finds no range of just its size, and a free when many wait.
#include <algorithm>
#include <base/assert.hpp>
#include <mm/vm_region.hpp>
#include <utility>

namespace mink::mm {

RegionMap::RegionMap(std::uintptr_t start, std::uintptr_t end, VmRegion& first)
    : start_{start}, end_{end}, first_{&first} {
  first.start = start;
  first.size = end - start;
  add_hole(first);
}

void RegionMap::add_hole(VmRegion& r) {
  r.state = VmRegion::State::Hole;
  holes_.insert(r, r.size);
}

VmRegion* RegionMap::fit(std::size_t size, std::size_t align) const {
  // A hole that is just large enough may lie right ...
  VmRegion* const hole = holes_.first_from(size, 0);
  if (hole == nullptr || align_up(hole->start, align) - hole->start + size <= hole->size) return hole;
  // ... and one that has room for the worst offset always does.
  return holes_.first_from(size + align - kPageSize, 0);
}

// Cuts `r`, which is in no tree, in two behind `bytes`. The new object, a spare one, is the low part or the high one.
VmRegion& RegionMap::split(VmRegion& r, std::size_t bytes, bool low) {
  VmRegion* const part = take_spare();
  MINK_ASSERT(part != nullptr);
  part->start = low ? r.start : r.start + bytes;
  part->size = low ? bytes : r.size - bytes;
  if (low) r.start += bytes;
  r.size -= part->size;
  part->prev = low ? r.prev : &r;
  part->next = low ? &r : r.next;
  (part->prev != nullptr ? part->prev->next : first_) = part;
  if (part->next != nullptr) part->next->prev = part;
  return *part;
}

// The neighbours become one; both are in no tree.
void RegionMap::absorb(VmRegion& keep, VmRegion& gone) {
  keep.start = std::min(keep.start, gone.start);
  keep.size += gone.size;
  (gone.prev != nullptr ? gone.prev->next : first_) = gone.next;
  if (gone.next != nullptr) gone.next->prev = gone.prev;
  add_spare(gone);
}

// Of a hole.
VmRegion* RegionMap::carve(std::size_t size, std::size_t align) {
  VmRegion* hole = fit(size, align);
  if (hole == nullptr && align != kPageSize) hole = fit(size, align = kPageSize);
  if (hole == nullptr) return nullptr;

  holes_.erase(*hole);
  const std::size_t before = align_up(hole->start, align) - hole->start;
  const std::size_t after = hole->size - before - size;
  VmRegion* taken = hole;
  // The larger part that is left keeps the hole's object. So the great hole has one and the same for ever, and when all
  // areas are gone, so are all objects that came with them.
  if (before > after) {
    taken = &split(*hole, before, false);
    if (after != 0) add_hole(split(*taken, size, false));
    add_hole(*hole);
  } else if (after != 0) {
    taken = &split(*hole, before + size, true);
    if (before != 0) add_hole(split(*taken, before, true));
    add_hole(*hole);
  }
  taken_.insert(*taken, taken->end());
  return taken;
}

void RegionMap::merge_one(VmRegion& r) {
  const auto hole = [](VmRegion* at) {
    return at != nullptr && at->state == VmRegion::State::Hole ? at : nullptr;
  };
  --purged_count_;
  taken_.erase(r);
  VmRegion* keep = hole(r.prev);
  VmRegion* other = hole(r.next);
  if (keep != nullptr) holes_.erase(*keep);
  if (other != nullptr) holes_.erase(*other);
  // The larger hole's object stays, as in carve().
  if (keep == nullptr || (other != nullptr && other->size >= keep->size)) std::swap(keep, other);
  if (keep != nullptr) absorb(*keep, r);
  if (other != nullptr) absorb(*keep, *other);
  add_hole(keep != nullptr ? *keep : r);
}

bool RegionMap::merge(std::size_t limit) {
  for (; limit != 0; --limit) {
    const VmRegion* next = lazy_.front();
    if (next == nullptr || next->epoch == epoch_) return false;
    merge_one(*lazy_.pop());
  }
  return true;
}

}  // namespace mink::mm
