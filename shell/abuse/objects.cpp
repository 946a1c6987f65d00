// SPDX-License-Identifier: MIT
// What is no object, given to kfree, kmem_cache_free, ksize and krealloc.
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "abuse/abuse.hpp"

namespace mink::shell {
namespace {

constexpr std::size_t kSize = 72;

// The cache of a row, gone with it.
class Cache {
 public:
  explicit Cache(const char* name, slab_flags_t flags = 0)
      : cache_{kmem_cache_create(name, kSize, 0, flags, static_cast<kmem_ctor1_t>(nullptr))} {}
  ~Cache() { kmem_cache_destroy(cache_); }
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;
  [[nodiscard]] kmem_cache* get() const { return cache_; }

 private:
  kmem_cache* cache_;
};

void bad_to_all(Abuse& abuse, void* address, const char* wrong, const char* what) {
  const Cache cache{"abused"};
  if (!abuse.need(cache.get() != nullptr)) return;
  abuse.refused(wrong, what, [&] { kfree(address); });
  abuse.refused(wrong, what, [&] { kmem_cache_free(cache.get(), address); });
  abuse.refused(wrong, what, [&] { abuse.expect(ksize(address) == 0); });
  abuse.refused(wrong, what, [&] { abuse.expect(krealloc(address, 5000, GFP_KERNEL) == nullptr); });
}

void foreign(Abuse& abuse) {
  bad_to_all(abuse, reinterpret_cast<void*>(std::uintptr_t{0x1230}), "no object of a cache",
             "outside of the memory");
}

void on_stack(Abuse& abuse) {
  int here = 0;
  bad_to_all(abuse, &here, "no object of a cache", "on the caller's stack");
}

void whole_page(Abuse& abuse) {
  page* const p = alloc_page(GFP_KERNEL);
  if (!abuse.need(p != nullptr)) return;
  bad_to_all(abuse, page_address(p), "no object of a cache", "a block of the page allocator of order 0");
  __free_page(p);
  for (const gfp_t compound : {gfp_t{0}, __GFP_COMP}) {
    page* const block = alloc_pages(GFP_KERNEL | compound, 2);
    if (!abuse.need(block != nullptr)) return;
    bad_to_all(abuse, page_address(block), "no object of a cache",
               "a block of the page allocator of order 2");
    __free_pages(block, 2);
  }
}

void shared_block(Abuse& abuse) {
  void* const memory = kmalloc(16384, GFP_KERNEL);
  if (!abuse.need(memory != nullptr)) return;
  page* const p = virt_to_page(memory);
  get_page(p);
  abuse.refused("others hold it, too", "a block of kmalloc of order 2", [&] { kfree(memory); });
  put_page(p);
  kfree(memory);
}

void interior(Abuse& abuse) {
  auto* const object = static_cast<char*>(kmalloc(128, GFP_KERNEL));
  if (!abuse.need(object != nullptr)) return;
  bad_to_all(abuse, object + 4, "not the start of an object", "byte 4 of object ");
  bad_to_all(abuse, object + 64, "not the start of an object", "of kmalloc-128 (at 0x");
  kfree(object);
}

void other_cache(Abuse& abuse) {
  const Cache one{"abused-one"}, two{"abused-two"};
  if (!abuse.need(one.get() != nullptr && two.get() != nullptr)) return;
  void* const object = kmem_cache_alloc(one.get(), GFP_KERNEL);
  if (!abuse.need(object != nullptr)) return;
  abuse.refused("another cache's object", " of abused-one, allocated",
                [&] { kmem_cache_free(two.get(), object); });
  kmem_cache_free(one.get(), object);
}

void twice_at_once(Abuse& abuse) {
  const Cache cache{"abused-twice"};
  if (!abuse.need(cache.get() != nullptr)) return;
  void* const object = kmem_cache_alloc(cache.get(), GFP_KERNEL);
  if (!abuse.need(object != nullptr)) return;
  kmem_cache_free(cache.get(), object);
  abuse.refused("double free", " of abused-twice, free", [&] { kmem_cache_free(cache.get(), object); });
  abuse.refused("double free", " of abused-twice, free", [&] { kfree(object); });
  abuse.refused("double free", " of abused-twice, free", [&] { abuse.expect(ksize(object) == 0); });
  abuse.refused("double free", " of abused-twice, free",
                [&] { abuse.expect(krealloc(object, 5000, GFP_KERNEL) == nullptr); });
}

// A thousand operations lie between the two frees; the object's slab stays, since another object of it does.
void twice_later(Abuse& abuse) {
  const Cache cache{"abused-later"};
  if (!abuse.need(cache.get() != nullptr)) return;
  void* const stays = kmem_cache_alloc(cache.get(), GFP_KERNEL);
  void* const object = kmem_cache_alloc(cache.get(), GFP_KERNEL);
  if (!abuse.need(stays != nullptr && object != nullptr)) return;
  kmem_cache_free(cache.get(), object);
  for (unsigned i = 0; i < 500; ++i) {
    void* const other = kmem_cache_alloc(cache.get(), GFP_KERNEL);
    kmem_cache_free(cache.get(), other);
  }
  abuse.refused("double free", " of abused-later, free", [&] { kmem_cache_free(cache.get(), object); });
  abuse.refused("double free", " of abused-later, free", [&] { kfree(object); });
  kmem_cache_free(cache.get(), stays);
}

void area(Abuse& abuse) {
  void* const memory = vmalloc(2 * PAGE_SIZE);
  if (!abuse.need(memory != nullptr)) return;
  bad_to_all(abuse, memory, "no object of a cache", "the vmalloc area at");
  vfree(memory);
}

void cache_in_use(Abuse& abuse) {
  kmem_cache* const cache = kmem_cache_create("abused-busy", kSize, 0, 0, static_cast<kmem_ctor1_t>(nullptr));
  if (!abuse.need(cache != nullptr)) return;
  void* const one = kmem_cache_alloc(cache, GFP_KERNEL);
  void* const two = kmem_cache_alloc(cache, GFP_KERNEL);
  if (abuse.need(one != nullptr && two != nullptr))
    abuse.refused("2 objects are out", " of abused-busy, allocated",
                  [&] { abuse.expect(kmem_cache_destroy(cache) != 0); });
  if (one != nullptr) kmem_cache_free(cache, one);
  if (two != nullptr) kmem_cache_free(cache, two);
  kmem_cache_destroy(cache);
}

constexpr AbuseRow kRows[] = {
    {"object-foreign", "an address that is nobody's", foreign},
    {"object-stack", "a variable on the stack", on_stack},
    {"object-page", "a page that is no slab", whole_page},
    {"object-shared", "a block of kmalloc that others hold a reference to", shared_block},
    {"object-inner", "an address inside an object", interior},
    {"object-other", "another cache's object", other_cache},
    {"object-twice", "an object freed twice at once", twice_at_once},
    {"object-later", "an object freed again a thousand operations later", twice_later},
    {"object-vmalloc", "an address of vmalloc", area},
    {"cache-busy", "a cache destroyed with objects out", cache_in_use},
};

}  // namespace

constinit const std::span<const AbuseRow> kObjectAbuses{kRows};

}  // namespace mink::shell
