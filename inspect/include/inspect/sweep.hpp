// SPDX-License-Identifier: MIT
// Every allocation inside an operation is made to fail, one after the other: what must come of each is the right error,
// and nothing lost.
#pragma once
#include <cstddef>
#include <inspect/census.hpp>
#include <inspect/fail.hpp>
#include <lib/text_sink.hpp>

namespace mink::inspect {

struct SweepOperation {
  const char* name;
  int (*run)(void* context);    // 0, or a negative error number: then it holds nothing
  void (*undo)(void* context);  // gives back what a run() that ended with 0 has taken
  void* context = nullptr;
};

// Where it happens: allocators, and how they are made comparable and checked.
struct SweepPlace {
  Memory memory;
  mm::PageAllocator& pages;
  mm::SlabAllocator& slab;
  void (*settle)(void* context);                // gives back what is kept to be quick the next time
  bool (*check)(TextSink& why, void* context);  // every validator
  bool (*only_where)();                         // whose allocations fail; nullptr: everybody's
  void* context = nullptr;
  Census& before;  // room
  Census& after;
};

struct SweepResult {
  unsigned points = 0;          // allocations that were made to fail
  unsigned errors = 0;          // ... and the operation with them
  unsigned survived = 0;        // ... and the operation found another way
  const char* wrong = nullptr;  // nullptr: all was as it should be
};

// Runs the operation with its n-th allocation, object or block, failing, for n = 1, 2, 3 ... until it needs no n-th any
// more. `why` gets the details of what is wrong. Thread context. The failures of `pages` and `slab` are off afterwards.
[[nodiscard]] SweepResult sweep(const SweepOperation& operation, SweepPlace& place, TextSink& why);

}  // namespace mink::inspect
