// SPDX-License-Identifier: MIT
// Memory pools: the reserve is an array used as a stack, changed with interrupts off.
#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <mm/gfp_policy.hpp>
#include <mm/kernel_memory.hpp>
#include <mm/mempool.hpp>
#include <mm/slab.hpp>

#include "pool/out.hpp"
#include "pool/reserve.hpp"
#include "report/refusal.hpp"
#include "slab/fast_path.hpp"

namespace mink::mm {
namespace {

constinit MempoolSleep sleep_operations{};

// An element of the allocator, or else of the reserve, without waiting for either.
void* take(mempool_t& pool, gfp_t quick) {
  void* element = pool.alloc(quick, pool.pool_data);
  const arch::IrqGuard guard;
  if (element == nullptr) element = pop(pool);
  if (element != nullptr) MempoolOut::add(pool, element);
  return element;
}

// The system's reserves are not for those who have one of their own; and who can wait for it need not complain.
constexpr gfp_t kPatient = __GFP_NOMEMALLOC | __GFP_NORETRY | __GFP_NOWARN;
constexpr gfp_t kWaits = __GFP_DIRECT_RECLAIM | __GFP_IO | __GFP_WAIT;

// The callback has been `tried` and it and the reserve had no element at once, or the mask is not fit for this place. The last act of
// mempool_alloc, so its caller is who is returned to.
[[gnu::noinline]] void* alloc_slow(mempool_t* pool, gfp_t gfp_mask, bool tried) {
  if ((gfp_mask & __GFP_ZERO) != 0) [[unlikely]] {
    printk(KERN_ERR "mempool_alloc: __GFP_ZERO, but a reserve element is not zero, called from %pS\n",
           MINK_CALLER());
    gfp_mask &= ~__GFP_ZERO;
  }
  if (may_sleep(gfp_mask))
    gfp_mask = kernel_memory().pages.fit_to_context(modern_gfp(gfp_mask), MINK_CALLER());
  const gfp_t patient = gfp_mask | kPatient;
  for (;;) {
    if (!tried) {
      if (void* const element = take(*pool, patient & ~kWaits); element != nullptr) return element;
    }
    tried = false;
    if ((patient & kWaits) == 0) return nullptr;
    // Once more, now letting the allocator reclaim.
    if (void* const element = take(*pool, patient); element != nullptr) return element;
    if ((patient & (__GFP_DIRECT_RECLAIM | __GFP_WAIT)) == 0) return nullptr;
    if (sleep_operations.wait == nullptr || !sleep_operations.wait(*pool)) return nullptr;
  }
}

[[gnu::noinline]] void refuse_free(mempool_t* pool, void* element) {
  bool reserve;
  {
    const arch::IrqGuard guard;
    reserve = MempoolOut::in_reserve(*pool, element);
  }
  report_refusal(memory_of(*pool), {.call = "mempool_free",
                                    .given = element,
                                    .wrong = reserve ? "double free: it is in the pool's reserve already"
                                                     : "not an element that is out of this pool",
                                    .caller = MINK_CALLER()});
}

}  // namespace

Memory memory_of(const mempool_t& pool) {
  return static_cast<const SlabAllocator*>(pool.memory)->surroundings();
}

void set_mempool_sleep(const MempoolSleep& operations) { sleep_operations = operations; }

}  // namespace mink::mm

using namespace mink;
using namespace mink::mm;

extern "C" {

void* mempool_alloc(mempool_t* pool, gfp_t gfp_mask) {
  constexpr gfp_t kNotPlain = __GFP_ZERO | __GFP_DMA | __GFP_WAIT | __GFP_REPEAT;
  if ((gfp_mask & kNotPlain) != 0) return alloc_slow(pool, gfp_mask, false);
  void* element = nullptr;
  if (pool->cache == nullptr) {
    if ((gfp_mask & __GFP_DIRECT_RECLAIM) != 0 && (sync::in_atomic() || arch::irqs_disabled())) [[unlikely]]
      return alloc_slow(pool, gfp_mask, false);
    element = take(*pool, (gfp_mask | kPatient) & ~kWaits);
    return element != nullptr ? element : alloc_slow(pool, gfp_mask, true);
  }
  const arch::IrqState irq = arch::irq_save();
  if (((gfp_mask & __GFP_DIRECT_RECLAIM) == 0 || SlabFast::may_sleep_here(irq)) &&
      SlabFast::take(*pool->cache, element)) [[likely]]
    MempoolOut::add(*pool, element);
  arch::irq_restore(irq);
  return element != nullptr ? element : alloc_slow(pool, gfp_mask, false);
}

void mempool_free(void* element, mempool_t* pool) {
  if (element == nullptr) [[unlikely]]
    return;
  const arch::IrqState irq = arch::irq_save();
  if (!MempoolOut::remove(*pool, element)) [[unlikely]] {
    arch::irq_restore(irq);
    return refuse_free(pool, element);
  }
  const int have = pool->curr_nr;
  if (have < pool->min_nr) {
    pool->elements[have] = element;
    pool->curr_nr = have + 1;
    arch::irq_restore(irq);
    // Who waits has found the reserve empty.
    if (have == 0 && sleep_operations.wake != nullptr) sleep_operations.wake(*pool);
    return;
  }
  kmem_cache* const cache = pool->cache;
  if (cache != nullptr && element == cache->last_taken && SlabFast::put_last(*cache)) [[likely]]
    return arch::irq_restore(irq);
  arch::irq_restore(irq);
  pool->free(element, pool->pool_data);
}
}
