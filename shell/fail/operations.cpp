// SPDX-License-Identifier: MIT
// Each takes what it needs in one run, and holds nothing after an error.
#include "fail/operations.hpp"

#include <linux/dmapool.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kthread.h>
#include <linux/mempool.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <mm/dma.hpp>

namespace mink::shell {
namespace {

constinit void* held = nullptr;  // by the operation that ran last
constinit void* held_too = nullptr;

int outcome(void* memory) {
  held = memory;
  return memory != nullptr ? 0 : -ENOMEM;
}

template <unsigned long Bytes>
int run_vmalloc(void*) {
  return outcome(vmalloc(Bytes));
}
void undo_vmalloc(void*) { vfree(held); }
int run_vmalloc_user(void*) { return outcome(vmalloc_user(16 * kPageSize)); }
int run_kvmalloc(void*) { return outcome(kvmalloc(64 * 1024, GFP_KERNEL)); }
void undo_kvmalloc(void*) { kvfree(held); }

int run_vmap(void*) {
  struct page* pages[3] = {};
  for (struct page*& p : pages) p = alloc_page(GFP_KERNEL);
  void* const area = pages[0] != nullptr && pages[1] != nullptr && pages[2] != nullptr
                         ? vmap(pages, 3, VM_MAP, PAGE_KERNEL)
                         : nullptr;
  if (area != nullptr) return outcome(area);
  for (struct page* p : pages) {
    if (p != nullptr) __free_page(p);
  }
  return -ENOMEM;
}
void undo_vmap(void*) {
  struct page* pages[3];
  for (unsigned i = 0; i < 3; ++i) pages[i] = vmalloc_to_page(static_cast<char*>(held) + i * kPageSize);
  vunmap(held);
  for (struct page* p : pages) __free_page(p);
}

// The top of the address space: nothing is read or written there.
int run_ioremap(void*) { return outcome(ioremap(0xffff0000, 3 * kPageSize)); }
void undo_ioremap(void*) { iounmap(held); }

template <unsigned long Flags>
int run_cache(void*) {
  return outcome(kmem_cache_create("fail-sweep", 100, 0, Flags, nullptr));
}
void undo_cache(void*) { kmem_cache_destroy(static_cast<kmem_cache*>(held)); }

// The first object of an empty cache, a slab's making included.
int run_first_object(void*) {
  kmem_cache* const cache = kmem_cache_create("fail-sweep", 200, 0, 0, nullptr);
  if (cache == nullptr) return -ENOMEM;
  held_too = cache;
  if (outcome(kmem_cache_alloc(cache, GFP_KERNEL)) == 0) return 0;
  kmem_cache_destroy(cache);
  return -ENOMEM;
}
void undo_first_object(void*) {
  kmem_cache_free(static_cast<kmem_cache*>(held_too), held);
  kmem_cache_destroy(static_cast<kmem_cache*>(held_too));
}

constexpr unsigned kBulk = 40;
constinit void* bulk[kBulk] = {};

int run_bulk(void*) {
  kmem_cache* const cache = kmem_cache_create("fail-sweep", 500, 0, 0, nullptr);
  if (cache == nullptr) return -ENOMEM;
  held = cache;
  if (kmem_cache_alloc_bulk(cache, GFP_KERNEL, kBulk, bulk) == static_cast<int>(kBulk)) return 0;
  kmem_cache_destroy(cache);
  return -ENOMEM;
}
void undo_bulk(void*) {
  kmem_cache_free_bulk(static_cast<kmem_cache*>(held), kBulk, bulk);
  kmem_cache_destroy(static_cast<kmem_cache*>(held));
}

int run_mempool(void*) {
  mempool_t* const pool = mempool_create_kmalloc_pool(4, 300);
  if (pool == nullptr) return -ENOMEM;
  const int error = mempool_resize(pool, 12);
  if (error == 0) return outcome(pool);
  mempool_destroy(pool);
  return error;
}
void undo_mempool(void*) { mempool_destroy(static_cast<mempool_t*>(held)); }

int run_krealloc(void*) {
  auto* const small = static_cast<unsigned char*>(kmalloc(100, GFP_KERNEL));
  if (small == nullptr) return -ENOMEM;
  small[99] = 0x5a;
  auto* const large = static_cast<unsigned char*>(krealloc(small, 20000, GFP_KERNEL));
  if (large != nullptr) return large[99] == 0x5a ? outcome(large) : -EFAULT;
  const bool kept = small[99] == 0x5a;  // a failed krealloc leaves the old object alone
  kfree(small);
  return kept ? -ENOMEM : -EFAULT;
}
int run_kmalloc_large(void*) { return outcome(kmalloc(64 * 1024, GFP_KERNEL)); }
void undo_kfree(void*) { kfree(held); }

constinit struct page* single[kBulk] = {};
int run_pages_bulk(void*) {
  const unsigned long got = alloc_pages_bulk_array(GFP_KERNEL, kBulk, single);
  if (got == kBulk) return 0;
  for (struct page*& p : single) {
    if (p != nullptr) __free_page(p);
    p = nullptr;
  }
  return -ENOMEM;
}
void undo_pages_bulk(void*) {
  for (struct page*& p : single) {
    __free_page(p);
    p = nullptr;
  }
}

int idle_thread(void*) {
  while (!kthread_should_stop()) {
    set_current_state(TASK_INTERRUPTIBLE);
    if (!kthread_should_stop()) schedule();
    __set_current_state(TASK_RUNNING);
  }
  return 0;
}
int run_kthread(void*) {
  task_struct* const thread = kthread_create(idle_thread, nullptr, "fail-sweep");
  if (IS_ERR(thread)) return static_cast<int>(PTR_ERR(thread));
  wake_up_process(thread);
  return outcome(thread);
}
void undo_kthread(void*) { kthread_stop(static_cast<task_struct*>(held)); }

int run_workqueue(void*) { return outcome(alloc_workqueue("fail-sweep", 0, 1)); }
void undo_workqueue(void*) { destroy_workqueue(static_cast<workqueue_struct*>(held)); }

bool coherent_there() { return mm::coherent_memory().bytes() != 0; }
constinit dma_addr_t handle = 0;
int run_dma_pool(void*) {
  dma_pool* const pool = dma_pool_create("fail-sweep", nullptr, 64, 32, 0);
  if (pool == nullptr) return -ENOMEM;
  held_too = pool;
  if (outcome(dma_pool_alloc(pool, GFP_KERNEL, &handle)) == 0) return 0;
  dma_pool_destroy(pool);
  return -ENOMEM;
}
void undo_dma_pool(void*) {
  dma_pool_free(static_cast<dma_pool*>(held_too), held, handle);
  dma_pool_destroy(static_cast<dma_pool*>(held_too));
}

constexpr FailOperation kTable[] = {
    {{"vmalloc-4K", run_vmalloc<4 * 1024>, undo_vmalloc}},
    {{"vmalloc-64K", run_vmalloc<64 * 1024>, undo_vmalloc}},
    {{"vmalloc-3M", run_vmalloc<3 * 1024 * 1024>, undo_vmalloc}},
    {{"vmalloc_user", run_vmalloc_user, undo_vmalloc}},
    {{"vmap", run_vmap, undo_vmap}},
    {{"ioremap", run_ioremap, undo_ioremap}},
    {{"kmem_cache_create", run_cache<0>, undo_cache}},
    {{"kmem_cache_create-debug", run_cache<SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER>, undo_cache}},
    {{"kmem_cache_alloc-first", run_first_object, undo_first_object}},
    {{"kmem_cache_alloc_bulk", run_bulk, undo_bulk}},
    {{"mempool", run_mempool, undo_mempool}},
    {{"kvmalloc", run_kvmalloc, undo_kvmalloc}},
    {{"krealloc", run_krealloc, undo_kfree}},
    {{"kmalloc-64K", run_kmalloc_large, undo_kfree}},
    {{"alloc_pages_bulk", run_pages_bulk, undo_pages_bulk}},
    {{"kthread", run_kthread, undo_kthread}},
    {{"workqueue", run_workqueue, undo_workqueue}},
    {{"dma_pool", run_dma_pool, undo_dma_pool}, coherent_there},
};

}  // namespace

std::span<const FailOperation> fail_operations() { return kTable; }

}  // namespace mink::shell
