// SPDX-License-Identifier: MIT
// What the slab allocator says when a caller is wrong. Each report names the address, what it really is, and
// the caller; the operation is refused and the allocator goes on.
#pragma once
#include <mm/slab.hpp>

#include "slab/debug.hpp"

namespace mink::mm {

class SlabReport {
 public:
  // kfree, or kmem_cache_free with its cache, of something that is not to be freed so.
  static void bad_free(const SlabAllocator& owner, const kmem_cache* expected, const void* object,
                       const void* caller);
  // The same for another function, by its name.
  static void bad_address(const SlabAllocator& owner, const char* function, const kmem_cache* expected,
                          const void* object, const void* caller);
  // A red zone or a poisoned object that is not as it was painted.
  static void damage(const SlabAllocator& owner, const kmem_cache& cache, const void* object,
                     const Damage& damage, const void* caller);
  // The same in words alone, with the bytes around it; found_by: nullptr if it was looked for.
  static void print_damage(TextSink& out, const kmem_cache& cache, const void* object, const Damage& damage,
                           const void* found_by);
  // destroy() of a cache with live objects: lists them.
  static void still_live(const SlabAllocator& owner, kmem_cache& cache, const void* caller);
  // SLAB_CONSISTENCY_CHECKS: the slab's own books. Irqs off.
  static bool consistent(const SlabAllocator& owner, const kmem_cache& cache, const page& slab);
};

}  // namespace mink::mm
