// SPDX-License-Identifier: MIT
// The slab allocator: object caches and kmalloc over an injected page allocator. The kernel has one; a test
// makes its own. The Linux-named functions (<linux/slab.h>) are the face of the kernel's.
//
// One CPU: interrupts off is the lock, held for a bounded number of instructions; pages are allocated,
// constructors and destructors run with interrupts as the caller has them.
#pragma once
#include <arch/irq.hpp>
#include <base/err.hpp>
#include <cstddef>
#include <cstdint>
#include <lib/list.hpp>
#include <lib/text_sink.hpp>
#include <mm/failure_source.hpp>
#include <mm/kmem_cache.hpp>
#include <mm/reclaim_ops.hpp>
#include <optional>
#include <string_view>

#include <linux/slab.h>

struct rcu_head;

namespace mink::mm {

class PageAllocator;
struct Memory;

struct CacheSpec {
  const char* name = nullptr;
  std::size_t size = 0;
  std::size_t align = 0;
  slab_flags_t flags = 0;
  kmem_any_fn_t ctor = nullptr;
  int ctor_args = 0;
  kmem_any_fn_t dtor = nullptr;
  int dtor_args = 0;
};

struct SlabOptions {
  std::size_t kmalloc_max = KMALLOC_MAX_SIZE;  // bytes, kmalloc_max= on the command line; at least 8 K
  std::optional<std::string_view> debug =
      {};                    // slub_debug= on the command line, Linux's syntax; must outlive the allocator
  bool store_users = false;  // every cache has SLAB_STORE_USER: visit_users() knows each object's caller
};

struct SlabFigures {
  std::size_t reclaimable_pages;
  std::size_t unreclaimable_pages;
  std::size_t large_pages;  // of kmalloc beyond 8 K
};

// What a free needs to make a page of an address: copied from the page allocator.
struct LinearPages {
  std::uintptr_t base = 0;
  std::size_t count = 0;
  page* map = nullptr;
};

class SlabAllocator final : public Shrinker {
 public:
  constexpr SlabAllocator() = default;
  SlabAllocator(const SlabAllocator&) = delete;
  SlabAllocator& operator=(const SlabAllocator&) = delete;

  // Once, before anything else: makes the cache of caches and kmalloc's caches. NoMem: `pages` is too small.
  // A block of `pages` must be aligned to its own size in virtual addresses too.
  Err init(PageAllocator& pages, const SlabOptions& options = {});
  // Gives every empty slab and then every cache of kmalloc back: for a test's own instance. Busy if a cache
  // has live objects.
  Err shut_down();

  // Caches; contracts as in <linux/slab.h>. `caller` is named in reports.
  kmem_cache* create(const CacheSpec& spec, const void* caller);
  Err destroy(kmem_cache& cache, const void* caller);
  // Returns the number of pages given back.
  std::size_t shrink_cache(kmem_cache& cache);
  // From time to time, by who has nothing better to do: of each cache's empty slabs all but 64 KB, at least two, which are
  // kept for a caller who comes back. Thread context. O(slabs with free objects), preemption off for a cache at a time.
  void reap();
  // Reclaim: empty slabs of all caches without SLAB_NO_REAP, at least `pages` if there are as many. Returns
  // how many.
  std::size_t shrink(gfp_t gfp, std::size_t pages) override;

  // How the pages of SLAB_TYPESAFE_BY_RCU caches wait for readers (call_rcu); without it they do not. Only for the
  // kernel's instance.
  using CallAfterReaders = void (*)(rcu_head* head, void (*function)(rcu_head* head));
  void set_grace_period(CallAfterReaders call) { after_readers_ = call; }

  // From now on the allocation of every object asks `source` whether it is to fail; nullptr: none any more. The fast
  // paths of allocation are closed meanwhile. Thread context. O(caches).
  void set_failures(FailureSource* source);

  [[nodiscard]] void* alloc(kmem_cache& cache, gfp_t gfp, const void* caller);
  void free(kmem_cache& cache, const void* object, const void* caller);
  [[nodiscard]] bool alloc_bulk(kmem_cache& cache, gfp_t gfp, std::size_t count, void** objects,
                                const void* caller);
  void free_bulk(kmem_cache* cache, std::size_t count, void* const* objects, const void* caller);

  // kmalloc; contracts as in <linux/slab.h>.
  [[nodiscard]] void* kmalloc(std::size_t size, gfp_t gfp, const void* caller);
  [[nodiscard]] void* kmalloc_large(std::size_t size, gfp_t gfp, const void* caller);
  void kfree(const void* object, const void* caller);
  [[nodiscard]] void* krealloc(const void* object, std::size_t size, gfp_t gfp, const void* caller);
  [[nodiscard]] std::size_t ksize(const void* object, const void* caller) const;
  [[nodiscard]] kmem_cache* kmalloc_cache(kmalloc_cache_type type, unsigned index) const {
    return kmalloc_caches_[type][index];
  }
  [[nodiscard]] std::size_t kmalloc_max() const { return kmalloc_max_; }

  // Whose object is this? What reports and the shell say of an address.
  struct ObjectInfo {
    kmem_cache* cache = nullptr;  // nullptr: no slab's
    const void* object =
        nullptr;  // start of the object whose slot holds the address; nullptr: beyond the last one
    unsigned index = 0;
    std::size_t offset = 0;  // of the address in the object, wrapped below zero in its left red zone
    bool allocated = false;
  };
  [[nodiscard]] ObjectInfo find(const void* address) const;

  // Checks every slab of every cache: maps, lists, counts, ownership of pages, red zones and poison. True:
  // all is well; otherwise each finding is written to `why`. Irqs are off for a whole cache, for a piece of
  // memory at a time, then for a look at all blocks; preemption is off throughout: a tool for tests and people.
  bool check(TextSink& why) const;

  // /proc/slabinfo, version 2.1, newest cache first.
  void print_slabinfo(TextSink& out) const;
  [[nodiscard]] SlabFigures figures() const;
  [[nodiscard]] std::size_t live_objects(const kmem_cache& cache) const;
  // What its reports describe addresses by.
  [[nodiscard]] Memory surroundings() const;
  // Frees refused and corruptions found since init.
  [[nodiscard]] std::size_t reports() const { return reports_; }

  // Calls visit(cache, caller, context) for each object out of a cache with SLAB_STORE_USER. Interrupts are off for one slab
  // at a time. O(pages of the machine); thread context.
  using UserVisitor = void (*)(const kmem_cache& cache, const void* caller, void* context);
  void visit_users(UserVisitor visit, void* context) const;

  using CacheList = List<kmem_cache, &kmem_cache::list_node>;
  [[nodiscard]] const CacheList& caches() const { return caches_; }
  [[nodiscard]] kmem_cache* find_cache(const char* name) const;

 private:
  friend struct SlabFast;
  friend class SlabReport;
  friend class SlabDebug;

  // alloc.cpp, free.cpp: what the fast paths leave over
  void* alloc_slow(kmem_cache& cache, gfp_t gfp, const void* caller);
  bool put(const kmem_cache* expected, const void* object);
  void free_slow(kmem_cache* expected, const void* object, const void* caller);
  void* alloc_of_new(kmem_cache& cache, gfp_t gfp, const void* caller);
  // Do its fast paths allocate? Irqs off.
  void open_or_close(kmem_cache& cache) {
    cache.open_words = failures_ == nullptr && cache.object_limit != 0 ? cache.map_words : 0;
  }
  void* take_elsewhere(kmem_cache& cache);
  void* take_debug(kmem_cache& cache);
  void free_debug(kmem_cache& cache, const void* object, unsigned index, const void* caller);
  [[nodiscard]] std::size_t usable_size(const void* object, const char* function, const void* caller) const;
  [[nodiscard]] bool is_large(const page& head, const void* object) const;
  page* new_large(gfp_t gfp, unsigned order, const void* caller);
  bool free_large(page& p, const void* object, const void* caller);

  // slab_page.cpp: making and releasing slabs
  bool add_slab(kmem_cache& cache, gfp_t gfp, const void* caller);
  void strike_slab(kmem_cache& cache, page& slab);
  std::size_t& pages_of_kind(const kmem_cache& cache) {
    return (cache.flags & SLAB_RECLAIM_ACCOUNT) != 0 ? reclaimable_pages_ : unreclaimable_pages_;
  }
  void release_slab(kmem_cache& cache, page& slab);
  std::size_t release_empty(kmem_cache& cache, std::size_t pages, unsigned kept);
  std::size_t release_of_all(std::size_t pages, bool reclaim);
  void set_aside_current(kmem_cache& cache);
  [[nodiscard]] page* slab_of(const kmem_cache& cache, const void* address) const;

  // check.cpp
  bool check_slab(const kmem_cache& cache, const page& slab, bool current, TextSink& why) const;
  bool check_listed(const kmem_cache& cache, std::size_t& slabs, TextSink& why) const;
  bool check_counts(TextSink& why) const;

  // cache.cpp
  Err init_cache(kmem_cache& cache, const CacheSpec& spec);
  kmem_cache* refuse(const CacheSpec& spec, const char* reason, const void* caller) const;

  // The page of an address of the allocator's memory, or nullptr.
  [[nodiscard]] page* page_of(const void* address) const {
    const std::uintptr_t index = (reinterpret_cast<std::uintptr_t>(address) - linear_.base) >> kPageShift;
    return index < linear_.count ? linear_.map + index : nullptr;
  }
  [[nodiscard]] std::uintptr_t address_of(const page& p) const {
    return linear_.base + (static_cast<std::uintptr_t>(&p - linear_.map) << kPageShift);
  }

  LinearPages linear_;

  kmem_cache* kmalloc_caches_[NR_KMALLOC_TYPES][KMALLOC_SHIFT_HIGH + 1] = {};
  PageAllocator* source_ = nullptr;
  std::size_t kmalloc_max_ = 0;
  slab_flags_t flags_of_all_ = 0;
  std::optional<std::string_view> debug_option_;
  CacheList caches_;  // newest first
  kmem_cache cache_cache_{};
  std::size_t reclaimable_pages_ = 0;
  std::size_t unreclaimable_pages_ = 0;
  std::size_t large_pages_ = 0;
  std::size_t serial_ = 0;
  CallAfterReaders after_readers_ = nullptr;
  FailureSource* failures_ = nullptr;
  mutable std::size_t reports_ = 0;
};

// Makes the kernel's instance (kernel_memory().slab) over its page allocator, and fills in kmalloc_caches.
Err init_kernel_slab(const SlabOptions& options);

}  // namespace mink::mm
