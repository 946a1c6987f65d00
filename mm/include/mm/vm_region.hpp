// SPDX-License-Identifier: MIT
// The address ranges of vmalloc's space, busy and free, without what is mapped there.
//
//   |hole| busy |guard|lazy|    hole    | busy |guard|  by address: one list of all, no gaps, no overlaps
//
// Holes are in a tree by (size, address): the best fit in O(log n). All others are in one by their end. A freed
// range is lazy: its translations may still be in the TLB; a purge of them all makes it clean. Then it waits for
// somebody who wants just its size, and gets it as it is, or to become a hole, a few at each call, so that no call
// pays for a crowd. None is given out before the purge.
#pragma once
#include <base/addr.hpp>
#include <base/assert.hpp>
#include <cstddef>
#include <cstdint>
#include <mm/region_tree.hpp>

struct page;

namespace mink::mm {

enum class VmUse : std::uint8_t { Vmalloc, Vmap, Ioremap };
const char* use_name(VmUse use);  // "vmalloc"

struct VmRegion {
  enum class State : std::uint8_t { Hole, Busy, Freeing, Lazy };

  std::uintptr_t start = 0;  // bytes, page aligned
  std::size_t size = 0;      // with the guard page of a busy one
  // Its place in its tree.
  std::uintptr_t rank = 0;     // Hole: the size; others: the end
  VmRegion* lower = nullptr;   // below it: those of a lower (rank, start) ...
  VmRegion* higher = nullptr;  // ... and of a higher one
  VmRegion** slot = nullptr;   // which pointer leads here
  unsigned luck = 0;           // none below it has more
  VmRegion* prev = nullptr;    // all, by address
  VmRegion* next = nullptr;
  VmRegion* link = nullptr;  // Freeing, Lazy: the queue it waits in; an unused object: the next one
  unsigned epoch = 0;        // Lazy: purges that had been when it was freed
  State state = State::Hole;
  // Busy and Freeing: what its user asked for.
  VmUse use = VmUse::Vmalloc;
  bool user = false;             // vmalloc_user: may be mapped to user space
  std::uint32_t page_count = 0;  // mapped pages
  page* pages = nullptr;         // Vmalloc: the blocks it owns, linked by page->next, in address order
  PhysAddr phys{};               // Ioremap
  const void* caller = nullptr;

  [[nodiscard]] std::uintptr_t end() const { return start + size; }
};

// A queue of regions through `link`.
class RegionQueue {
 public:
  void push(VmRegion& r) {
    r.link = nullptr;
    *tail_ = &r;
    tail_ = &r.link;
  }
  VmRegion* pop() {
    VmRegion* r = head_;
    if (r != nullptr && (head_ = r->link) == nullptr) tail_ = &head_;
    return r;
  }
  [[nodiscard]] VmRegion* front() const { return head_; }
  // Out of the queue: what `link`, front's or that of one of its elements, leads to.
  void remove(VmRegion*& link) {
    VmRegion* const r = link;
    link = r->link;
    if (tail_ == &r->link) tail_ = &link;
  }
  [[nodiscard]] VmRegion*& head() { return head_; }

 private:
  VmRegion* head_ = nullptr;
  VmRegion** tail_ = &head_;
};

// No locking, no allocation: objects come and go through the spare ones.
class RegionMap {
 public:
  // What a take() may need: the range itself and the hole behind it.
  static constexpr std::size_t kSparesForTake = 2;

  // `first`, a new object, becomes the hole [start, end).
  RegionMap(std::uintptr_t start, std::uintptr_t end, VmRegion& first);

  void add_spare(VmRegion& r) {
    r.link = spares_;
    spares_ = &r;
    ++spare_count_;
  }
  VmRegion* take_spare() {
    VmRegion* r = spares_;
    if (r != nullptr) spares_ = r->link, --spare_count_;
    return r;
  }
  [[nodiscard]] std::size_t spare_count() const { return spare_count_; }

  // A busy range of `size` bytes: one of the oldest that were purged, if it is just as large, or of the smallest hole
  // that holds it (of equal ones the lowest); at a multiple of `align` if such a place is found at once, else of a
  // page. nullptr: no hole is large enough; purged ranges that are not merged yet count as no part of one.
  // Needs kSparesForTake spares.
  VmRegion* take(std::size_t size, std::size_t align);

  // The busy range that contains `address`, or that starts there; nullptr if none does.
  [[nodiscard]] VmRegion* find(std::uintptr_t address) const;
  [[nodiscard]] VmRegion* starting_at(std::uintptr_t address) const {
    VmRegion* const r = taken_.first_from(address + 1, 0);
    return r != nullptr && r->start == address && r->state == VmRegion::State::Busy ? r : nullptr;
  }
  // The first busy range at or above `address`.
  [[nodiscard]] const VmRegion* busy_from(std::uintptr_t address) const;

  // Busy -> Freeing: found no more, given out no more.
  void retire(VmRegion& r) {
    MINK_ASSERT(r.state == VmRegion::State::Busy);
    r.state = VmRegion::State::Freeing;
    --busy_count_;
  }
  // Freeing -> Lazy. Its translations are out of the tables.
  void make_lazy(VmRegion& r);

  // The TLB has lost all that was lazy when lazy_span() was read with the lock held.
  struct Span {
    std::uintptr_t start = 0, end = 0;  // empty: nothing is lazy
  };
  [[nodiscard]] Span lazy_span() const { return lazy_span_; }
  [[nodiscard]] std::size_t lazy_count() const { return lazy_count_; }  // areas freed since the last purge
  void purged();
  [[nodiscard]] std::size_t purged_count() const { return purged_count_; }  // not merged and not taken since
  // For reports: the i-th range that waits for a purge, empty behind the last; whether `address` is in one,
  // or in one that is being unmapped. O(freed ranges that are not holes yet), O(ranges).
  [[nodiscard]] Span lazy_at(std::size_t i) const;
  [[nodiscard]] bool waits_for_purge(std::uintptr_t address) const;
  // Makes up to `limit` purged ranges holes. False: none is left.
  bool merge(std::size_t limit);

  [[nodiscard]] const VmRegion* first() const { return first_; }  // by address
  [[nodiscard]] std::size_t busy_count() const { return busy_count_; }
  [[nodiscard]] std::size_t largest_hole() const;
  [[nodiscard]] std::uintptr_t start() const { return start_; }
  [[nodiscard]] std::uintptr_t end() const { return end_; }

  // List, trees, queues and counts against each other. What is wrong, and sets `where`; nullptr: nothing. O(n
  // log n).
  const char* check(std::uintptr_t& where) const;

 private:
  // Ranges looked at for one that is just as large.
  static constexpr unsigned kPurgedLooks = 4;

  VmRegion* take_purged(std::size_t size, std::size_t align);
  VmRegion* carve(std::size_t size, std::size_t align);
  VmRegion* fit(std::size_t size, std::size_t align) const;
  VmRegion& split(VmRegion& r, std::size_t bytes, bool low);
  void absorb(VmRegion& keep, VmRegion& gone);
  void add_hole(VmRegion& r);
  void merge_one(VmRegion& r);

  std::uintptr_t start_, end_;
  VmRegion* first_;
  RegionTree holes_;
  RegionTree taken_;
  RegionQueue lazy_;  // the older ones first: those of an earlier epoch are purged
  VmRegion* spares_ = nullptr;
  std::size_t spare_count_ = 0;
  std::size_t busy_count_ = 0;
  std::size_t lazy_count_ = 0;
  std::size_t purged_count_ = 0;
  Span lazy_span_;
  unsigned epoch_ = 0;
};

}  // namespace mink::mm
