// SPDX-License-Identifier: MIT
// The ranges of vmalloc's space: what an allocation or a free changes.
#include <algorithm>
#include <base/assert.hpp>
#include <mm/vm_region.hpp>
#include <utility>

namespace mink::mm {

RegionMap::RegionMap(std::uintptr_t start, std::uintptr_t end, VmRegion& first)
    : start_{start}, end_{end}, first_{&first} {
  first = VmRegion{};
  first.start = start;
  first.size = end - start;
  add_hole(first);
}

VmRegion* RegionMap::fit(std::size_t size, std::size_t align) const {
  // A hole that is just large enough may lie right ...
  VmRegion* const hole = holes_.first_from(size, 0);
  if (hole == nullptr || align_up(hole->start, align) - hole->start + size <= hole->size) return hole;
  // ... and one that has room for the worst offset always does.
  return holes_.first_from(size + align - kPageSize, 0);
}

void RegionMap::add_hole(VmRegion& r) {
  r.state = VmRegion::State::Hole;
  holes_.insert(r, r.size);
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

[[gnu::always_inline]] inline VmRegion* RegionMap::take_purged(std::size_t size, std::size_t align) {
  VmRegion** at = &lazy_.head();
  for (unsigned looks = kPurgedLooks; looks != 0; --looks) {
    VmRegion* const r = *at;
    if (r == nullptr || r->epoch == epoch_) return nullptr;
    if (r->size == size && is_aligned(r->start, align)) {
      lazy_.remove(*at);
      --purged_count_;
      return r;
    }
    at = &r->link;
  }
  return nullptr;
}

VmRegion* RegionMap::take(std::size_t size, std::size_t align, std::size_t least_align) {
  VmRegion* taken = take_purged(size, align);
  if (taken == nullptr && (taken = carve(size, align, least_align)) == nullptr) return nullptr;
  taken->state = VmRegion::State::Busy;
  ++busy_count_;
  return taken;
}

// Of a hole.
VmRegion* RegionMap::carve(std::size_t size, std::size_t align, std::size_t least_align) {
  VmRegion* hole = fit(size, align);
  if (hole == nullptr && align != least_align) hole = fit(size, align = least_align);
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

void RegionMap::make_lazy(VmRegion& r) {
  MINK_ASSERT(r.state == VmRegion::State::Freeing);
  if (lazy_count_++ == 0) {
    lazy_span_ = {r.start, r.end()};
  } else {
    lazy_span_ = {std::min(lazy_span_.start, r.start), std::max(lazy_span_.end, r.end())};
  }
  r.state = VmRegion::State::Lazy;
  r.epoch = epoch_;
  lazy_.push(r);
}

void RegionMap::purged() {
  ++epoch_;
  purged_count_ += lazy_count_;
  lazy_count_ = 0;
  lazy_span_ = {};
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
