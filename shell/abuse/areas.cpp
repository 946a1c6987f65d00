// SPDX-License-Identifier: MIT
// Wrong frees of areas, wrong pages mapped; elements and pools.
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <mm/kernel_memory.hpp>

#include "abuse/abuse.hpp"

namespace mink::shell {
namespace {

void* at(void* base, std::size_t offset) { return static_cast<char*>(base) + offset; }

void unknown(Abuse& abuse) {
  void* const memory = vmalloc(PAGE_SIZE);
  if (!abuse.need(memory != nullptr)) return;
  const std::size_t beyond = mm::kernel_memory().vmalloc.figures().total_bytes / 2;
  abuse.refused("no area is there", "where no area is", [&] { vfree(at(memory, beyond)); });
  abuse.refused("not an address of vmalloc's", "outside of the memory",
                [&] { vfree(reinterpret_cast<void*>(std::uintptr_t{0x2000})); });
  vfree(memory);
}

void inside(Abuse& abuse) {
  void* const memory = vmalloc(3 * PAGE_SIZE);
  if (!abuse.need(memory != nullptr)) return;
  abuse.refused("not the start of an area", "byte 4096 of the vmalloc area at",
                [&] { vfree(at(memory, PAGE_SIZE)); });
  abuse.refused("not the start of an area", "byte 1 of the vmalloc area at", [&] { vfree(at(memory, 1)); });
  vfree(memory);
}

void twice(Abuse& abuse) {
  void* const memory = vmalloc(PAGE_SIZE);
  if (!abuse.need(memory != nullptr)) return;
  vfree(memory);
  abuse.refused("double free", "freed already", [&] { vfree(memory); });
}

void of_kmalloc(Abuse& abuse) {
  void* const object = kmalloc(100, GFP_KERNEL);
  if (!abuse.need(object != nullptr)) return;
  abuse.refused("not an address of vmalloc's", " of kmalloc-128, allocated", [&] { vfree(object); });
  kfree(object);
}

void freed_page_mapped(Abuse& abuse) {
  page* p = alloc_page(GFP_KERNEL);
  if (!abuse.need(p != nullptr)) return;
  __free_page(p);
  abuse.refused("double free", "a free block of order 0", [&] { __free_page(p); });
  abuse.refused("nobody has this page", "a free block of order 0",
                [&] { abuse.expect(vmap(&p, 1, VM_MAP, PAGE_KERNEL) == nullptr); });
}

void unmapped_as_device(Abuse& abuse) {
  void* const memory = vmalloc(PAGE_SIZE);
  if (!abuse.need(memory != nullptr)) return;
  abuse.refused("vfree is meant", "the vmalloc area at", [&] { iounmap(memory); });
  abuse.refused("vfree is meant", "the vmalloc area at", [&] { vunmap(memory); });
  vfree(memory);
}

constexpr AbuseRow kAreaRows[] = {
    {"vfree-unknown", "an address that no area has", unknown},
    {"vfree-inside", "an address inside an area", inside},
    {"vfree-twice", "an area freed twice", twice},
    {"vfree-kmalloc", "an object of kmalloc given to vfree", of_kmalloc},
    {"vmap-freed", "a page freed twice and then mapped", freed_page_mapped},
    {"iounmap-vmalloc", "an area of vmalloc given to iounmap and vunmap", unmapped_as_device},
};

// --- pools ---

constexpr std::size_t kElement = 200;

// An element that went back to its allocator, and one that is in the reserve.
void element_twice(Abuse& abuse) {
  mempool_t* const pool = mempool_create_kmalloc_pool(2, kElement);
  if (!abuse.need(pool != nullptr)) return;
  void* elements[3];
  for (void*& e : elements) e = mempool_alloc(pool, GFP_KERNEL);
  for (void* e : elements) mempool_free(e, pool);
  for (void* e : elements)
    abuse.refused("not an element that is out of this pool", " of kmalloc-256, free",
                  [&] { mempool_free(e, pool); });
  void* const kept = pool->elements[0];
  abuse.refused("double free", " of kmalloc-256, allocated", [&] { mempool_free(kept, pool); });
  mempool_destroy(pool);
}

void other_pool(Abuse& abuse) {
  mempool_t* const pool = mempool_create_kmalloc_pool(2, kElement);
  mempool_t* const other = mempool_create_kmalloc_pool(2, kElement);
  if (abuse.need(pool != nullptr && other != nullptr)) {
    void* const element = mempool_alloc(pool, GFP_KERNEL);
    abuse.refused("not an element that is out of this pool", " of kmalloc-256, allocated",
                  [&] { mempool_free(element, other); });
    mempool_free(element, pool);
  }
  mempool_destroy(pool);
  mempool_destroy(other);
}

void pool_in_use(Abuse& abuse) {
  mempool_t* const pool = mempool_create_kmalloc_pool(2, kElement);
  if (!abuse.need(pool != nullptr)) return;
  void* const element = mempool_alloc(pool, GFP_KERNEL);
  abuse.refused("elements are out", " of kmalloc-256, allocated", [&] { mempool_destroy(pool); });
  mempool_free(element, pool);
  mempool_destroy(pool);
}

constexpr AbuseRow kPoolRows[] = {
    {"mempool-twice", "an element freed twice", element_twice},
    {"mempool-other", "an element freed into another pool of the same size", other_pool},
    {"mempool-busy", "a pool destroyed with an element out", pool_in_use},
};

}  // namespace

constinit const std::span<const AbuseRow> kAreaAbuses{kAreaRows};
constinit const std::span<const AbuseRow> kPoolAbuses{kPoolRows};

}  // namespace mink::shell
