// SPDX-License-Identifier: MIT
// The reports, and the look-up behind them.
#include "slab/report.hpp"

#include <initializer_list>
#include <lib/log_sink.hpp>
#include <mm/page_allocator.hpp>
#include <mm/page_state.hpp>

#include "report/refusal.hpp"
#include "slab/debug.hpp"
#include "slab/free_map.hpp"

namespace mink::mm {
namespace {

constexpr unsigned kListedObjects = 16;

void print_users(const kmem_cache& cache, const void* object) {
  const Track* const tracks = SlabDebug::tracks(cache, object);
  if (tracks == nullptr) return;
  if (tracks[0].caller != nullptr)
    printk(KERN_ERR "  allocated by %pS (%zu)\n", tracks[0].caller, tracks[0].serial);
  if (tracks[1].caller != nullptr)
    printk(KERN_ERR "  freed by %pS (%zu)\n", tracks[1].caller, tracks[1].serial);
}

}  // namespace

SlabAllocator::ObjectInfo SlabAllocator::find(const void* address) const {
  ObjectInfo info;
  const page* const p = page_of(address);
  if (p == nullptr || p->slab_cache == nullptr) return info;
  info.cache = p->slab_cache;
  const kmem_cache& cache = *info.cache;
  const std::uintptr_t in_slab = reinterpret_cast<std::uintptr_t>(address) & cache.slab_mask;
  const std::uintptr_t index = in_slab / cache.size;
  if (index >= cache.objects) return info;
  const std::uintptr_t object =
      reinterpret_cast<std::uintptr_t>(address) - in_slab + index * cache.size + cache.left_pad;
  info.object = reinterpret_cast<const void*>(object);
  info.index = static_cast<unsigned>(index);
  info.offset = reinterpret_cast<std::uintptr_t>(address) - object;
  info.allocated = !is_free(*p, index);
  return info;
}

Memory SlabAllocator::surroundings() const { return Memory::around(*source_, this); }

void SlabReport::bad_free(const SlabAllocator& owner, const kmem_cache* expected, const void* object,
                          const void* caller) {
  bad_address(owner, expected != nullptr ? "kmem_cache_free" : "kfree", expected, object, caller);
}

void SlabReport::bad_address(const SlabAllocator& owner, const char* function, const kmem_cache* expected,
                             const void* object, const void* caller) {
  ++owner.reports_;
  const SlabAllocator::ObjectInfo info = owner.find(object);
  const char* wrong = "no object of a cache";
  if (info.cache != nullptr) {
    wrong = info.object != object                           ? "not the start of an object"
            : !info.allocated                               ? "double free: free already"
            : expected != nullptr && expected != info.cache ? "another cache's object"
                                                            : "not to be freed so";
  }
  report_refusal(owner.surroundings(), {.call = function,
                                        .subject = expected != nullptr ? expected->name : nullptr,
                                        .given = object,
                                        .wrong = wrong,
                                        .caller = caller});
}

void SlabReport::damage(const SlabAllocator& owner, const kmem_cache& cache, const void* object,
                        const char* what, const unsigned char* at, unsigned char expected,
                        const void* caller) {
  ++owner.reports_;
  const SlabAllocator::ObjectInfo info = owner.find(object);
  const auto offset = static_cast<long>(at - static_cast<const unsigned char*>(object));
  printk(KERN_ERR "slab %s: object %u (%px): %s: byte %ld is 0x%02x, not 0x%02x; found by %pS\n", cache.name,
         info.index, object, what, offset, *at, expected, caller);
  print_users(cache, object);
}

void SlabReport::still_live(const SlabAllocator& owner, kmem_cache& cache, const void* caller) {
  ++owner.reports_;
  char wrong[64];
  BufferSink text{wrong};
  if (cache.permanent) {
    print(text, "the allocator's own");
  } else {
    print(text, "%zu objects are out", owner.live_objects(cache));
  }
  const Memory memory = owner.surroundings();
  report_refusal(memory, {.call = "kmem_cache_destroy",
                          .subject = cache.name,
                          .given = static_cast<const void*>(&cache),
                          .wrong = wrong,
                          .caller = caller});
  unsigned listed = 0;
  LogSink log{KERN_ERR};
  const auto list = [&](const page* slab) {
    if (slab == nullptr) return;
    for (unsigned i = 0; i < cache.objects && listed < kListedObjects; ++i) {
      if (is_free(*slab, i)) continue;
      const auto* const object = reinterpret_cast<const void*>(
          owner.address_of(*slab) + std::uintptr_t{i} * cache.size + cache.left_pad);
      print(log, "  0x%px is ", object);
      print_what(log, memory, object);
      print(log, "\n");
      ++listed;
    }
  };
  list(cache.current);
  for (const mink::mm::SlabList* slabs : {&cache.partial, &cache.full}) {
    for (const page* slab = slabs->front(); slab != nullptr && listed < kListedObjects; slab = slab->next)
      list(slab);
  }
  if (listed == kListedObjects) print(log, "  ... (the first %u are shown)\n", kListedObjects);
}

}  // namespace mink::mm
