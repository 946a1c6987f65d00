// SPDX-License-Identifier: MIT
// The reports, and the look-up behind them.
#include "slab/report.hpp"

#include <bit>
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

constexpr std::size_t kRowBytes = 16;
constexpr std::size_t kMostBytes = 256;  // of one part of a slot

// "Object   c0a41e00: 6b 6b ...  kkkk": bytes in hexadecimal and as characters.
void print_bytes(TextSink& out, const char* what, const unsigned char* start, const unsigned char* end) {
  const bool cut = static_cast<std::size_t>(end - start) > kMostBytes;
  if (cut) end = start + kMostBytes;
  for (const unsigned char* row = start; row < end; row += kRowBytes) {
    print(out, "%-8s %px: ", what, static_cast<const void*>(row));
    for (std::size_t i = 0; i < kRowBytes; ++i) {
      if (row + i < end) {
        print(out, "%02x ", row[i]);
      } else {
        print(out, "   ");
      }
    }
    for (std::size_t i = 0; i < kRowBytes && row + i < end; ++i)
      print(out, "%c", row[i] >= ' ' && row[i] <= '~' ? row[i] : '.');
    print(out, "\n");
  }
  if (cut) print(out, "%-8s ... (the first %zu bytes are shown)\n", what, kMostBytes);
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
  } else if (const page* const p = owner.page_of(object);
             expected == nullptr && p != nullptr && owner.is_large(*p, object)) {
    wrong = fault_name(FreeFault::Shared);
  }
  report_refusal(owner.surroundings(), {.call = function,
                                        .subject = expected != nullptr ? expected->name : nullptr,
                                        .given = object,
                                        .wrong = wrong,
                                        .caller = caller});
}

void SlabReport::damage(const SlabAllocator& owner, const kmem_cache& cache, const void* object,
                        const Damage& damage, const void* caller) {
  ++owner.reports_;
  LogSink log{KERN_ERR};
  print_damage(log, cache, object, damage, caller);
}

// Linux's words and order of parts (Documentation/mm/slub).
void SlabReport::print_damage(TextSink& out, const kmem_cache& cache, const void* object,
                              const Damage& damage, const void* found_by) {
  const auto* const bytes = static_cast<const unsigned char*>(object);
  const unsigned char* const slot = bytes - cache.left_pad;
  const SlabAllocator::ObjectInfo info = cache.owner->find(object);
  print(out, "BUG: cache %s: %s", cache.name, damage.what);
  if (found_by != nullptr) print(out, "; found by %pS", found_by);
  print(out, "\n0x%px-0x%px @offset=%ld. First byte 0x%02x instead of 0x%02x\n",
        static_cast<const void*>(damage.at), static_cast<const void*>(damage.end - 1),
        static_cast<long>(damage.at - bytes), *damage.at, damage.expected);
  if (const Track* const tracks = SlabDebug::tracks(cache, object); tracks != nullptr) {
    if (tracks[0].caller != nullptr)
      print(out, "Allocated in %pS serial=%zu\n", tracks[0].caller, tracks[0].serial);
    if (tracks[1].caller != nullptr)
      print(out, "Freed in %pS serial=%zu\n", tracks[1].caller, tracks[1].serial);
  }
  print(out, "Object 0x%px is object %u of %u of its slab, %s\n", object, info.index, cache.objects,
        info.allocated ? "allocated" : "free");
  const bool zones = cache.right_zone != 0;
  if (zones) print_bytes(out, "Redzone", slot, bytes);
  print_bytes(out, "Object", bytes, bytes + cache.object_size);
  if (zones) print_bytes(out, "Redzone", slot + cache.right_zone, slot + cache.right_end);
  print_bytes(out, "Padding", slot + SlabDebug::padding_start(cache), slot + cache.size);
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
  // Looked up with interrupts off for a slab at a time, which may go under a walk; said with them on.
  const void* out[kListedObjects];
  unsigned found = 0;
  for (std::size_t i = 0; i < owner.linear_.count && found < kListedObjects; ++i) {
    const arch::IrqGuard guard;
    const page& slab = owner.linear_.map[i];
    if (slab.slab_cache != &cache || !is_slab_head(slab)) continue;
    for (unsigned w = 0; w < cache.map_words; ++w) {
      unsigned live = ~slab.slab_map[w] & real_bits(cache, w);
      for (; live != 0 && found < kListedObjects; ++found) {
        const auto bit = static_cast<unsigned>(std::countl_zero(live));
        live &= ~(kFirstBit >> bit);
        out[found] = reinterpret_cast<const void*>(
            owner.address_of(slab) + std::uintptr_t{w * kWordObjects + bit} * cache.size + cache.left_pad);
      }
    }
  }
  LogSink log{KERN_ERR};
  for (unsigned i = 0; i < found; ++i) {
    print(log, "  0x%px is ", out[i]);
    print_what(log, memory, out[i]);
    print(log, "\n");
  }
  if (found == kListedObjects) print(log, "  ... (the first %u are shown)\n", kListedObjects);
}

}  // namespace mink::mm
