// SPDX-License-Identifier: MIT
// Object caches against a list of what is out: of every size, alignment and set of flags, with constructors.
#include <sync/preempt.hpp>

#include <linux/slab.h>

#include "stress/model/machine.hpp"

namespace mink::stress {
namespace {

constexpr std::uint32_t kSlots = 400;
constexpr std::uint32_t kCaches = 6;
constexpr std::uint32_t kBulkMost = 48;
constexpr std::uint32_t kConstructed = 0xc0ffee;

constexpr MachineOptions kVariants[] = {
    {.pages = 64},
    {.pages = 1024, .dma_pages = 256, .high_pages = 256, .min_free_kbytes = 128},
    {.pages = 40, .list_limit = 0},
    {.pages = 600, .dma_pages = 200, .min_free_kbytes = 64, .skip_pages = 8, .reserved_every = 61},
};

void construct(void* object) { write_pattern(object, 32, kConstructed); }

struct Cache {
  kmem_cache* cache = nullptr;
  std::size_t align = 0;
  unsigned flags = 0;
  bool constructed = false;
  std::size_t live = 0;
  bool busy = false;  // being made or taken apart
};

struct Object {
  void* at = nullptr;
  std::uint32_t cache = 0;
  std::uint32_t key = 0;
};

class SlabWorld final : public World {
 public:
  explicit SlabWorld(unsigned variant) : machine_{kVariants[variant]} {
    if (!ok(mm::init_kernel_slab({.store_users = variant == 3}))) fail("no memory for the slab allocator");
    slab_.shrink(GFP_KERNEL, ~std::size_t{0});
  }

  void create(std::uint32_t n, std::uint32_t size, std::uint32_t align, std::uint32_t flags) {
    Cache& c = caches_[n];
    if (c.cache != nullptr || c.busy) return;
    c = Cache{};
    c.busy = true;
    c.align = align % 4 == 0 ? std::size_t{1} << (align % 13) : 0;
    c.flags = flags & ~SLAB_PANIC;
    c.constructed = align % 3 == 0 && size >= 32 && (flags & SLAB_POISON) == 0;
    c.cache = c.constructed ? kmem_cache_create("stress", size, c.align, c.flags, construct)
                            : kmem_cache_create("stress", size, c.align, c.flags, nullptr);
    c.busy = false;
    if (c.cache == nullptr) {
      ++tally().refused;
    } else {
      MINK_EXPECT(kmem_cache_size(c.cache) == size, "size %u became %u", size, kmem_cache_size(c.cache));
    }
  }

  void destroy(std::uint32_t n) {
    Cache& c = caches_[n];
    if (c.cache == nullptr || c.busy) return;
    c.busy = true;
    const int status = kmem_cache_destroy(c.cache);
    MINK_EXPECT(!undisturbed() || (status == 0) == (c.live == 0), "destroy with %zu objects out: %d", c.live,
                status);
    if (status == 0) c.cache = nullptr;
    c.busy = false;
  }

  void alloc(std::uint32_t slot, std::uint32_t n, gfp_t gfp, unsigned how) {
    Cache& c = caches_[n];
    if (c.cache == nullptr || c.busy) return;
    Object* const place = next_place(objects_, slot, [](const Object& x) { return x.at == nullptr; });
    if (place == nullptr) return;
    Object& o = *place;
    const std::size_t live = c.live;
    void* at = nullptr;
    switch (how) {
      case 0:
        at = kmem_cache_zalloc(c.cache, gfp);
        gfp |= __GFP_ZERO;
        break;
      case 1:
        at = slab_.alloc(*c.cache, gfp, this);
        break;
      case 2:
        at = kmem_cache_alloc(c.cache, GFP_KERNEL);
        gfp = GFP_KERNEL;
        break;
      default:
        at = kmem_cache_alloc(c.cache, gfp);
    }
    if (at == nullptr) return refused(c, live);
    if (o.at != nullptr) {  // an interrupt has taken the place meanwhile
      adopt(c, n, scratch_, at, gfp);
      return release(scratch_);
    }
    adopt(c, n, o, at, gfp);
  }

  void bulk(std::uint32_t n, std::uint32_t count, gfp_t gfp) {
    Cache& c = caches_[n];
    if (c.cache == nullptr || c.busy || count == 0) return;
    void* got[kBulkMost];
    const int given = kmem_cache_alloc_bulk(c.cache, gfp, count, got);
    MINK_EXPECT(given == 0 || given == static_cast<int>(count), "bulk of %u gave %d", count, given);
    if (given == 0) {
      ++tally().refused;
      return;
    }
    std::uint32_t surplus = 0;
    std::uint32_t slot = count * 7;
    for (std::uint32_t i = 0; i < count; ++i) {
      std::uint32_t tries = 0;
      while (objects_[slot % kSlots].at != nullptr && ++tries < kSlots) ++slot;
      if (tries == kSlots) {
        if (c.constructed) construct(got[i]);
        got[surplus++] = got[i];
      } else {
        adopt(c, n, objects_[slot % kSlots], got[i], gfp);
      }
    }
    if (surplus != 0) kmem_cache_free_bulk(c.cache, surplus, got);
  }

  void free_bulk(std::uint32_t first, std::uint32_t count) {
    void* gone[kBulkMost];
    std::uint32_t n = 0;
    kmem_cache* only = nullptr;
    bool mixed = false;
    for (std::uint32_t i = first; i < first + count; ++i) {
      Object& o = objects_[i % kSlots];
      if (o.at == nullptr || caches_[o.cache].busy) continue;
      kmem_cache* const cache = caches_[o.cache].cache;
      mixed = mixed || (only != nullptr && only != cache);
      only = cache;
      gone[n++] = o.at;
      forget(o);
    }
    if (n != 0) kmem_cache_free_bulk(mixed ? nullptr : only, n, gone);
  }

  void free(std::uint32_t slot) {
    Object* const o = taken_place(slot);
    if (o != nullptr) release(*o);
  }

  // Twice, or by its middle, or as another cache's: refused once, and nothing has changed.
  void wrong(std::uint32_t slot, unsigned what) {
    const arch::IrqGuard guard;
    Object* const place = taken_place(slot);
    if (place == nullptr) return;
    Object& o = *place;
    const std::size_t before = slab_.reports();
    Cache& c = caches_[o.cache];
    Cache& other = caches_[(o.cache + 1) % kCaches];
    if (what == 0) {
      void* const at = o.at;
      release(o);
      // Its page may be nobody's by now: then it is reported all the same.
      kmem_cache_free(c.cache, at);
    } else if (what == 1 && other.cache != nullptr) {
      kmem_cache_free(other.cache, o.at);
    } else if (c.cache->object_size > 1) {
      kfree(static_cast<char*>(o.at) + 1);
    } else {
      return;
    }
    MINK_EXPECT(slab_.reports() == before + 1, "a wrong free (%u) was reported %zu times", what,
                slab_.reports() - before);
  }

  void shrink(std::uint32_t n) {
    Cache& c = caches_[n];
    if (c.cache == nullptr || c.busy) return;
    const int left = kmem_cache_shrink(c.cache);
    MINK_EXPECT(!undisturbed() || (left == 0) == (c.live == 0), "shrunk with %zu live: %d", c.live, left);
  }
  void reclaim(std::uint32_t pages) { slab_.shrink(GFP_KERNEL, pages); }
  void reap() { slab_.reap(); }

  void settled() override {
    const mm::SlabFigures f = slab_.figures();
    const std::size_t used = machine_.pages().managed_pages() - machine_.pages().free_pages();
    MINK_EXPECT(used == f.reclaimable_pages + f.unreclaimable_pages + f.large_pages,
                "%zu pages are out, slab says %zu + %zu + %zu", used, f.reclaimable_pages,
                f.unreclaimable_pages, f.large_pages);
  }
  void check() override {
    machine_.check();
    for (Cache& c : caches_) {
      if (c.cache == nullptr) continue;
      const std::size_t live = slab_.live_objects(*c.cache);
      MINK_EXPECT(live == c.live, "%zu objects are out, the model says %zu", live, c.live);
    }
    for (Object& o : objects_) {
      if (o.at != nullptr) verify(o);
    }
  }
  void finish() override {
    for (Object& o : objects_) release(o);
    for (std::uint32_t n = 0; n < kCaches; ++n) {
      destroy(n);
      MINK_EXPECT(caches_[n].cache == nullptr, "a cache could not be destroyed");
    }
    check();
    machine_.finish();
  }

 private:
  Object* taken_place(std::uint32_t slot) {
    return next_place(objects_, slot, [](const Object& o) { return o.at != nullptr; });
  }
  void refused(Cache& c, std::size_t live) {
    ++tally().refused;
    if (!undisturbed()) return;
    MINK_EXPECT(std::size_t{c.cache->slab_count} * c.cache->objects == live,
                "refused, with %zu of %zu objects out", live,
                std::size_t{c.cache->slab_count} * c.cache->objects);
  }
  void adopt(Cache& c, std::uint32_t n, Object& o, void* at, gfp_t gfp) {
    const std::size_t size = c.cache->object_size;
    const auto address = reinterpret_cast<std::uintptr_t>(at);
    std::size_t align = c.align > sizeof(void*) || size < 8 ? c.align : alignof(unsigned long long);
    if ((c.flags & SLAB_HWCACHE_ALIGN) != 0 && size > 16 && align < 32) align = 32;
    MINK_EXPECT(align == 0 || address % align == 0, "%p is not aligned to %zu", at, align);
    page* const p = machine_.pages().page_of(at);
    MINK_EXPECT(p != nullptr, "%p is not in the linear map", at);
    if ((c.flags & SLAB_CACHE_DMA) != 0 && machine_.options().dma_pages != 0) {
      MINK_EXPECT(machine_.zone_of_frame(machine_.frame(p)) == 0,
                  "%p of a SLAB_CACHE_DMA cache is not in zone DMA", at);
    }
    live_.add(at, size, "object");
    if ((gfp & __GFP_ZERO) != 0) {
      MINK_EXPECT(all_zero(at, size), "not zeroed: %zu bytes", size);
    } else if (c.constructed) {
      MINK_EXPECT(has_pattern(at, 32, kConstructed), "what the constructor wrote is gone");
    }
    ++c.live;
    o = {at, n, ++keys_};
    write_pattern(at, size, o.key);
  }
  void verify(Object& o) {
    MINK_EXPECT(has_pattern(o.at, caches_[o.cache].cache->object_size, o.key), "somebody wrote into %p",
                o.at);
  }
  void forget(Object& o) {
    verify(o);
    Cache& c = caches_[o.cache];
    if (c.constructed) construct(o.at);
    live_.remove(o.at);
    --c.live;
    o.at = nullptr;
  }
  void release(Object& o) {
    if (o.at == nullptr) return;
    kmem_cache* const cache = caches_[o.cache].cache;
    void* const at = o.at;
    const bool by_kfree = o.key % 4 == 0;
    forget(o);
    if (by_kfree) {
      kfree(at);
    } else {
      kmem_cache_free(cache, at);
    }
  }

  Machine machine_;
  mm::SlabAllocator& slab_ = mm::kernel_memory().slab;
  Cache caches_[kCaches];
  Object objects_[kSlots];
  Object scratch_;
  Extents live_;
  std::uint32_t keys_ = 0;
};

SlabWorld& w(World& world) { return static_cast<SlabWorld&>(world); }
constexpr Arg kSlot{"slot", below<kSlots>};
constexpr Arg kCache{"cache", below<kCaches>};
constexpr Arg kGfp{"gfp", draw_gfp};
constexpr Arg kCount{"count", below<kBulkMost>};
constexpr Arg kSize{"size", [](Random& r) { return 1 + r.below(16u << r.halving(9)); }};
constexpr Arg kFlags{
    "flags", [](Random& r) {
      constexpr unsigned kPlain = SLAB_HWCACHE_ALIGN | SLAB_CACHE_DMA | SLAB_RECLAIM_ACCOUNT | SLAB_NO_REAP |
                                  SLAB_TYPESAFE_BY_RCU | SLAB_MEM_SPREAD | SLAB_ACCOUNT;
      constexpr unsigned kDebug = SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER;
      return (r.next() & r.next() & kPlain) | (r.below(3) == 0 ? r.next() & kDebug : 0);
    }};

constexpr OpKind kKinds[] = {
    {"alloc",
     440,
     true,
     {kSlot, kCache, kGfp, {"how", below<6>}},
     [](World& s, Args a) { w(s).alloc(a[0], a[1], a[2], a[3]); }},
    {"free", 440, true, {kSlot}, [](World& s, Args a) { w(s).free(a[0]); }},
    {"bulk", 16, true, {kCache, kCount, kGfp}, [](World& s, Args a) { w(s).bulk(a[0], a[1], a[2]); }},
    {"free_bulk", 16, true, {kSlot, kCount}, [](World& s, Args a) { w(s).free_bulk(a[0], a[1]); }},
    {"wrong", 12, false, {kSlot, {"what", below<3>}}, [](World& s, Args a) { w(s).wrong(a[0], a[1]); }},
    {"create",
     40,
     false,
     {kCache, kSize, {"align", below<512>}, kFlags},
     [](World& s, Args a) { w(s).create(a[0], a[1], a[2], a[3]); }},
    {"destroy", 30, false, {kCache}, [](World& s, Args a) { w(s).destroy(a[0]); }},
    {"shrink", 8, false, {kCache}, [](World& s, Args a) { w(s).shrink(a[0]); }},
    {"reclaim", 4, false, {{"pages", below<64>}}, [](World& s, Args a) { w(s).reclaim(a[0]); }},
    {"reap", 4, false, {}, [](World& s, Args) { w(s).reap(); }},
};

}  // namespace

const Subject kSlab{"slab", kKinds, sizeof kVariants / sizeof kVariants[0],
                    [](unsigned v) -> std::unique_ptr<World> { return std::make_unique<SlabWorld>(v); }};

}  // namespace mink::stress
