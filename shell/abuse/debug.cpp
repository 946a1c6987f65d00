// SPDX-License-Identifier: MIT
// Writes where nothing may be written, into caches that look: found at the latest when the object changes hands.
#include <linux/slab.h>
#include <linux/string.h>

#include "abuse/abuse.hpp"

namespace mink::shell {
namespace {

constexpr std::size_t kSize = 50;

kmem_cache* watched(Abuse& abuse) {
  kmem_cache* const cache =
      kmem_cache_create("abused-debug", kSize, 0, SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER,
                        static_cast<kmem_ctor1_t>(nullptr));
  return abuse.need(cache != nullptr) ? cache : nullptr;
}

// One byte at `offset` of a live object is written, then it is freed.
void write_beside(Abuse& abuse, long offset, const char* damage) {
  kmem_cache* const cache = watched(abuse);
  if (cache == nullptr) return;
  auto* const object = static_cast<char*>(kmem_cache_alloc(cache, GFP_KERNEL));
  if (abuse.need(object != nullptr)) {
    object[offset] = 'x';
    abuse.found(damage, "Redzone  ", [&] { kmem_cache_free(cache, object); });
  }
  kmem_cache_destroy(cache);
}

void overrun(Abuse& abuse) { write_beside(abuse, kSize, "Right Redzone overwritten"); }
void underrun(Abuse& abuse) { write_beside(abuse, -1, "Left Redzone overwritten"); }

void after_free(Abuse& abuse) {
  kmem_cache* const cache = watched(abuse);
  if (cache == nullptr) return;
  auto* object = static_cast<char*>(kmem_cache_alloc(cache, GFP_KERNEL));
  if (abuse.need(object != nullptr)) {
    kmem_cache_free(cache, object);
    object[20] = 'x';
    abuse.found("Poison overwritten", "Freed in ",
                [&] { object = static_cast<char*>(kmem_cache_alloc(cache, GFP_KERNEL)); });
    kmem_cache_free(cache, object);
  }
  kmem_cache_destroy(cache);
}

constexpr AbuseRow kRows[] = {
    {"overrun", "a byte behind an object of a cache with red zones", overrun},
    {"underrun", "a byte before an object of a cache with red zones", underrun},
    {"after-free", "a byte of a poisoned object after its free", after_free},
};

}  // namespace

constinit const std::span<const AbuseRow> kDebugAbuses{kRows};

}  // namespace mink::shell
