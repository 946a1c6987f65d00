// SPDX-License-Identifier: MIT
// How the page allocator asks for memory back, without knowing who has it or what sleeping is.
#pragma once
#include <base/gfp.h>
#include <cstddef>
#include <lib/text_sink.hpp>

namespace mink::mm {

// Somebody who holds memory that can be had back: slab's empty slabs, later a page cache. Registered with
// PageAllocator::add_shrinker; lives as long as the allocator.
class Shrinker {
 public:
  // Gives back about `pages` pages, as far as `gfp` lets it (no I/O without __GFP_IO, no file system without
  // __GFP_FS). Interrupts are on as the allocation's caller had them; may free, and may allocate: an
  // allocation inside does not reclaim in its turn. Returns the number of pages given back.
  virtual std::size_t shrink(gfp_t gfp, std::size_t pages) = 0;

  Shrinker* next_shrinker = nullptr;

 protected:
  ~Shrinker() = default;
};

// Who asks, as far as it concerns the reserves.
struct AskerState {
  bool frees_memory;  // it reclaims: everything is open to it, and it does not reclaim again
  bool dying;         // it was told to die for want of memory: part of the reserve, and no waiting
};

// What came of a call for the last resort.
enum class OomOutcome {
  Nothing,  // nobody can be killed
  Wait,     // somebody is dying, or must not be killed for this mask while others may still free
};

// What threads add: the kernel registers one when it has a scheduler. Without it nothing is woken, and an
// allocation that may wait fails when reclaim finds nothing more.
class ReclaimOps {
 public:
  // Memory that `gfp` could use is below `low`: somebody should reclaim to `high`. Any context.
  virtual void wake_reclaimer(gfp_t gfp, unsigned order) = 0;
  // Sleeps until memory was freed or a little time has passed. False: it cannot sleep here.
  virtual bool wait_for_free(gfp_t gfp, unsigned order) = 0;
  // A block came back while somebody waits. Any context, interrupts off.
  virtual void memory_freed() = 0;
  // Of the running thread; in an interrupt it has no state.
  virtual AskerState asker() = 0;
  // Marks the running thread as one that reclaims; false: it did so already. Undone by leave_reclaim().
  virtual bool enter_reclaim() = 0;
  virtual void leave_reclaim() = 0;
  // Nothing was left to reclaim in many rounds. May kill. Thread context.
  virtual OomOutcome out_of_memory(gfp_t gfp, unsigned order, const void* caller) = 0;
  // For the report of a failure: why, what would help, and who holds how much. Any context.
  virtual void explain_failure(TextSink& out, gfp_t gfp, unsigned order) = 0;

 protected:
  ~ReclaimOps() = default;
};

}  // namespace mink::mm
