// SPDX-License-Identifier: MIT
// How the page allocator asks for memory back, without knowing who has it or what sleeping is.
#pragma once
#include <base/gfp.h>
#include <cstddef>

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

// What threads add: the kernel registers one when it has a scheduler. Without it nothing is woken, and an
// allocation that may wait fails when reclaim finds nothing more.
class ReclaimOps {
 public:
  // Memory is below `low`: somebody should reclaim to `high`. Any context.
  virtual void wake_reclaimer(unsigned order) = 0;
  // Sleeps until memory was freed or some time has passed. False: it cannot sleep here.
  virtual bool wait_for_free(gfp_t gfp, unsigned order) = 0;

 protected:
  ~ReclaimOps() = default;
};

}  // namespace mink::mm
