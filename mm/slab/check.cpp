// SPDX-License-Identifier: MIT
// The validators: is every slab of every cache what its books say?
#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <mm/page_allocator.hpp>

#include "slab/debug.hpp"
#include "slab/free_map.hpp"
#include "slab/report.hpp"

namespace mink::mm {
namespace {

enum class Place { Current, Partial, Full, Empty };
constexpr const char* kPlaceNames[] = {"current", "partial", "full", "empty"};

class LogSink final : public TextSink {
 public:
  void write(const char* text, std::size_t length) override {
    printk(KERN_ERR "%.*s", static_cast<int>(length), text);
  }
};

// The pages and the map of one slab. Irqs off.
bool books_agree(const kmem_cache& cache, const page& slab, std::uintptr_t base, TextSink& why) {
  const auto wrong = [&](const char* what) {
    print(why, "%s: slab %px: %s\n", cache.name, reinterpret_cast<const void*>(base), what);
    return false;
  };
  if ((base & cache.slab_mask) != 0) return wrong("is not aligned to its size");
  const unsigned* const map =
      cache.map_offset != 0 ? reinterpret_cast<const unsigned*>(base + cache.map_offset) : slab.slab_word;
  for (std::size_t i = 0; i < (std::size_t{1} << cache.order); ++i) {
    if ((&slab)[i].slab_cache != &cache) return wrong("a page belongs to another cache");
    if ((&slab)[i].slab_map != map) return wrong("a page's pointer to the free map is wrong");
  }
  if ((map[cache.map_words - 1] & cache.phantom) != 0)
    return wrong("the free map has bits for objects that do not exist");
  return true;
}

bool place_agrees(const kmem_cache& cache, const page& slab, Place place) {
  const unsigned free = free_objects(cache, slab);
  switch (place) {
    case Place::Current:
      return true;
    case Place::Partial:
      return free != 0 && free != cache.objects;
    case Place::Full:
      return free == 0;
    case Place::Empty:
      return all_free(cache, slab);
  }
  return false;
}

bool check_current(const kmem_cache& cache, std::uintptr_t base, TextSink& why) {
  const auto w = static_cast<std::size_t>(cache.word - cache.current->slab_map);
  if (w < cache.map_words && cache.word_base == base + w * kWordObjects * cache.size) {
    return true;
  }
  print(why, "%s: the current word is not a word of the current slab %px\n", cache.name,
        reinterpret_cast<const void*>(base));
  return false;
}

}  // namespace

bool SlabReport::consistent(const SlabAllocator& owner, const kmem_cache& cache, const page& slab) {
  LogSink log;
  const bool good = books_agree(cache, slab, owner.address_of(slab), log);
  if (!good) ++owner.reports_;
  return good;
}

bool SlabAllocator::check(const kmem_cache& cache, TextSink& why) const {
  bool good = true;
  std::size_t slabs = 0, empty = 0;
  // Irqs off. The list's own links are checked with `before`.
  const auto check_slab = [&](const page& slab, Place place) {
    ++slabs;
    const std::uintptr_t base = address_of(slab);
    if (!books_agree(cache, slab, base, why)) return false;
    if (!place_agrees(cache, slab, place)) {
      print(why, "%s: slab %px: %u of %u objects are free, but it counts as %s\n", cache.name,
            reinterpret_cast<const void*>(base), free_objects(cache, slab), cache.objects,
            kPlaceNames[static_cast<unsigned>(place)]);
      return false;
    }
    if (place == Place::Current && !check_current(cache, base, why)) return false;
    bool intact = true;
    for (unsigned i = 0; is_debug(cache) && i < cache.objects; ++i) {
      const auto* const object =
          reinterpret_cast<const void*>(base + std::uintptr_t{i} * cache.size + cache.left_pad);
      intact = SlabDebug::intact(cache, object, !is_free(slab, i), why) && intact;
    }
    return intact;
  };
  const auto check_list = [&](const SlabList& list, Place place) {
    const page* before = nullptr;
    for (const page* slab = list.front(); slab != nullptr; before = slab, slab = list.after(*slab)) {
      if (slab < linear_.map || slab >= linear_.map + linear_.count || list.before(*slab) != before ||
          slabs > linear_.count) {
        print(why, "%s: the list of %s slabs is broken at slab %zu\n", cache.name,
              kPlaceNames[static_cast<unsigned>(place)], slabs);
        return false;
      }
      if (!check_slab(*slab, place)) good = false;
    }
    return true;
  };
  const arch::IrqGuard guard;
  if (cache.current != nullptr) good = check_slab(*cache.current, Place::Current) && good;
  good = check_list(cache.partial, Place::Partial) && good;
  good = check_list(cache.full, Place::Full) && good;
  const std::size_t before_empty = slabs;
  good = check_list(cache.empty, Place::Empty) && good;
  empty = slabs - before_empty;
  if (good && (slabs != cache.slab_count || empty != cache.empty_count)) {
    print(why, "%s: %zu slabs, %zu of them empty, but %u and %u are counted\n", cache.name, slabs, empty,
          cache.slab_count, cache.empty_count);
    good = false;
  }
  return good;
}

bool SlabAllocator::check(TextSink& why) const {
  bool good = true;
  for (const kmem_cache& cache : caches_) good = check(cache, why) && good;
  std::size_t reclaimable = 0, unreclaimable = 0, owned = 0;
  const arch::IrqGuard guard;
  for (const kmem_cache& cache : caches_) {
    const std::size_t pages = std::size_t{cache.slab_count} << cache.order;
    ((cache.flags & SLAB_RECLAIM_ACCOUNT) != 0 ? reclaimable : unreclaimable) += pages;
  }
  for (std::size_t i = 0; i < linear_.count; ++i) owned += linear_.map[i].slab_cache != nullptr ? 1u : 0u;
  if (reclaimable != reclaimable_pages_ || unreclaimable != unreclaimable_pages_ ||
      owned != reclaimable + unreclaimable) {
    print(why, "slab: caches hold %zu + %zu pages, %zu + %zu are counted, %zu are marked\n", reclaimable,
          unreclaimable, reclaimable_pages_, unreclaimable_pages_, owned);
    good = false;
  }
  return good;
}

}  // namespace mink::mm
