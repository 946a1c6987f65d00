// SPDX-License-Identifier: MIT
// Memory pools: the reserve is an array used as a stack, changed with interrupts off.
#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <mm/gfp_policy.hpp>
#include <mm/kernel_memory.hpp>
#include <mm/mempool.hpp>
#include <mm/slab.hpp>

#include "pool/reserve.hpp"

namespace mink::mm {
namespace {

constinit MempoolSleep sleep_operations{};

void* take_reserve(mempool_t& pool) {
  const arch::IrqGuard guard;
  void* const element = pop(pool);
  if (element != nullptr) ++pool.out;
  return element;
}

void count_out(mempool_t& pool) {
  const arch::IrqGuard guard;
  ++pool.out;
}

}  // namespace

void set_mempool_sleep(const MempoolSleep& operations) { sleep_operations = operations; }

}  // namespace mink::mm

using namespace mink;
using namespace mink::mm;

extern "C" {

void* mempool_alloc(mempool_t* pool, gfp_t gfp_mask) {
  if ((gfp_mask & __GFP_ZERO) != 0) [[unlikely]] {
    printk(KERN_ERR "mempool_alloc: __GFP_ZERO, but a reserve element is not zero, called from %pS\n",
           MINK_CALLER());
    gfp_mask &= ~__GFP_ZERO;
  }
  if (may_sleep(gfp_mask))
    gfp_mask = kernel_memory().pages.fit_to_context(modern_gfp(gfp_mask), MINK_CALLER());
  // The system's reserves are not for those who have one of their own; and who can wait for it need not
  // complain.
  const gfp_t patient = gfp_mask | __GFP_NOMEMALLOC | __GFP_NORETRY | __GFP_NOWARN;
  const gfp_t quick = patient & ~(__GFP_DIRECT_RECLAIM | __GFP_IO | __GFP_WAIT);
  gfp_t gfp = quick;
  for (;;) {
    void* element = pool->alloc(gfp, pool->pool_data);
    if (element != nullptr) [[likely]] {
      count_out(*pool);
      return element;
    }
    element = take_reserve(*pool);
    if (element != nullptr) return element;
    if (gfp != patient) {
      gfp = patient;  // once more, now letting the allocator reclaim
      continue;
    }
    if ((patient & (__GFP_DIRECT_RECLAIM | __GFP_WAIT)) == 0) return nullptr;
    if (sleep_operations.wait == nullptr || !sleep_operations.wait(*pool)) return nullptr;
    gfp = quick;
  }
}

void mempool_free(void* element, mempool_t* pool) {
  if (element == nullptr) [[unlikely]]
    return;
  {
    const arch::IrqGuard guard;
    --pool->out;
    if (pool->curr_nr < pool->min_nr) {
      pool->elements[pool->curr_nr++] = element;
      element = nullptr;
    }
  }
  if (element != nullptr) return pool->free(element, pool->pool_data);
  if (sleep_operations.wake != nullptr) sleep_operations.wake(*pool);
}
}
