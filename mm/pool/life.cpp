// SPDX-License-Identifier: MIT
// Pools are made, resized and taken apart: the parts that allocate for the pool itself.
#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <lib/log_sink.hpp>
#include <mm/mempool.hpp>
#include <mm/slab.hpp>
#include <sync/preempt.hpp>

#include "pool/out.hpp"
#include "report/refusal.hpp"

namespace mink::mm {
namespace {

// Elements beyond `keep` go back to their allocator, one at a time, with interrupts as they are.
void drain(mempool_t& pool, int keep) {
  for (;;) {
    void* element = nullptr;
    {
      const arch::IrqGuard guard;
      if (pool.curr_nr > keep) {
        element = MempoolOut::pop(pool);
      } else {
        MempoolOut::list_top(pool);  // there may be no room for it any more
      }
    }
    if (element == nullptr) return;
    pool.free(element, pool.pool_data);
  }
}

// Allocates until the reserve is full. False: the allocator gave up before.
bool fill(mempool_t& pool, gfp_t gfp) {
  while (pool.curr_nr < pool.min_nr) {
    void* element = pool.alloc(gfp, pool.pool_data);
    if (element == nullptr) return false;
    {
      const arch::IrqGuard guard;
      if (pool.curr_nr < pool.min_nr) {
        MempoolOut::push(pool, element);
        element = nullptr;
      }
    }
    if (element != nullptr) pool.free(element, pool.pool_data);  // a mempool_free was faster
  }
  return true;
}

constinit mempool_t* all_pools = nullptr;

void enlist(mempool_t& pool) {
  const arch::IrqGuard guard;
  pool.next_pool = all_pools;
  pool.link = &all_pools;
  if (all_pools != nullptr) all_pools->link = &pool.next_pool;
  all_pools = &pool;
}

void delist(mempool_t& pool) {
  const arch::IrqGuard guard;
  *pool.link = pool.next_pool;
  if (pool.next_pool != nullptr) pool.next_pool->link = pool.link;
  pool.link = nullptr;
}

// The cache behind the ready-made callbacks, so that mempool_alloc need not call them.
kmem_cache* cache_of(mempool_alloc_t* alloc, mempool_free_t* free, void* pool_data) {
  if (alloc == mempool_alloc_slab && free == mempool_free_slab) return static_cast<kmem_cache*>(pool_data);
  const auto size = reinterpret_cast<std::size_t>(pool_data);
  if (alloc != mempool_kmalloc || free != mempool_kfree || size - 1 >= KMALLOC_MAX_CACHE_SIZE) return nullptr;
  return kmalloc_caches[KMALLOC_NORMAL][kmalloc_index(size)];
}

void** alloc_array(SlabAllocator& memory, int min_nr, gfp_t gfp, const void* caller) {
  const std::size_t words = static_cast<std::size_t>(min_nr) + MempoolOut::words_behind(min_nr);
  return static_cast<void**>(memory.kmalloc(words * sizeof(void*), gfp, caller));
}

constexpr unsigned kListedElements = 16;

void list_element(TextSink& log, const Memory& memory, const void* element) {
  print(log, "  0x%px is ", element);
  print_what(log, memory, element);
  print(log, "\n");
}

void list_out(const mempool_t& pool) {
  const Memory memory = memory_of(pool);
  LogSink log{KERN_ERR};
  unsigned listed = 0;
  const auto list = [&](const void* element) {
    if (element != nullptr && listed++ < kListedElements) list_element(log, memory, element);
  };
  list(pool.last_out);
  list(pool.elements[pool.curr_nr]);
  for (unsigned i = 0; i <= ~0u >> pool.out_shift; ++i) list(pool.out_table[i]);
}

}  // namespace

Err mempool_init_in(SlabAllocator& memory, mempool_t& pool, int min_nr, mempool_alloc_t* alloc,
                    mempool_free_t* free, void* pool_data, gfp_t gfp, const void* caller) {
  if (min_nr < 0 || alloc == nullptr || free == nullptr) {
    printk(KERN_ERR "mempool: min_nr %d, alloc %ps, free %ps make no pool, called from %pS\n", min_nr,
           reinterpret_cast<void*>(alloc), reinterpret_cast<void*>(free), caller);
    return Err::Inval;
  }
  pool = mempool_t{};
  pool.pool_data = pool_data;
  pool.alloc = alloc;
  pool.free = free;
  pool.memory = &memory;
  pool.cache = cache_of(alloc, free, pool_data);
  void** const elements = alloc_array(memory, min_nr, gfp, caller);
  if (elements == nullptr) return Err::NoMem;
  MempoolOut::move(pool, elements, min_nr);
  enlist(pool);
  if (fill(pool, gfp)) return Err::Ok;
  (void)mempool_exit_from(pool, caller);
  return Err::NoMem;
}

bool mempool_refuse_destroy(const mempool_t& pool, const void* caller) {
  if (!mempool_initialized(&pool) || mink_mempool_out(&pool) == 0) return false;
  report_refusal(memory_of(pool), {.call = "mempool_destroy",
                                   .given = static_cast<const void*>(&pool),
                                   .wrong = "elements are out",
                                   .caller = caller});
  list_out(pool);
  return true;
}

unsigned mempool_exit_from(mempool_t& pool, const void* caller) {
  if (!mempool_initialized(&pool)) return 0;
  const unsigned out = mink_mempool_out(&pool);
  if (out != 0) {
    printk(KERN_ERR "BUG: mempool_exit(0x%px): %u elements are out and lost to it, called from %pS\n",
           static_cast<void*>(&pool), out, caller);
    list_out(pool);
  }
  delist(pool);
  drain(pool, 0);
  static_cast<SlabAllocator*>(pool.memory)->kfree(pool.elements, caller);
  MempoolOut::forget(pool);
  return out;
}

Err mempool_resize_to(mempool_t& pool, int min_nr, const void* caller) {
  if (min_nr < 0 || !mempool_initialized(&pool)) return Err::Inval;
  if (min_nr <= pool.min_nr) {
    {
      const arch::IrqGuard guard;
      pool.min_nr = min_nr;
    }
    drain(pool, min_nr);
    return Err::Ok;
  }
  auto& memory = *static_cast<SlabAllocator*>(pool.memory);
  void** const bigger = alloc_array(memory, min_nr, GFP_KERNEL, caller);
  if (bigger == nullptr) return Err::NoMem;
  void** const old = pool.elements;
  {
    const arch::IrqGuard guard;  // a word for each element that is in: a reserve is tens of them
    MempoolOut::move(pool, bigger, min_nr);
  }
  memory.kfree(old, caller);
  (void)fill(pool, GFP_KERNEL);  // what is missing comes with the next frees
  return Err::Ok;
}

void visit_mempools(void (*visit)(const mempool_t& pool, void* context), void* context) {
  sync::preempt_disable();  // pools are made and taken apart by threads alone
  for (const mempool_t* pool = all_pools; pool != nullptr; pool = pool->next_pool) visit(*pool, context);
  sync::preempt_enable();
}

}  // namespace mink::mm
