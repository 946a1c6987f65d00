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

// What of [start, end) is not `expected`.
Damage compare(const char* what, const unsigned char* start, const unsigned char* end,
               unsigned char expected) {
  while (start != end && *start == expected) ++start;
  if (start == end) return {};
  while (end[-1] == expected) --end;
  return {what, start, end, expected};
}

Damage find_damage(const kmem_cache& cache, const void* object, bool allocated) {
  const unsigned char* const slot = slot_of(cache, object);
  const auto* const bytes = static_cast<const unsigned char*>(object);
  Damage damage;
  if (cache.right_zone != 0) {
    const unsigned char red = allocated ? kRedLive : kRedFree;
    damage = compare("Left Redzone overwritten", slot, slot + cache.left_pad, red);
    if (damage.what == nullptr)
      damage = compare("Right Redzone overwritten", slot + cache.right_zone, slot + cache.right_end, red);
  }
  if (damage.what == nullptr && !allocated && poisons(cache)) {
    const unsigned char* const last = bytes + cache.object_size - 1;
    damage = compare("Poison overwritten", bytes, last, kPoisonFree);
    if (damage.what == nullptr) damage = compare("Poison overwritten", last, last + 1, kPoisonEnd);
  }
  if (damage.what == nullptr && (cache.flags & SLAB_POISON) != 0)
    damage = compare("Object padding overwritten", slot + SlabDebug::padding_start(cache), slot + cache.size,
                     kPadding);
  return damage;
}

void paint(const kmem_cache& cache, void* object, bool allocated) {
  unsigned char* const slot = slot_of(cache, object);
  if (cache.right_zone != 0) {
    const int red = allocated ? kRedLive : kRedFree;
    std::memset(slot, red, cache.left_pad);
    std::memset(slot + cache.right_zone, red, cache.right_end - cache.right_zone);
  }
  if ((cache.flags & SLAB_POISON) != 0) {
    const unsigned start = SlabDebug::padding_start(cache);
    std::memset(slot + start, kPadding, cache.size - start);
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

unsigned SlabDebug::padding_start(const kmem_cache& cache) {
  return cache.tracks != 0       ? cache.tracks + static_cast<unsigned>(2 * sizeof(Track))
         : cache.right_zone != 0 ? cache.right_end
                                 : cache.left_pad + cache.object_size;
}

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
    SlabReport::damage(owner, cache, object, d, caller);
  }
  paint(cache, object, true);
  note_user(cache, object, 0, caller, owner.serial_);
  if ((cache.flags & SLAB_TRACE) != 0)
    printk(KERN_INFO "slab: %s alloc %px by %pS\n", cache.name, object, caller);
}

void SlabDebug::given(SlabAllocator& owner, const kmem_cache& cache, void* object, const void* caller) {
  if (const Damage d = find_damage(cache, object, true); d.what != nullptr) {
    SlabReport::damage(owner, cache, object, d, caller);
  }
  paint(cache, object, false);
  note_user(cache, object, 1, caller, owner.serial_);
  if ((cache.flags & SLAB_TRACE) != 0)
    printk(KERN_INFO "slab: %s free %px by %pS\n", cache.name, object, caller);
}

bool SlabDebug::intact(const kmem_cache& cache, const void* object, bool allocated, TextSink& why) {
  const Damage d = find_damage(cache, object, allocated);
  if (d.what == nullptr) return true;
  SlabReport::print_damage(why, cache, object, d, nullptr);
  return false;
}

// The first free object of the first slab that has one. Irqs off.
void* SlabAllocator::take_debug(kmem_cache& cache) {
  while (page* const slab = cache.partial.front()) {
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
    if (exhausted(cache, *slab)) set_full(cache.partial.take_first());
    if (object != nullptr) return object;
  }
  return nullptr;
}

// `object` is known to be a live object of `cache`.
void SlabAllocator::free_debug(kmem_cache& cache, const void* object, unsigned index, const void* caller) {
  page& slab = *slab_of(cache, object);
  ++serial_;
  SlabDebug::given(*this, cache, const_cast<void*>(object), caller);
  const arch::IrqGuard guard;
  if ((cache.flags & SLAB_CONSISTENCY_CHECKS) != 0) (void)SlabReport::consistent(*this, cache, slab);
  map_word(slab, index) |= map_bit(index);
  no_longer_full(cache, slab);
}

}  // namespace mink::mm
