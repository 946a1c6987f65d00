// SPDX-License-Identifier: MIT
// The validators: is every slab of every cache what its books say?
#include <algorithm>
#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <mm/page_allocator.hpp>
#include <mm/page_state.hpp>
#include <sync/preempt.hpp>

#include "slab/debug.hpp"
#include "slab/free_map.hpp"
#include "slab/report.hpp"

namespace mink::mm {
namespace {

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

bool check_current(const kmem_cache& cache, std::uintptr_t base, TextSink& why) {
  const auto w = static_cast<std::size_t>(cache.word - cache.current->slab_map);
  if (w < cache.map_words && cache.word_base == base + w * kWordObjects * cache.size) {
    return true;
  }
  print(why, "%s: the current word is not a word of the current slab %px\n", cache.name,
        reinterpret_cast<const void*>(base));
  return false;
}

// Of the block that begins there, or the hole.
[[gnu::noinline]] std::size_t pages_at(const page& head) {
  return head.state != 0 ? std::size_t{1} << order_of(head) : 1;
}

// A page names a cache if, and only if, it is of a slab. No block reaches beyond a multiple of the largest: each piece of
// that size stands for itself.
bool check_owners(const LinearPages& linear, TextSink& why) {
  constexpr std::size_t kPiece = std::size_t{1} << kMaxOrder;
  bool good = true;
  for (std::size_t i = 0; i < linear.count;) {
    const arch::IrqGuard guard;
    const std::size_t to = std::min(i + kPiece, linear.count);
    while (i < to) {
      const bool slab = is_slab_head(linear.map[i]);
      for (std::size_t left = pages_at(linear.map[i]); left != 0 && i < to; --left, ++i) {
        if ((linear.map[i].slab_cache != nullptr) == slab) continue;
        print(why, "slab: page %zu: its state and its cache disagree\n", i);
        good = false;
      }
    }
  }
  return good;
}

}  // namespace

bool SlabReport::consistent(const SlabAllocator& owner, const kmem_cache& cache, const page& slab) {
  LogSink log;
  const bool good = books_agree(cache, slab, owner.address_of(slab), log);
  if (!good) ++owner.reports_;
  return good;
}

// One slab: current, on the list, or neither, and then full. Irqs off.
bool SlabAllocator::check_slab(const kmem_cache& cache, const page& slab, bool current, TextSink& why) const {
  const std::uintptr_t base = address_of(slab);
  if (!books_agree(cache, slab, base, why)) return false;
  if (!current && exhausted(cache, slab) != is_full(slab)) {
    print(why, "%s: slab %px: %u of %u objects are free, but it counts as %s\n", cache.name,
          reinterpret_cast<const void*>(base), free_objects(cache, slab), cache.objects,
          is_full(slab) ? "full" : "partial");
    return false;
  }
  if (current && !check_current(cache, base, why)) return false;
  bool intact = true;
  for (unsigned i = 0; is_debug(cache) && i < cache.objects; ++i) {
    const auto* const object =
        reinterpret_cast<const void*>(base + std::uintptr_t{i} * cache.size + cache.left_pad);
    intact = SlabDebug::intact(cache, object, !is_free(slab, i), why) && intact;
  }
  return intact;
}

// The current slab and the partial ones, which are added to `slabs`. Irqs off. The list's own links are checked with
// `before`.
bool SlabAllocator::check_listed(const kmem_cache& cache, std::size_t& slabs, TextSink& why) const {
  bool good = true;
  if (cache.current != nullptr) {
    ++slabs;
    good = !is_full(*cache.current) && check_slab(cache, *cache.current, true, why);
  }
  const page* before = nullptr;
  for (const page* slab = cache.partial.front(); slab != nullptr;
       before = slab, slab = cache.partial.after(*slab), ++slabs) {
    if (slab < linear_.map || slab >= linear_.map + linear_.count || cache.partial.before(*slab) != before ||
        is_full(*slab) || slabs > linear_.count) {
      print(why, "%s: the list of partial slabs is broken at slab %zu\n", cache.name, slabs);
      return false;
    }
    good = check_slab(cache, *slab, false, why) && good;
  }
  return good;
}

// Irqs are off for a cache's listed slabs, then for each full one, which all pages are looked at for, then for
// a piece of memory at a time, then for the count.
bool SlabAllocator::check(TextSink& why) const {
  const sync::PreemptGuard no_thread;  // makes or destroys a cache
  bool good = true;
  for (const kmem_cache& cache : caches_) {
    const arch::IrqGuard guard;
    std::size_t slabs = 0;
    good = check_listed(cache, slabs, why) && good;
  }
  const auto full_slab = [](const page& p) {
    return p.slab_cache != nullptr && is_slab_head(p) && is_full(p);
  };
  for (std::size_t i = 0; i < linear_.count; ++i) {
    const page& slab = linear_.map[i];
    if (!full_slab(slab)) continue;
    const arch::IrqGuard guard;
    if (full_slab(slab)) good = check_slab(*slab.slab_cache, slab, false, why) && good;
  }
  good = check_owners(linear_, why) && good;
  return check_counts(why) && good;
}

// No slab is lost, none is counted twice.
bool SlabAllocator::check_counts(TextSink& why) const {
  std::size_t reclaimable = 0, unreclaimable = 0, owned = 0, slabs = 0, counted = 0;
  std::uintptr_t others =
      0;  // slabs weighed by their cache's address, less those counted: 0, or one counts for another
  const auto weight = [](const kmem_cache* cache) { return reinterpret_cast<std::uintptr_t>(cache); };
  const arch::IrqGuard guard;
  for (const kmem_cache& cache : caches_) {
    const std::size_t pages = std::size_t{cache.slab_count} << cache.order;
    ((cache.flags & SLAB_RECLAIM_ACCOUNT) != 0 ? reclaimable : unreclaimable) += pages;
    counted += cache.slab_count;
    const std::size_t listed_before = slabs;
    if (cache.current != nullptr) ++slabs;
    for (const page* slab = cache.partial.front(); slab != nullptr && slabs <= linear_.count;
         slab = cache.partial.after(*slab))
      ++slabs;
    others -= (cache.slab_count - (slabs - listed_before)) * weight(&cache);
  }
  for (std::size_t i = 0; i < linear_.count; i += pages_at(linear_.map[i])) {
    const page& head = linear_.map[i];
    if (!is_slab_head(head)) continue;
    owned += pages_at(head);
    if (!is_full(head)) continue;
    ++slabs;
    others += weight(head.slab_cache);
  }
  if (slabs == counted && others == 0 && reclaimable == reclaimable_pages_ &&
      unreclaimable == unreclaimable_pages_ && owned == reclaimable + unreclaimable)
    return true;
  print(why,
        "slab: caches hold %zu + %zu pages, %zu + %zu are counted, %zu are marked; %zu slabs, %zu are "
        "counted\n",
        reclaimable, unreclaimable, reclaimable_pages_, unreclaimable_pages_, owned, slabs, counted);
  return false;
}

}  // namespace mink::mm
