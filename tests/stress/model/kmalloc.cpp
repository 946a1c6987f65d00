// SPDX-License-Identifier: MIT
// kmalloc and its family against a list of what is out.
#include <algorithm>
#include <bit>
#include <sync/preempt.hpp>

#include <linux/slab.h>

#include "stress/model/machine.hpp"

namespace mink::stress {
namespace {

constexpr std::uint32_t kSlots = 300;
constexpr std::size_t kLimit = 256 * 1024;

constexpr MachineOptions kVariants[] = {
    {.pages = 1024},
    {.pages = 1024, .dma_pages = 256, .high_pages = 128, .min_free_kbytes = 256},
    {.pages = 200, .list_limit = 0},
    {.pages = 700, .dma_pages = 300, .min_free_kbytes = 64, .skip_pages = 8, .reserved_every = 131},
};

struct Object {
  void* at = nullptr;
  std::size_t size = 0;
  std::uint32_t key = 0;
  bool busy = false;
};

// The bytes that Linux's kmalloc gives for so many.
std::size_t room_for(std::size_t size) {
  if (size > 64 && size <= 96) return 96;
  if (size > 128 && size <= 192) return 192;
  return size <= 32 ? 32 : std::bit_ceil(size);
}

class KmallocWorld final : public World {
 public:
  explicit KmallocWorld(unsigned variant) : machine_{kVariants[variant]} {
    if (!ok(mm::init_kernel_slab({.kmalloc_max = kLimit}))) fail("no memory for the slab allocator");
  }

  void alloc(std::uint32_t slot, std::uint32_t size, gfp_t gfp, unsigned how) {
    Object* const place =
        next_place(objects_, slot, [](const Object& x) { return x.at == nullptr && !x.busy; });
    if (place == nullptr) return;
    Object& o = *place;
    o.busy = true;
    void* at = nullptr;
    switch (how) {
      case 0:
        gfp |= __GFP_ZERO;
        at = kcalloc(size / 3 + 1, 3, gfp);
        size = (size / 3 + 1) * 3;
        break;
      case 1:
        gfp |= __GFP_ZERO;
        at = kzalloc(size, gfp);
        break;
      case 2: {
        static const unsigned char text[600] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
        if (size > sizeof text) size = sizeof text;
        gfp &= ~__GFP_ZERO;
        at = kmemdup(text, size, gfp);
        if (at != nullptr && size != 0)
          MINK_EXPECT(std::memcmp(at, text, size) == 0, "kmemdup's copy differs");
        break;
      }
      case 3:
        gfp &= ~__GFP_ZERO;
        at = kstrdup("a name of some length", gfp);
        size = sizeof "a name of some length";
        if (at != nullptr)
          MINK_EXPECT(std::strcmp(static_cast<char*>(at), "a name of some length") == 0, "kstrdup");
        break;
      case 4:
        at = kmalloc(200, gfp);
        size = 200;
        break;
      default:
        at = kmalloc(size, gfp);
    }
    adopt(o, at, size, gfp);
    o.busy = false;
  }

  void resize(std::uint32_t slot, std::uint32_t size, gfp_t gfp) {
    Object& o = objects_[slot];
    if (o.busy) return;
    o.busy = true;
    if (o.at != nullptr) verify(o);
    const std::size_t old_room = o.at != nullptr ? ksize(o.at) : 0;
    const Object old = o;
    // A prefix of the old contents, to be found again.
    unsigned char kept[256];
    const std::size_t keep = old.at == nullptr ? 0 : std::min({old.size, std::size_t{size}, sizeof kept});
    if (keep != 0) std::memcpy(kept, old.at, keep);
    if (old.at != nullptr) live_.remove(old.at), o.at = nullptr, count(old_room, false);
    void* const at = krealloc(old.at, size, gfp);
    if (at == nullptr) {  // the old one stays
      ++tally().refused;
      if (old.at != nullptr) {
        live_.add(old.at, old.size, "krealloc's old block");
        o = old;
        count(old_room, true);
        verify(o);
      }
      o.busy = false;
      return;
    }
    if (at != ZERO_SIZE_PTR && keep != 0)
      MINK_EXPECT(std::memcmp(at, kept, keep) == 0, "krealloc lost the contents");
    if (old.at != nullptr && size <= old_room && size != 0) {
      MINK_EXPECT(at == old.at, "krealloc moved what had room");
      live_.add(at, size, "krealloc");
      o.at = at;
      o.size = size;
      count(old_room, true);
      write(o);
    } else {
      adopt(o, at, size, gfp & ~__GFP_ZERO);
    }
    o.busy = false;
  }

  void free(std::uint32_t slot, unsigned how) {
    Object* const place = taken_place(slot);
    if (place == nullptr) return;
    Object& o = *place;
    o.busy = true;
    verify(o);
    void* const at = o.at;
    count(ksize(at), false);
    live_.remove(at);
    o.at = nullptr;
    o.busy = false;
    switch (how) {
      case 0:
        return kfree_sensitive(at);
      case 1: {
        void* one[] = {at};
        return kfree_bulk(1, one);
      }
      default:
        return kfree(at);
    }
  }

  // krealloc, ksize, kfree of what is no object's start.
  void wrong(std::uint32_t slot, unsigned what) {
    const arch::IrqGuard guard;
    Object* const place = taken_place(slot);
    if (place == nullptr) return;
    Object& o = *place;
    const std::size_t before = slab_.reports();
    char* const inside = static_cast<char*>(o.at) + 1 + what % 31;
    if (what % 3 == 0) kfree(inside);
    if (what % 3 == 1) MINK_EXPECT(ksize(inside) == 0, "ksize of an interior pointer");
    if (what % 3 == 2)
      MINK_EXPECT(krealloc(inside, 10, GFP_ATOMIC) == nullptr, "krealloc of an interior pointer");
    MINK_EXPECT(slab_.reports() == before + 1, "a wrong call (%u) was reported %zu times", what,
                slab_.reports() - before);
  }

  void odd(unsigned what, gfp_t gfp) {
    gfp &= ~__GFP_NOFAIL;
    MINK_EXPECT(kmalloc(0, gfp) == ZERO_SIZE_PTR && ksize(ZERO_SIZE_PTR) == 0, "kmalloc(0)");
    MINK_EXPECT(kmalloc(kLimit + 1 + what, gfp) == nullptr, "beyond kmalloc_max");
    MINK_EXPECT(kmalloc_array(~std::size_t{0} / 2, 3 + what, gfp) == nullptr, "an array that overflows");
    kfree(nullptr);
    kfree(ZERO_SIZE_PTR);
  }
  void reclaim(std::uint32_t pages) { slab_.shrink(GFP_KERNEL, pages); }

  void settled() override {
    const mm::SlabFigures f = slab_.figures();
    const std::size_t used = machine_.pages().managed_pages() - machine_.pages().free_pages();
    MINK_EXPECT(f.large_pages == large_pages_, "%zu pages of large blocks, the model says %zu", f.large_pages,
                large_pages_);
    MINK_EXPECT(used == f.reclaimable_pages + f.unreclaimable_pages + f.large_pages,
                "%zu pages are out, slab says %zu", used, f.unreclaimable_pages + f.large_pages);
  }
  void check() override {
    machine_.check();
    for (Object& o : objects_) {
      if (o.at != nullptr) verify(o);
    }
  }
  void finish() override {
    for (std::uint32_t s = 0; s < kSlots; ++s) free(s, 2);
    settled();
    check();
    machine_.finish();
  }

 private:
  Object* taken_place(std::uint32_t slot) {
    return next_place(objects_, slot, [](const Object& o) { return o.at != nullptr && !o.busy; });
  }
  void count(std::size_t room, bool out) {
    if (room <= KMALLOC_MAX_CACHE_SIZE) return;
    large_pages_ += out ? room >> kPageShift : 0 - (room >> kPageShift);
  }
  void adopt(Object& o, void* at, std::size_t size, gfp_t gfp) {
    if (at == nullptr) {
      ++tally().refused;
      return;
    }
    if (at == ZERO_SIZE_PTR) {
      MINK_EXPECT(size == 0, "%zu bytes: ZERO_SIZE_PTR", size);
      return;
    }
    const std::size_t room = ksize(at);
    MINK_EXPECT(room == room_for(size), "%zu bytes have room for %zu, not %zu", size, room, room_for(size));
    const auto address = reinterpret_cast<std::uintptr_t>(at);
    const std::size_t align = room == 96 ? 32 : room == 192 ? 64 : room < kPageSize ? room : kPageSize;
    MINK_EXPECT(address % align == 0, "%p of %zu bytes is not aligned to %zu", at, size, align);
    page* const p = machine_.pages().page_of(at);
    MINK_EXPECT(p != nullptr && machine_.pages().page_of(static_cast<char*>(at) + room - 1) != nullptr,
                "%p: no memory", at);
    if ((gfp & __GFP_DMA) != 0 && machine_.options().dma_pages != 0)
      MINK_EXPECT(machine_.zone_of_frame(machine_.frame(p)) == 0, "GFP_DMA gave %p, which is not in zone DMA",
                  at);
    live_.add(at, size, "kmalloc");
    if ((gfp & __GFP_ZERO) != 0) MINK_EXPECT(all_zero(at, size), "not zeroed: %zu bytes", size);
    count(room, true);
    o.at = at;
    o.size = size;
    write(o);
  }
  void write(Object& o) {
    o.key = ++keys_;
    write_pattern(o.at, o.size, o.key);
  }
  void verify(const Object& o) {
    MINK_EXPECT(has_pattern(o.at, o.size, o.key), "somebody wrote into %p", o.at);
  }

  Machine machine_;
  mm::SlabAllocator& slab_ = mm::kernel_memory().slab;
  Object objects_[kSlots];
  Extents live_;
  std::size_t large_pages_ = 0;
  std::uint32_t keys_ = 0;
};

KmallocWorld& w(World& world) { return static_cast<KmallocWorld&>(world); }
constexpr Arg kSlot{"slot", below<kSlots>};
constexpr Arg kGfp{"gfp", draw_gfp};
// Mostly small, up to a little above the limit.
constexpr Arg kSize{"size", [](Random& r) {
                      return r.below(64) == 0 ? r.below(kLimit + 5000) : r.below(32u << r.halving(11));
                    }};

constexpr OpKind kKinds[] = {
    {"kmalloc",
     400,
     true,
     {kSlot, kSize, kGfp, {"how", below<12>}},
     [](World& s, Args a) { w(s).alloc(a[0], a[1], a[2], a[3]); }},
    {"kfree", 400, true, {kSlot, {"how", below<8>}}, [](World& s, Args a) { w(s).free(a[0], a[1]); }},
    {"krealloc", 120, true, {kSlot, kSize, kGfp}, [](World& s, Args a) { w(s).resize(a[0], a[1], a[2]); }},
    {"wrong", 12, false, {kSlot, {"what", below<93>}}, [](World& s, Args a) { w(s).wrong(a[0], a[1]); }},
    {"odd", 4, true, {{"what", below<100000>}, kGfp}, [](World& s, Args a) { w(s).odd(a[0], a[1]); }},
    {"reclaim", 4, false, {{"pages", below<64>}}, [](World& s, Args a) { w(s).reclaim(a[0]); }},
};

}  // namespace

const Subject kKmalloc{
    "kmalloc", kKinds, sizeof kVariants / sizeof kVariants[0],
    [](unsigned v) -> std::unique_ptr<World> { return std::make_unique<KmallocWorld>(v); }};

}  // namespace mink::stress
