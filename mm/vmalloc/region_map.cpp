// SPDX-License-Identifier: MIT
#include <algorithm>
#include <base/assert.hpp>
#include <mm/vm_region.hpp>

namespace mink::mm {

RegionMap::RegionMap(std::uintptr_t start, std::uintptr_t end, VmRegion& first)
    : start_{start}, end_{end}, first_{&first} {
  first = VmRegion{};
  first.start = start;
  first.size = end - start;
  holes_.insert(first);
}

VmRegion* RegionMap::fit(std::size_t size, std::size_t align) {
  const auto holds = [&](const VmRegion& hole) {
    return align_up(hole.start, align) - hole.start + size <= hole.size;
  };
  // A hole that is just large enough may lie right ...
  auto hole = holes_.lower_bound(Extent{size, 0}, BySize{});
  if (hole == holes_.end()) return nullptr;
  if (holds(*hole)) return &*hole;
  // ... and one that has room for the worst offset always does.
  hole = holes_.lower_bound(Extent{size + align - kPageSize, 0}, BySize{});
  return hole == holes_.end() ? nullptr : &*hole;
}

// A hole's new borders. As long as it stays between its neighbours in the tree, that need not know.
void RegionMap::resize(VmRegion& hole, std::uintptr_t start, std::size_t size) {
  const Extent key{size, start};
  const auto at = holes_.iterator_to(hole);
  const auto after = std::next(at);
  const bool stays = (at == holes_.begin() || BySize{}(*std::prev(at), key)) &&
                     (after == holes_.end() || BySize{}(key, *after));
  if (!stays) holes_.erase(at);
  hole.start = start;
  hole.size = size;
  if (!stays) holes_.insert(hole);
}

VmRegion& RegionMap::insert_after(VmRegion& at, std::uintptr_t start, std::size_t size) {
  VmRegion* r = take_spare();
  MINK_ASSERT(r != nullptr);
  r->start = start;
  r->size = size;
  r->prev = &at;
  r->next = at.next;
  if (at.next != nullptr) at.next->prev = r;
  at.next = r;
  return *r;
}

VmRegion& RegionMap::insert_before(VmRegion& at, std::uintptr_t start, std::size_t size) {
  VmRegion* r = take_spare();
  MINK_ASSERT(r != nullptr);
  r->start = start;
  r->size = size;
  r->prev = at.prev;
  r->next = &at;
  (at.prev != nullptr ? at.prev->next : first_) = r;
  at.prev = r;
  return *r;
}

void RegionMap::add_hole(VmRegion& r) {
  r.state = VmRegion::State::Hole;
  holes_.insert(r);
}

// Out of the list by address; the object is spare then.
void RegionMap::remove(VmRegion& r) {
  (r.prev != nullptr ? r.prev->next : first_) = r.next;
  if (r.next != nullptr) r.next->prev = r.prev;
  add_spare(r);
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

  const std::uintptr_t start = align_up(hole->start, align);
  const std::uintptr_t hole_end = hole->end();
  const std::size_t before = start - hole->start;
  const std::size_t after = hole_end - (start + size);
  VmRegion* taken = hole;
  // The larger part that is left keeps the hole's object. So the great hole has one and the same for ever, and when all
  // areas are gone, so are all objects that came with them.
  if (before > after) {
    resize(*hole, hole->start, before);
    taken = &insert_after(*hole, start, size);
    if (after != 0) add_hole(insert_after(*taken, start + size, after));
  } else if (after != 0) {
    const std::uintptr_t hole_start = hole->start;
    resize(*hole, start + size, after);
    taken = &insert_before(*hole, start, size);
    if (before != 0) add_hole(insert_before(*taken, hole_start, before));
  } else {
    holes_.erase(holes_.iterator_to(*hole));
  }
  taken->state = VmRegion::State::Busy;
  taken_.insert(*taken);
  return taken;
}

VmRegion* RegionMap::starting_at(std::uintptr_t address) const {
  const auto at = taken_.find(address, ByStart{});
  if (at == taken_.end() || at->state != VmRegion::State::Busy) return nullptr;
  return const_cast<VmRegion*>(&*at);
}

VmRegion* RegionMap::find(std::uintptr_t address) const {
  auto at = taken_.upper_bound(address, ByStart{});
  if (at == taken_.begin()) return nullptr;
  --at;
  return address < at->end() && at->state == VmRegion::State::Busy ? const_cast<VmRegion*>(&*at) : nullptr;
}

const VmRegion* RegionMap::busy_from(std::uintptr_t address) const {
  const auto at = taken_.lower_bound(address, ByStart{});
  if (at == taken_.end()) return nullptr;
  // What is freed and not a hole yet is bounded.
  const VmRegion* r = &*at;
  while (r != nullptr && r->state != VmRegion::State::Busy) r = r->next;
  return r;
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

void RegionMap::purged() {
  ++epoch_;
  purged_count_ += lazy_count_;
  lazy_count_ = 0;
  lazy_span_ = {};
}

void RegionMap::merge_one(VmRegion& r) {
  --purged_count_;
  taken_.erase(taken_.iterator_to(r));
  VmRegion* const before = r.prev;
  VmRegion* const after = r.next;
  const bool join_before = before != nullptr && before->state == VmRegion::State::Hole;
  const bool join_after = after != nullptr && after->state == VmRegion::State::Hole;
  if (join_before && join_after) {
    // The larger hole's object stays, as in take().
    const std::uintptr_t start = before->start;
    const std::size_t size = before->size + r.size + after->size;
    VmRegion& larger = before->size > after->size ? *before : *after;
    VmRegion& smaller = before->size > after->size ? *after : *before;
    holes_.erase(holes_.iterator_to(smaller));
    remove(smaller);
    remove(r);
    resize(larger, start, size);
  } else if (join_before) {
    const std::size_t size = before->size + r.size;
    remove(r);
    resize(*before, before->start, size);
  } else if (join_after) {
    const std::uintptr_t start = r.start;
    const std::size_t size = r.size + after->size;
    remove(r);
    resize(*after, start, size);
  } else {
    add_hole(r);
  }
}

bool RegionMap::merge(std::size_t limit) {
  for (; limit != 0; --limit) {
    const VmRegion* next = lazy_.front();
    if (next == nullptr || next->epoch == epoch_) return false;
    merge_one(*lazy_.pop());
  }
  return true;
}

std::size_t RegionMap::largest_hole() const { return holes_.empty() ? 0 : std::prev(holes_.end())->size; }

}  // namespace mink::mm
