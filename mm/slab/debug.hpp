// SPDX-License-Identifier: MIT
// Red zones, poison and stored users: painted when an object changes hands, compared when it does so again.
// Debug caches pay for it on their own slow path; others never come here.
#pragma once
#include <mm/slab.hpp>
#include <string_view>

#include "slab/layout.hpp"

namespace mink::mm {

inline bool is_debug(const kmem_cache& cache) { return (cache.flags & kDebugFlags) != 0; }

// Linux's bytes (Documentation/mm/slub), so that a dump reads the same.
inline constexpr unsigned char kRedFree = 0xbb;
inline constexpr unsigned char kRedLive = 0xcc;
inline constexpr unsigned char kPoisonFree = 0x6b;
inline constexpr unsigned char kPoisonEnd = 0xa5;
inline constexpr unsigned char kPadding = 0x5a;

// Which debug flags the command line's slub_debug=OPTION gives to a cache (Linux's syntax and meaning: blocks of
// FLAGS[,PATTERN,...] with ; between; the first that names the cache counts, else the one that names none). `own`: what the
// cache has by itself, which "-" takes away. Letters F Z P U T; others are passed over.
[[nodiscard]] slab_flags_t debug_flags(std::string_view option, std::string_view cache, slab_flags_t own);

// An object whose surroundings are not as they were painted.
struct Damage {
  const char* what = nullptr;  // nullptr: none
  const unsigned char* at = nullptr;
  const unsigned char* end = nullptr;  // behind the last byte that is wrong
  unsigned char expected = 0;
};

class SlabDebug {
 public:
  // Paints every object of a new slab as free. Its constructors have run.
  static void paint_slab(const kmem_cache& cache, std::uintptr_t base);
  // The object was just taken, was just about to be given back: compare with what was painted, report and
  // repair what differs, paint anew. The object is the caller's alone.
  static void taken(SlabAllocator& owner, const kmem_cache& cache, void* object, const void* caller);
  static void given(SlabAllocator& owner, const kmem_cache& cache, void* object, const void* caller);
  // For check(): is the object as it was painted? Each difference goes to `why`.
  static bool intact(const kmem_cache& cache, const void* object, bool allocated, TextSink& why);
  // Who allocated and who freed it last; nullptr without SLAB_STORE_USER.
  static const Track* tracks(const kmem_cache& cache, const void* object);
  // From the slot: where nothing lies any more.
  static unsigned padding_start(const kmem_cache& cache);
};

}  // namespace mink::mm
