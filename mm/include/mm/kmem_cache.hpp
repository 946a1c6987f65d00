// SPDX-License-Identifier: MIT
// struct kmem_cache: one kind of object, its slabs, and the words that the fast paths touch.
//
// A slab's books are a free map, one bit per object (set = free, the highest bit the first object), outside
// of the objects: a write after free or past an object cannot corrupt them, what a constructor wrote
// survives, and a double free is told from a good one exactly, however much later it comes. The cache
// allocates from one word of one slab's map, the current word, until it is used up:
//
//   kmem_cache --word--> map word of the current slab: clz finds the object, word_base + bit * size is its
//   address
//
// Every slab is in one of three places: current; partial (it has free objects, perhaps nothing else); full (all
// its map words zero: on no list, its link.next null). A slab goes back among the partial ones when the first of
// its objects is freed. Nobody looks then, or later, whether it is empty: who has time gives empty ones back
// (SlabAllocator::reap, shrink). Bits of the last word beyond the last object are zero.
#pragma once
#include <base/addr.hpp>
#include <cstddef>
#include <cstdint>
#include <lib/list.hpp>

#include <linux/mm_types.h>
#include <linux/slab.h>

namespace mink::mm {

class SlabAllocator;

// Slabs by their head page, a queue: a ring through page->link and the list itself, which must not move. Irqs off.
class SlabList {
 public:
  // Before anything else.
  void clear() { head_ = {&head_, &head_}; }
  [[nodiscard]] bool is_empty() const { return head_.next == &head_; }
  [[nodiscard]] page* front() const { return slab_at(head_.next); }
  [[nodiscard]] page* after(const page& slab) const { return slab_at(slab.link.next); }
  [[nodiscard]] page* before(const page& slab) const { return slab_at(slab.link.prev); }
  void push_back(page& slab) {
    page_link* const last = head_.prev;
    slab.link = {&head_, last};
    last->next = head_.prev = &slab.link;
  }
  // Of a list that is not empty. link.next stays as it is, not null.
  page& take_first() {
    page_link* const first = head_.next;
    page_link* const next = first->next;
    head_.next = next;
    next->prev = &head_;
    return *reinterpret_cast<page*>(first);
  }

 private:
  [[nodiscard]] page* slab_at(page_link* link) const {
    static_assert(offsetof(page, link) == 0);
    return link != &head_ ? reinterpret_cast<page*>(link) : nullptr;
  }

  page_link head_;
};
inline bool is_full(const page& slab) { return slab.link.next == nullptr; }
inline void set_full(page& slab) { slab.link.next = nullptr; }

// What a free needs of a cache. object_limit is 0 in a debug cache: each free goes the slow way.
struct SlabGeometry {
  unsigned slab_mask;  // bytes of a slab - 1
  unsigned shift;      // exact division by size: rotr(offset * inverse, shift)
  std::uintptr_t inverse;
  unsigned object_limit;  // objects of a slab
};

// Where a cache allocates from. A debug cache has a word where nothing is free. The order is that of the fast paths, which
// read two words at once.
struct CurrentWord {
  // The object that was taken last, and its bit in the current word, which tells whether it is free by now: where it lies
  // needs no proof. Bit 0: none of this word.
  const void* last_taken;
  SlabAllocator* owner;
  std::uintptr_t last_bit;
  unsigned* word;            // the current word
  std::uintptr_t word_base;  // address of its first object
  unsigned size;             // distance of two objects

  void forget_last() { last_taken = nullptr, last_bit = 0; }
};

}  // namespace mink::mm

// The geometry first: offset 0 costs no instruction.
struct alignas(32) kmem_cache : mink::mm::SlabGeometry, mink::mm::CurrentWord {
  page* current;  // the slab that `word` belongs to
  unsigned
      open_words;  // map_words; 0 while the fast paths do not allocate (a debug cache, failures on purpose)
  mink::mm::SlabList partial;
  unsigned slab_count;

  unsigned objects;  // of a slab, in every cache
  unsigned phantom;  // bits of the last map word without an object
  slab_flags_t flags;
  unsigned object_size;  // as asked for
  unsigned left_pad;     // from slot to object
  unsigned right_zone;   // from slot; 0: no red zones
  unsigned right_end;    // from slot
  unsigned tracks;       // from slot; 0: users are not stored
  unsigned map_offset;   // from the slab's start; 0: the map is in struct page
  unsigned map_words;
  unsigned order;

  kmem_any_fn_t ctor;
  kmem_any_fn_t dtor;
  std::uint8_t ctor_args;  // 0 (none), 1 or 3
  std::uint8_t dtor_args;
  bool owns_name;
  bool permanent;  // kmalloc's, and the cache of caches: not to be destroyed
  const char* name;
  mink::ListNode list_node;  // SlabAllocator's caches
};
