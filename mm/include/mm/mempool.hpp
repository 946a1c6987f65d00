// SPDX-License-Identifier: MIT
// Memory pools over an injected allocator; <linux/mempool.h> is their face over the kernel's.
#pragma once
#include <base/err.hpp>

#include <linux/mempool.h>

namespace mink::mm {

class SlabAllocator;

// How a mempool_alloc that may sleep waits for an element. kernel/sched registers them; without, it returns
// NULL.
struct MempoolSleep {
  // Sleeps until an element may have come back; false: cannot sleep here. Called with interrupts on, the
  // reserve empty.
  bool (*wait)(mempool_t& pool) = nullptr;
  // An element came back to the reserve. Any context.
  void (*wake)(mempool_t& pool) = nullptr;
};
void set_mempool_sleep(const MempoolSleep& operations);

// mempool_init with the reserve's array from `memory` and its elements allocated with `gfp`. Err::NoMem,
// Err::Inval (named).
Err mempool_init_in(SlabAllocator& memory, mempool_t& pool, int min_nr, mempool_alloc_t* alloc,
                    mempool_free_t* free, void* pool_data, gfp_t gfp, const void* caller);
// True: elements are out, which was reported; the pool must not be destroyed.
bool mempool_refuse_destroy(const mempool_t& pool, const void* caller);
// As mempool_exit. Returns the number of elements that were still out.
unsigned mempool_exit_from(mempool_t& pool, const void* caller);
// As mempool_resize.
Err mempool_resize_to(mempool_t& pool, int min_nr, const void* caller);

// Calls visit(pool, context) for every pool there is, preemption off. O(pools).
void visit_mempools(void (*visit)(const mempool_t& pool, void* context), void* context);

}  // namespace mink::mm
