// SPDX-License-Identifier: MIT
#include "slab/debug.hpp"

#include <arch/irq.hpp>
#include <cstring>

#include "slab/fast_path.hpp"
#include "slab/report.hpp"

namespace mink::mm {
namespace {

bool poisons(const kmem_cache& cache) {
  // What a constructor wrote must survive, and a reader under RCU may look at a free object.
  return (cache.flags & SLAB_POISON) != 0 && cache.ctor_args == 0 &&
         (cache.flags & SLAB_TYPESAFE_BY_RCU) == 0;
}

unsigned char* slot_of(const kmem_cache& cache, const void* object) {
  return static_cast<unsigned char*>(const_cast<void*>(object)) - cache.left_pad;
}

// The first byte of [start, end) that is not `expected`, or nullptr.
const unsigned char* first_other(const unsigned char* start, const unsigned char* end,
                                 unsigned char expected) {
  while (start != end && *start == expected) ++start;
  return start == end ? nullptr : start;
}

struct Damage {
  const char* what = nullptr;  // nullptr: none
  const unsigned char* at = nullptr;
  unsigned char expected = 0;
};

Damage find_damage(const kmem_cache& cache, const void* object, bool allocated) {
  const unsigned char* const slot = slot_of(cache, object);
  if (cache.right_zone != 0) {
    const unsigned char red = allocated ? kRedLive : kRedFree;
    if (const auto* at = first_other(slot, slot + cache.left_pad, red))
      return {"left red zone overwritten", at, red};
    if (const auto* at = first_other(slot + cache.right_zone, slot + cache.right_end, red)) {
      return {"right red zone overwritten", at, red};
    }
  }
  if (!allocated && poisons(cache)) {
    const auto* const bytes = static_cast<const unsigned char*>(object);
    const unsigned char* const last = bytes + cache.object_size - 1;
    if (const auto* at = first_other(bytes, last, kPoisonFree))
      return {"written after free", at, kPoisonFree};
    if (*last != kPoisonEnd) return {"written after free", last, kPoisonEnd};
  }
  return {};
}

void paint(const kmem_cache& cache, void* object, bool allocated) {
  unsigned char* const slot = slot_of(cache, object);
  if (cache.right_zone != 0) {
    const int red = allocated ? kRedLive : kRedFree;
    std::memset(slot, red, cache.left_pad);
    std::memset(slot + cache.right_zone, red, cache.right_end - cache.right_zone);
  }
  if (!allocated && poisons(cache)) {
    std::memset(object, kPoisonFree, cache.object_size - 1);
    static_cast<unsigned char*>(object)[cache.object_size - 1] = kPoisonEnd;
  }
}

void note_user(const kmem_cache& cache, const void* object, unsigned which, const void* caller,
               std::size_t serial) {
  if (cache.tracks == 0) return;
  const Track track{caller, serial};
  std::memcpy(slot_of(cache, object) + cache.tracks + which * sizeof(Track), &track, sizeof track);
}

}  // namespace

const Track* SlabDebug::tracks(const kmem_cache& cache, const void* object) {
  if (cache.tracks == 0) return nullptr;
  return reinterpret_cast<const Track*>(slot_of(cache, object) + cache.tracks);
}

void SlabDebug::paint_slab(const kmem_cache& cache, std::uintptr_t base) {
  for (unsigned i = 0; i < cache.objects; ++i) {
    void* const object = reinterpret_cast<void*>(base + std::uintptr_t{i} * cache.size + cache.left_pad);
    paint(cache, object, false);
    note_user(cache, object, 0, nullptr, 0);
    note_user(cache, object, 1, nullptr, 0);
  }
}

void SlabDebug::taken(SlabAllocator& owner, const kmem_cache& cache, void* object, const void* caller) {
  if (const Damage d = find_damage(cache, object, false); d.what != nullptr) {
    SlabReport::damage(owner, cache, object, d.what, d.at, d.expected, caller);
  }
  paint(cache, object, true);
  note_user(cache, object, 0, caller, owner.serial_);
  if ((cache.flags & SLAB_TRACE) != 0)
    printk(KERN_INFO "slab: %s alloc %px by %pS\n", cache.name, object, caller);
}

void SlabDebug::given(SlabAllocator& owner, const kmem_cache& cache, void* object, const void* caller) {
  if (const Damage d = find_damage(cache, object, true); d.what != nullptr) {
    SlabReport::damage(owner, cache, object, d.what, d.at, d.expected, caller);
  }
  paint(cache, object, false);
  note_user(cache, object, 1, caller, owner.serial_);
  if ((cache.flags & SLAB_TRACE) != 0)
    printk(KERN_INFO "slab: %s free %px by %pS\n", cache.name, object, caller);
}

bool SlabDebug::intact(const kmem_cache& cache, const void* object, bool allocated, TextSink& why) {
  const Damage d = find_damage(cache, object, allocated);
  if (d.what == nullptr) return true;
  print(why, "%s: object %px: %s: byte at %px is 0x%02x, not 0x%02x\n", cache.name, object, d.what,
        static_cast<const void*>(d.at), *d.at, d.expected);
  return false;
}

// The first free object of the first slab that has one. Irqs off.
void* SlabAllocator::take_debug(kmem_cache& cache) {
  for (;;) {
    page* slab = cache.partial.front();
    if (slab == nullptr) {
      slab = cache.empty.front();
      if (slab == nullptr) return nullptr;
      cache.empty.erase(*slab);
      --cache.empty_count;
      cache.partial.push_back(*slab);
    }
    if ((cache.flags & SLAB_CONSISTENCY_CHECKS) != 0) (void)SlabReport::consistent(*this, cache, *slab);
    void* object = nullptr;
    if (!exhausted(cache, *slab)) {
      unsigned w = 0;
      while (slab->slab_map[w] == 0) ++w;
      const auto bit = static_cast<unsigned>(std::countl_zero(slab->slab_map[w]));
      slab->slab_map[w] &= ~map_bit(bit);
      const std::uintptr_t index = std::uintptr_t{w} * kWordObjects + bit;
      object = reinterpret_cast<void*>(address_of(*slab) + index * cache.size + cache.left_pad);
    }
    if (exhausted(cache, *slab)) {
      cache.partial.erase(*slab);
      cache.full.push_back(*slab);
    }
    if (object != nullptr) return object;
  }
}

// `object` is known to be a live object of `cache`.
void SlabAllocator::free_debug(kmem_cache& cache, const void* object, unsigned index, const void* caller) {
  page& slab = *slab_of(cache, object);
  ++serial_;
  SlabDebug::given(*this, cache, const_cast<void*>(object), caller);
  page* to_release = nullptr;
  {
    const arch::IrqGuard guard;
    if ((cache.flags & SLAB_CONSISTENCY_CHECKS) != 0) (void)SlabReport::consistent(*this, cache, slab);
    unsigned& word = map_word(slab, index);
    const unsigned old = word;
    word |= map_bit(index);
    if (old == 0 || (word | cache.phantom) == kAllFree) to_release = after_put(cache, slab, 1);
  }
  if (to_release != nullptr) release_slab(cache, *to_release);
}

}  // namespace mink::mm
