// SPDX-License-Identifier: MIT
// Memory pools: the reserve is an array used as a stack, changed with interrupts off.
#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <mm/gfp_policy.hpp>
#include <mm/kernel_memory.hpp>
#include <mm/mempool.hpp>
#include <mm/slab.hpp>

#include "pool/out.hpp"
#include "report/refusal.hpp"
#include "slab/fast_path.hpp"

namespace mink::mm {

Memory memory_of(const mempool_t& pool) {
  return static_cast<const SlabAllocator*>(pool.memory)->surroundings();
}

namespace {

constinit MempoolSleep sleep_operations{};

// The system's reserves are not for those who have one of their own; and who can wait for it need not complain.
constexpr gfp_t kPatient = __GFP_NOMEMALLOC | __GFP_NORETRY | __GFP_NOWARN;
constexpr gfp_t kWaits = __GFP_DIRECT_RECLAIM | __GFP_IO | __GFP_WAIT;

// An element goes out: `given` by the allocator, or, if that is nullptr, of the reserve. Irqs off; then as they were.
[[gnu::noinline]] void* hand_out(mempool_t& pool, void* given, arch::IrqState irq) {
  void* const element = MempoolOut::add(pool, given);
  arch::irq_restore(irq);
  return element;
}

// An element of the allocator, or else of the reserve, without waiting for either.
void* take(mempool_t& pool, gfp_t quick) {
  void* const given = pool.alloc(quick, pool.pool_data);
  return hand_out(pool, given, arch::irq_save());
}

// asked: the allocator was, in vain. Else the mask is not fit for this place, or the cache needs more than a word of a
// map. The last act of mempool_alloc, so its caller is who is returned to.
[[gnu::noinline]] void* alloc_slow(mempool_t* pool, gfp_t gfp_mask, bool asked) {
  if ((gfp_mask & __GFP_ZERO) != 0) [[unlikely]] {
    printk(KERN_ERR "mempool_alloc: __GFP_ZERO, but a reserve element is not zero, called from %pS\n",
           MINK_CALLER());
    gfp_mask &= ~__GFP_ZERO;
  }
  if (may_sleep(gfp_mask))
    gfp_mask = kernel_memory().pages.fit_to_context(modern_gfp(gfp_mask), MINK_CALLER());
  const gfp_t patient = gfp_mask | kPatient;
  for (;;) {
    void* element = asked ? hand_out(*pool, nullptr, arch::irq_save()) : take(*pool, patient & ~kWaits);
    asked = false;
    if (element != nullptr) return element;
    if ((patient & kWaits) == 0) return nullptr;
    // Once more, now letting the allocator reclaim.
    element = take(*pool, patient);
    if (element != nullptr) return element;
    if ((patient & (__GFP_DIRECT_RECLAIM | __GFP_WAIT)) == 0) return nullptr;
    if (sleep_operations.wait == nullptr || !sleep_operations.wait(*pool)) return nullptr;
  }
}

[[gnu::always_inline]] inline void* hand_over(mempool_t& pool, void* element, arch::IrqState irq) {
  if (pool.last_out != nullptr) [[unlikely]]
    return hand_out(pool, element, irq);
  pool.last_out = element;
  arch::irq_restore(irq);
  return element;
}

[[gnu::noinline]] void* alloc_again(mempool_t* pool, gfp_t gfp_mask, arch::IrqState irq) {
  void* const element = hand_out(*pool, nullptr, irq);
  return element != nullptr ? element : alloc_slow(pool, gfp_mask, true);
}

inline void* alloc_by_callback(mempool_t* pool, gfp_t gfp_mask) {
  // One branch.
  const bool may_not_sleep = (unsigned{sync::in_atomic()} | unsigned{arch::irqs_disabled()}) != 0;
  if (may_not_sleep && (gfp_mask & __GFP_DIRECT_RECLAIM) != 0) [[unlikely]]
    return alloc_slow(pool, gfp_mask, false);
  void* const given = pool->alloc((gfp_mask & ~kWaits) | kPatient, pool->pool_data);
  const arch::IrqState irq = arch::irq_save();
  if (given != nullptr) return hand_over(*pool, given, irq);
  int have;
  void** elements;
  arch::load_two(pool->curr_nr, pool->elements, have, elements);
  if (elements[have] != nullptr) [[unlikely]]
    return alloc_again(pool, gfp_mask, irq);
  if (have == 0) [[unlikely]] {
    arch::irq_restore(irq);
    return alloc_slow(pool, gfp_mask, true);
  }
  void* const element = elements[--have];
  pool->curr_nr = have;
  arch::irq_restore(irq);
  return element;
}

[[gnu::noinline]] void refuse_free(void* element, mempool_t* pool, bool in_reserve) {
  report_refusal(memory_of(*pool), {.call = "mempool_free",
                                    .given = element,
                                    .wrong = in_reserve ? "double free: it is in the pool's reserve already"
                                                        : "not an element that is out of this pool",
                                    .caller = MINK_CALLER()});
}

// Who waits has found the reserve empty.
inline void wake_if(bool was_empty, mempool_t& pool) {
  if (was_empty && sleep_operations.wake != nullptr) sleep_operations.wake(pool);
}

// Any element. Irqs off; then as they were.
[[gnu::noinline]] void free_slow(void* element, mempool_t* pool, arch::IrqState irq) {
  if (!MempoolOut::remove(*pool, element)) {
    const bool in_reserve = MempoolOut::in_reserve(*pool, element);
    arch::irq_restore(irq);
    return refuse_free(element, pool, in_reserve);
  }
  const int had = pool->curr_nr;
  if (had < pool->min_nr) MempoolOut::push(*pool, element);
  arch::irq_restore(irq);
  if (had < pool->min_nr) return wake_if(had == 0, *pool);
  pool->free(element, pool->pool_data);
}

}  // namespace

void set_mempool_sleep(const MempoolSleep& operations) { sleep_operations = operations; }

}  // namespace mink::mm

using namespace mink;
using namespace mink::mm;

extern "C" {

void* mempool_alloc(mempool_t* pool, gfp_t gfp_mask) {
  constexpr gfp_t kNotPlain = __GFP_ZERO | __GFP_DMA | __GFP_WAIT | __GFP_REPEAT;
  if ((gfp_mask & kNotPlain) != 0) [[unlikely]]
    return alloc_slow(pool, gfp_mask, false);
  if (pool->cache == nullptr) return alloc_by_callback(pool, gfp_mask);
  const arch::IrqState irq = arch::irq_save();
  void* element;
  if ((!SlabFast::may_sleep_here(irq) && (gfp_mask & __GFP_DIRECT_RECLAIM) != 0) ||
      !SlabFast::take(*pool->cache, element)) [[unlikely]] {
    arch::irq_restore(irq);
    return alloc_slow(pool, gfp_mask, false);
  }
  return hand_over(*pool, element, irq);
}

void mempool_free(void* element, mempool_t* pool) {
  if (element == nullptr) [[unlikely]]
    return;
  const arch::IrqState irq = arch::irq_save();
  const int have = pool->curr_nr;
  if (element == pool->elements[have]) {
    pool->curr_nr = have + 1;
    arch::irq_restore(irq);
    return wake_if(have == 0, *pool);
  }
  if (element != pool->last_out || have < pool->min_nr) [[unlikely]]
    return free_slow(element, pool, irq);
  pool->last_out = nullptr;
  kmem_cache* const cache = pool->cache;
  if (cache != nullptr && element == cache->last_taken && SlabFast::put_last(*cache)) [[likely]]
    return arch::irq_restore(irq);
  arch::irq_restore(irq);
  pool->free(element, pool->pool_data);
}
}
