// SPDX-License-Identifier: MIT
// What the soak does to one allocator: how to get something from it, where that can be written, how to give
// it back.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "soak/pattern.hpp"

namespace mink::shell {

// One place for a live allocation.
struct Slot {
  void* item = nullptr;    // as the allocator gave it; nullptr: empty
  void* memory = nullptr;  // where it can be written; nullptr: high memory
  std::size_t bytes = 0;
  std::uint32_t key = 0;    // of the pattern in it
  std::uint32_t which = 0;  // the allocator's own: an order, the index of a cache
};

struct Exercise {
  const char* name;
  // Makes caches and pools; false: no memory for them.
  bool (*start)();
  // Fills `item`, `memory`, `bytes` and `which`, or leaves `item` null. Returns false if what should have
  // been zero was not.
  bool (*allocate)(Slot& slot, Random& random);
  void (*release)(Slot& slot);
  void (*stop)();
};

// Buddy, slab caches, kmalloc, vmalloc, mempool.
extern const std::span<const Exercise> kExercises;
inline constexpr std::size_t kExerciseCount = 5;

}  // namespace mink::shell
