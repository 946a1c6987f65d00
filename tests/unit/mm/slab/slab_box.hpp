// SPDX-License-Identifier: MIT
// A page allocator of a few pages with a slab allocator on top, for one test; checked whole on the way out.
#pragma once
#include <CppUTest/TestHarness.h>

#include <cstring>
#include <mm/slab.hpp>

#include "fakes/log.hpp"
#include "fakes/test_arena.hpp"

namespace mink::mm {

class SlabBox {
 public:
  explicit SlabBox(std::size_t pages, const SlabOptions& options = {})
      : arena{fakes::TestArena::Options{.pages = pages}} {
    (void)fakes::take_log();
    free_at_start = arena.pages().free_pages();
    CHECK(ok(slab.init(arena.pages(), options)));
  }

  void check() {
    BufferSink why{why_};
    if (!slab.check(why) || !arena.pages().check(why)) FAIL(why.text());
  }
  // All caches' slabs given back: as many pages free as at the start.
  void close() {
    check();
    LONGS_EQUAL(0, static_cast<int>(slab.shut_down()));
    UNSIGNED_LONGS_EQUAL(free_at_start, arena.pages().free_pages());
    BufferSink why{why_};
    if (!arena.pages().check(why)) FAIL(why.text());
  }

  kmem_cache* make(const char* name, std::size_t size, slab_flags_t flags = 0, std::size_t align = 0) {
    return slab.create({name, size, align, flags}, this);
  }
  void* take(kmem_cache& cache, gfp_t gfp = GFP_KERNEL) { return slab.alloc(cache, gfp, this); }
  void give(kmem_cache& cache, const void* object) { slab.free(cache, object, this); }
  void* kmalloc(std::size_t size, gfp_t gfp = GFP_KERNEL) { return slab.kmalloc(size, gfp, this); }
  void kfree(const void* object) { slab.kfree(object, this); }

  // True if exactly one report was made since the last call, and its text contains `text`.
  bool reported(const char* text) {
    const bool one = slab.reports() == seen_ + 1;
    seen_ = slab.reports();
    const char* const log = fakes::take_log();
    if (one && std::strstr(log, text) != nullptr) return true;
    FAIL(log[0] != '\0' ? log : "nothing was reported");
    return false;
  }

  fakes::TestArena arena;
  SlabAllocator slab;
  std::size_t free_at_start = 0;

 private:
  char why_[512];
  std::size_t seen_ = 0;
};

}  // namespace mink::mm
