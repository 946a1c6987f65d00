// SPDX-License-Identifier: MIT
// What is live at one moment, by kind, cache, size and caller; and what differs between two moments: a search for leaks.
#pragma once
#include <array>
#include <cstddef>
#include <inspect/owner.hpp>
#include <lib/text_sink.hpp>

namespace mink::inspect {

enum class LiveKind : unsigned { Slab, Large, Pages, Vmalloc, Pool };

// Allocations that look the same.
struct Live {
  LiveKind kind;
  const void* of;      // Slab: the cache; Pool: the pool
  const void* caller;  // nullptr: not stored (slab objects are with track=on, or SLAB_STORE_USER, alone)
  std::size_t size;    // bytes of one; of a pool's element 0: the pool does not know it
  std::size_t count;   // allocations

  [[nodiscard]] bool same(const Live& other) const {
    return kind == other.kind && of == other.of && caller == other.caller && size == other.size;
  }
};

// Has room for a fixed number of rows, so that it allocates nothing; large: not for a stack.
class Census {
 public:
  static constexpr std::size_t kRoom = 512;

  // Counts everything anew. O(pages + live objects of caches with stored users + areas x log areas); interrupts are off
  // for one block, slab, or area at a time, so what comes and goes meanwhile may be missed. Thread context.
  void take(const Memory& memory);
  // For a census by hand.
  void add(const Live& live);

  [[nodiscard]] std::size_t count_of(const Live& live) const;
  // Allocations of rows beyond the room.
  [[nodiscard]] std::size_t untold() const { return untold_; }
  template <class Visit>
  void each(Visit visit) const {
    for (const Live& row : rows_) {
      if (row.count != 0) visit(row);
    }
  }

 private:
  [[nodiscard]] std::size_t slot_of(const Live& live) const;

  std::array<Live, kRoom> rows_{};
  std::size_t used_ = 0;
  std::size_t untold_ = 0;
};

// One line for each kind of allocation whose number has changed, those with the most bytes first, and a last line with
// their sum. Returns how many lines. A cache that is gone meanwhile is said to be.
std::size_t print_difference(TextSink& out, const Memory& memory, const Census& before, const Census& after);

}  // namespace mink::inspect
