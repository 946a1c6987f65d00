// SPDX-License-Identifier: MIT
// Pools of small coherent blocks. Which blocks of a page are free is in a bit map of cacheable memory: a device that
// runs wild in its descriptors does not reach it.
#include <linux/dmapool.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <algorithm>
#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <bit>
#include <mm/dma.hpp>
#include <new>
#include <utility>

namespace mink::mm {
namespace {

// A page and its blocks: block i begins at boundary i / per_boundary, and is its i % per_boundary'th.
struct PoolPage {
  PoolPage* next;  // of its pool's that have a free block
  dma_pool* pool;
  char* memory;
  unsigned in_use;
  std::uint32_t free[];
};

}  // namespace
}  // namespace mink::mm

using namespace mink;
using namespace mink::mm;

struct dma_pool {
  const char* name;
  unsigned size;          // of a block, rounded up to its alignment
  unsigned boundary;      // at most a page
  unsigned per_boundary;  // blocks in it
  unsigned blocks;        // of a page
  unsigned in_use = 0;
  unsigned pages = 0;
  PoolPage* with_free = nullptr;  // the first is given out of until it has none
  dma_pool* next = nullptr;

  [[nodiscard]] unsigned words() const { return (blocks + 31) / 32; }
  [[nodiscard]] unsigned offset(unsigned i) const {
    return i / per_boundary * boundary + i % per_boundary * size;
  }
};

namespace {

constinit dma_pool* pools = nullptr;

void push(dma_pool& pool, PoolPage& p) { p.next = std::exchange(pool.with_free, &p); }

bool add_page(dma_pool& pool, gfp_t gfp) {
  auto* const p = static_cast<PoolPage*>(
      kzalloc(sizeof(PoolPage) + pool.words() * sizeof(std::uint32_t), gfp & ~(GFP_DMA | __GFP_ZERO)));
  if (p == nullptr) return false;
  p->memory = static_cast<char*>(coherent_memory().alloc(kPageSize, p));
  if (p->memory == nullptr) {
    kfree(p);
    return false;
  }
  p->pool = &pool;
  for (unsigned i = 0; i < pool.blocks; ++i) p->free[i / 32] |= 1u << (i % 32);
  const arch::IrqGuard guard;
  push(pool, *p);
  ++pool.pages;
  return true;
}

// nullptr: no page has a free block.
void* take(dma_pool& pool) {
  const arch::IrqGuard guard;
  PoolPage* const p = pool.with_free;
  if (p == nullptr) return nullptr;
  unsigned word = 0;
  while (p->free[word] == 0) ++word;
  const auto bit = static_cast<unsigned>(std::countr_zero(p->free[word]));
  p->free[word] &= p->free[word] - 1;
  ++pool.in_use;
  if (++p->in_use == pool.blocks) pool.with_free = p->next;
  return p->memory + pool.offset(word * 32 + bit);
}

// The block's number, or pool.blocks if none begins there.
unsigned block_at(const dma_pool& pool, const PoolPage& p, const void* block) {
  const auto offset = static_cast<unsigned>(static_cast<const char*>(block) - p.memory);
  const unsigned in = offset % pool.boundary;
  const unsigned i = offset / pool.boundary * pool.per_boundary + in / pool.size;
  return in % pool.size == 0 && in / pool.size < pool.per_boundary && i < pool.blocks ? i : pool.blocks;
}

}  // namespace

extern "C" {

struct dma_pool* dma_pool_create(const char* name, struct device*, size_t size, size_t align,
                                 size_t boundary) {
  align = align == 0 ? 1 : align;
  const bool powers = std::has_single_bit(align) && (boundary == 0 || std::has_single_bit(boundary));
  const std::size_t whole = align_up(std::max<std::size_t>(size, 4), powers ? align : 1);
  const std::size_t room = std::min(boundary == 0 ? kPageSize : boundary, kPageSize);
  if (!powers || size == 0 || whole > room) {
    printk(KERN_ERR
           "dma_pool_create: %s: blocks of %zu bytes, aligned to %zu, within %zu: refused (caller %pS)\n",
           name, size, align, boundary, MINK_CALLER());
    return nullptr;
  }
  void* const memory = kmalloc(sizeof(dma_pool), GFP_KERNEL);
  if (memory == nullptr) return nullptr;
  const auto per_boundary = static_cast<unsigned>(room / whole);
  auto* const pool =
      ::new (memory) dma_pool{.name = name,
                              .size = static_cast<unsigned>(whole),
                              .boundary = static_cast<unsigned>(room),
                              .per_boundary = per_boundary,
                              .blocks = static_cast<unsigned>(kPageSize / room) * per_boundary};
  const arch::IrqGuard guard;
  pool->next = std::exchange(pools, pool);
  return pool;
}

void dma_pool_destroy(struct dma_pool* pool) {
  if (pool == nullptr) return;
  if (pool->in_use != 0) {
    printk(KERN_ERR "dma_pool_destroy: %s: %u blocks are in use; it stays (caller %pS)\n", pool->name,
           pool->in_use, MINK_CALLER());
    return;
  }
  {
    const arch::IrqGuard guard;
    dma_pool** link = &pools;
    while (*link != pool) link = &(*link)->next;
    *link = pool->next;
  }
  while (PoolPage* const p = pool->with_free) {
    pool->with_free = p->next;
    (void)coherent_memory().free(p->memory, kPageSize);
    kfree(p);
  }
  kfree(pool);
}

void* dma_pool_alloc(struct dma_pool* pool, gfp_t gfp, dma_addr_t* handle) {
  void* block;
  while ((block = take(*pool)) == nullptr) {
    if (!add_page(*pool, gfp)) return nullptr;
  }
  *handle = coherent_memory().phys(block).raw();
  return block;
}

void* dma_pool_zalloc(struct dma_pool* pool, gfp_t gfp, dma_addr_t* handle) {
  void* const block = dma_pool_alloc(pool, gfp, handle);
  return block != nullptr ? memset(block, 0, pool->size) : nullptr;
}

void dma_pool_free(struct dma_pool* pool, void* block, dma_addr_t handle) {
  const void* const page = reinterpret_cast<const void*>(align_down(virt_of(block).raw(), kPageSize));
  auto* const p = static_cast<PoolPage*>(coherent_memory().owner(page));
  const char* wrong = nullptr;
  if (p == nullptr || p->pool != pool) {
    wrong = "no block of this pool";
  } else if (coherent_memory().phys(block).raw() != handle) {
    wrong = "that is not its handle";
  } else {
    const arch::IrqGuard guard;
    const unsigned i = block_at(*pool, *p, block);
    if (i == pool->blocks) {
      wrong = "not the start of a block";
    } else if ((p->free[i / 32] >> (i % 32) & 1) != 0) {
      wrong = "free already";
    } else {
      p->free[i / 32] |= 1u << (i % 32);
      --pool->in_use;
      if (p->in_use-- == pool->blocks) push(*pool, *p);
    }
  }
  if (wrong == nullptr) return;
  refuse_dma({nullptr, virt_of(block).raw(), pool->size, DMA_NONE, false, "dma_pool_free", MINK_CALLER()},
             pool->name, wrong);
}

}  // extern "C"

namespace mink::mm {

void print_dma_pools(TextSink& out) {
  const arch::IrqGuard guard;
  for (const dma_pool* p = pools; p != nullptr; p = p->next)
    print(out, "%-16s %4u %4u %4u %2u\n", p->name, p->in_use, p->blocks * p->pages, p->size, p->pages);
}

}  // namespace mink::mm
