// SPDX-License-Identifier: MIT
// vmalloc, vmap, ioremap and kvmalloc against lists of areas, and against a table of what is mapped that complains when
// an address is mapped twice, or anew before the TLB is purged of it.
#include <bit>
#include <mm/vmalloc_init.hpp>
#include <sync/preempt.hpp>

#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/set_memory.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "stress/model/machine.hpp"
#include "stress/model/table_mapper.hpp"

namespace mink::stress {
namespace {

constexpr std::uint32_t kSlots = 80;
constexpr std::uintptr_t kRegisters = 0x10000000;

constexpr MachineOptions kVariants[] = {
    {.pages = 1024},
    {.pages = 1200, .dma_pages = 128, .high_pages = 700, .min_free_kbytes = 128},
    {.pages = 300, .high_pages = 100, .list_limit = 0},
    {.pages = 2048, .dma_pages = 200, .min_free_kbytes = 300, .skip_pages = 8, .reserved_every = 67},
};

enum class Use { None, Vmalloc, Vmap, Ioremap, Kmalloc };
struct Area {
  Use use = Use::None;
  char* at = nullptr;
  std::size_t pages = 0;
  std::vector<page*> behind;  // vmap: the caller's own
  std::uintptr_t phys = 0;    // ioremap
  bool write = true, exec = false;
  std::uint32_t key = 0;
  bool busy = false;
};

class VmallocWorld final : public World {
 public:
  explicit VmallocWorld(unsigned variant)
      : machine_{kVariants[variant]},
        space_pages_{variant == 0 ? 240 : kSpacePages},
        owner_(machine_.frames()) {
    if (!ok(mm::init_kernel_slab({}))) fail("no memory for the slab allocator");
    if (!ok(mm::init_kernel_vmalloc(VirtAddr{kSpace}, VirtAddr{kSpace + space_pages_ * kPageSize}, mapper_)))
      fail("no memory for vmalloc");
    space_.begin_context_checks();
  }

  void alloc(std::uint32_t slot, std::uint32_t size, gfp_t gfp, unsigned how) {
    Area* const a = free_place(slot);
    if (a == nullptr) return;
    a->busy = true;
    gfp = (gfp | __GFP_DIRECT_RECLAIM) & ~(__GFP_NOFAIL | __GFP_COMP);
    void* at = nullptr;
    gfp_t asked = GFP_KERNEL | __GFP_HIGHMEM;
    switch (how) {
      case 0:
        at = vmalloc(size);
        break;
      case 1:
        at = vzalloc(size);
        asked |= __GFP_ZERO;
        break;
      case 2:
        at = vmalloc_user(size);
        asked |= __GFP_ZERO;
        break;
      case 3:
        at = vmalloc_32(size);
        asked = GFP_KERNEL | __GFP_DMA32;
        break;
      default:
        at = __vmalloc(size, gfp);
        asked = (gfp & (__GFP_DMA | __GFP_DMA32)) != 0 ? gfp : gfp | __GFP_HIGHMEM;
    }
    const std::size_t pages = (std::size_t{size} + kPageSize - 1) >> kPageShift;
    if (at == nullptr) {
      refused(pages, asked);
    } else {
      MINK_EXPECT(size != 0, "an area of no bytes");
      place(*a, Use::Vmalloc, at, pages);
      own(*a, asked);
    }
    a->busy = false;
  }

  void kv(std::uint32_t slot, std::uint32_t size, gfp_t gfp) {
    Area* const a = free_place(slot);
    if (a == nullptr || size == 0) return;
    a->busy = true;
    gfp &= ~__GFP_NOFAIL;
    if (size % 5 == 0) gfp |= __GFP_ZERO;
    void* const at = size % 5 == 0 ? kvzalloc(size, gfp) : kvmalloc(size, gfp);
    const std::size_t pages = (std::size_t{size} + kPageSize - 1) >> kPageShift;
    if (at == nullptr) {
      ++tally().refused;
    } else if (is_vmalloc_addr(at)) {
      place(*a, Use::Vmalloc, at, pages);
      own(*a, (gfp & (__GFP_DMA | __GFP_DMA32)) != 0 ? gfp : gfp | __GFP_HIGHMEM);
    } else {
      if ((gfp & __GFP_ZERO) != 0) MINK_EXPECT(all_zero(at, size), "kvmalloc: not zeroed");
      a->use = Use::Kmalloc;
      a->at = static_cast<char*>(at);
      a->pages = size;
      kmalloc_bytes_ += ksize(at);
      write_pattern(at, size, a->key = ++keys_);
    }
    a->busy = false;
  }

  // The pages of an area of vmalloc, once more and in another order.
  void map(std::uint32_t slot, std::uint32_t from, std::uint32_t rights) {
    Area* const a = free_place(slot);
    if (a == nullptr) return;
    Area* const source =
        next_place(areas_, from, [](const Area& x) { return x.use == Use::Vmalloc && !x.busy; });
    if (source == nullptr || source->pages > 100) return;
    a->busy = source->busy = true;
    std::vector<page*> pages;
    for (std::size_t i = source->pages; i-- > 0;) pages.push_back(page_at(*source, i));
    const pgprot_t prot = rights % 2 == 0 ? PAGE_KERNEL : PAGE_KERNEL_RO;
    for (page* p : pages) get_page(p);
    void* const at = vmap(pages.data(), static_cast<unsigned>(pages.size()), VM_MAP, prot);
    if (at == nullptr) {
      for (page* p : pages) put_page(p);
      refused(0, 0);
    } else {
      place(*a, Use::Vmap, at, pages.size());
      a->write = rights % 2 == 0;
      for (std::size_t i = 0; i < pages.size(); ++i)
        MINK_EXPECT(page_at(*a, i) == pages[i], "vmap: another page at %zu", i);
      for (page* p : pages) ++shared_[machine_.frame(p)];
      a->behind = std::move(pages);
    }
    a->busy = source->busy = false;
  }

  void device(std::uint32_t slot, std::uint32_t offset, std::uint32_t size) {
    Area* const a = free_place(slot);
    if (a == nullptr || size == 0) return;
    a->busy = true;
    const std::uintptr_t phys = kRegisters + offset;
    void* const at = offset % 2 == 0 ? ioremap(phys, size) : ioremap_wc(phys, size);
    if (at == nullptr) {
      refused(0, 0);
    } else {
      const std::size_t inside = phys % kPageSize;
      MINK_EXPECT(reinterpret_cast<std::uintptr_t>(at) % kPageSize == inside,
                  "ioremap lost the offset in the page");
      place(*a, Use::Ioremap, static_cast<char*>(at) - inside, (inside + size + kPageSize - 1) >> kPageShift);
      a->phys = phys;
    }
    a->busy = false;
  }

  void free(std::uint32_t slot) {
    Area* const a = next_place(areas_, slot, [](const Area& x) { return x.use != Use::None && !x.busy; });
    if (a == nullptr) return;
    a->busy = true;
    verify(*a);
    Area gone;
    gone.behind = std::move(a->behind);
    gone.use = a->use;
    gone.at = a->at;
    gone.pages = a->pages;
    gone.phys = a->phys;
    if (gone.use == Use::Vmalloc) disown(*a);
    if (gone.use == Use::Kmalloc) {
      kmalloc_bytes_ -= ksize(gone.at);
    } else {
      live_.remove(gone.at);
      --count_;
    }
    *a = Area{};
    switch (gone.use) {
      case Use::Vmalloc:
        gone.pages % 2 == 0 ? vfree(gone.at) : kvfree(gone.at);
        break;
      case Use::Vmap:
        vunmap(gone.at);
        break;
      case Use::Ioremap:
        iounmap(gone.at + gone.phys % kPageSize);
        break;
      default:
        kvfree(gone.at);
    }
    for (page* p : gone.behind) {
      const std::size_t f = machine_.frame(p);
      if (--shared_[f] == 0 && owner_[f] == 0) --lent_;
      put_page(p);
    }
  }

  void rights(std::uint32_t slot, std::uint32_t from, std::uint32_t what) {
    Area* const a = next_place(areas_, slot, [](const Area& x) { return x.use == Use::Vmalloc && !x.busy; });
    if (a == nullptr) return;
    a->busy = true;
    const auto start = reinterpret_cast<unsigned long>(a->at);
    const int pages = static_cast<int>(a->pages);
    const bool beyond = from % 5 == 0;  // one page too many: refused
    int status = 0;
    bool write = a->write, exec = a->exec;
    switch (what) {
      case 0:
        status = set_memory_ro(start, pages + beyond);
        write = false;
        break;
      case 1:
        status = set_memory_rw(start, pages + beyond);
        write = true;
        break;
      case 2:
        status = set_memory_x(start, pages + beyond);
        exec = true;
        break;
      default:
        status = set_memory_nx(start, pages + beyond);
        exec = false;
    }
    const bool allowed = !beyond && !(write && exec);
    MINK_EXPECT((status == 0) == allowed, "set_memory %u: %d", what, status);
    if (status == 0) a->write = write, a->exec = exec;
    verify(*a);
    a->busy = false;
  }

  // vfree of what is no area's start.
  void wrong(std::uint32_t slot, unsigned what) {
    const arch::IrqGuard guard;
    Area* const a = next_place(areas_, slot, [](const Area& x) { return x.use == Use::Vmalloc && !x.busy; });
    const std::size_t before = space_.figures().refused;
    if (what % 3 == 0 || a == nullptr) {
      vfree(reinterpret_cast<void*>(kSpace + space_pages_ * kPageSize - kPageSize));
    } else if (what % 3 == 1) {
      vfree(a->at + (a->pages > 1 ? kPageSize : 64));
    } else {
      vunmap(a->at);
    }
    MINK_EXPECT(space_.figures().refused == before + 1, "a wrong free (%u) was not refused once", what);
  }

  void purge() { vm_unmap_aliases(); }
  void no_table(std::uint32_t in) { mapper_.refuse_in = in; }
  // An interrupt asks for an area: refused, whatever the mask.
  void forbidden(std::uint32_t size) {
    if (!sync::in_interrupt()) return;
    MINK_EXPECT(vmalloc(size) == nullptr, "an interrupt got an area");
  }

  void settled() override {
    space_.free_deferred();
    const mm::VmallocFigures f = space_.figures();
    MINK_EXPECT(f.areas == count_, "%zu areas, the model says %zu", f.areas, count_);
    MINK_EXPECT(f.owned_pages == owned_, "%zu pages, the model says %zu", f.owned_pages, owned_);
    const mm::SlabFigures s = mm::kernel_memory().slab.figures();
    const std::size_t used = machine_.pages().managed_pages() - machine_.pages().free_pages();
    // A block of which a page is mapped elsewhere stays, as a whole: at least what the model knows of.
    const std::size_t known = owned_ + s.reclaimable_pages + s.unreclaimable_pages + s.large_pages;
    MINK_EXPECT(lent_ == 0 ? used == known : used >= known + lent_,
                "%zu pages are out, %zu are known, %zu lent", used, known, lent_);
    mapper_.refused = false;
  }
  void check() override {
    char text[512];
    BufferSink why{text};
    MINK_EXPECT(space_.check(why), "check: %s", text);
    machine_.check();
    for (Area& a : areas_) {
      if (a.use != Use::None) verify(a);
    }
  }
  void finish() override {
    mapper_.refuse_in = 0;
    for (std::uint32_t s = 0; s < kSlots; ++s) free(s);
    settled();
    MINK_EXPECT(lent_ == 0, "%zu pages are lent at the end", lent_);
    purge();
    MINK_EXPECT(space_.figures().largest_hole == space_pages_ * kPageSize,
                "the space is not one hole at the end");
    check();
    MINK_EXPECT(ok(space_.shut_down()), "the space cannot be shut down");
    MINK_EXPECT(kmem_cache_destroy(mm::kernel_memory().slab.find_cache("vmap_area")) == 0,
                "region objects are out");
    machine_.finish();
  }

 private:
  Area* free_place(std::uint32_t slot) {
    return next_place(areas_, slot, [](const Area& a) { return a.use == Use::None && !a.busy; });
  }
  void refused(std::size_t pages, gfp_t gfp) {
    ++tally().refused;
    if (!undisturbed() || pages == 0 || mapper_.refused) return;
    space_.purge();
    const std::size_t hole = space_.figures().largest_hole >> kPageShift;
    if (hole < pages + 32) return;  // a large area is aligned to 64 KB, and has a guard page
    std::size_t there = 0;
    const Rights rights = rights_of(gfp, machine_.options().dma_pages != 0, true);
    for (unsigned z = 0; z <= rights.top_zone; ++z) {
      const mm::Zone& zone = machine_.pages().zone(static_cast<mm::ZoneType>(z));
      const std::size_t free = machine_.pages().free_pages(static_cast<mm::ZoneType>(z));
      const std::size_t kept = rights.floor(zone.mark.min) + zone.lowmem_reserve[rights.reserve_column] + 1;
      if (free > kept) there += free - kept;
    }
    if (!undisturbed()) return;  // an interrupt came while we looked
    // Region objects may cost a page as well.
    MINK_EXPECT(there < pages + 1, "%zu pages refused: %zu may be had, the largest hole is %zu", pages, there,
                hole);
  }
  void place(Area& a, Use use, void* at, std::size_t pages) {
    const auto start = reinterpret_cast<std::uintptr_t>(at);
    MINK_EXPECT(start % kPageSize == 0 && start >= kSpace &&
                    start + (pages + 1) * kPageSize <= kSpace + space_pages_ * kPageSize,
                "%p + %zu pages and a guard page are not in the space", at, pages);
    live_.add(at, (pages + 1) * kPageSize, "area");
    MINK_EXPECT(!mapper_.translate(VirtAddr{start + pages * kPageSize}), "the guard page of %p is mapped",
                at);
    a.use = use;
    a.at = static_cast<char*>(at);
    a.pages = pages;
    a.write = true;
    a.exec = false;
    ++count_;
  }
  page* page_at(const Area& a, std::size_t i) {
    const auto t = mapper_.translate(virt_of(a.at) + i * kPageSize);
    MINK_EXPECT(t.has_value(), "page %zu of an area of %zu is not mapped", i, a.pages);
    page* const p = machine_.pages().page_at(pfn_of(t->pa));
    MINK_EXPECT(p != nullptr, "page %zu of an area is no page of memory", i);
    MINK_EXPECT(
        vmalloc_to_page(a.at + i * kPageSize) == p && vmalloc_to_pfn(a.at + i * kPageSize) == page_to_pfn(p),
        "vmalloc_to_page says another page than the tables");
    return p;
  }
  void own(Area& a, gfp_t gfp) {
    const Rights rights = rights_of(gfp, machine_.options().dma_pages != 0, true);
    a.key = ++keys_;
    for (std::size_t i = 0; i < a.pages; ++i) {
      const std::size_t f = machine_.frame(page_at(a, i));
      MINK_EXPECT(owner_[f] == 0 && shared_[f] == 0, "frame %zu is behind two areas", f);
      owner_[f] = 1;
      MINK_EXPECT(machine_.zone_of_frame(f) <= rights.top_zone, "%#x: a page of zone %u", gfp,
                  machine_.zone_of_frame(f));
      if ((gfp & __GFP_ZERO) != 0)
        MINK_EXPECT(all_zero(machine_.bytes(f), kPageSize), "not zeroed: page %zu", i);
      write_pattern(machine_.bytes(f), kPageSize, a.key);
    }
    owned_ += a.pages;
  }
  void disown(const Area& a) {
    for (std::size_t i = 0; i < a.pages; ++i) {
      const std::size_t f = machine_.frame(page_at(a, i));
      owner_[f] = 0;
      if (shared_[f] != 0) ++lent_;
    }
    owned_ -= a.pages;
  }
  void verify(const Area& a) {
    if (a.use == Use::Kmalloc) {
      MINK_EXPECT(has_pattern(a.at, a.pages, a.key), "somebody wrote into kvmalloc's memory");
      return;
    }
    for (std::size_t i = 0; i < a.pages; ++i) {
      const auto t = mapper_.translate(virt_of(a.at) + i * kPageSize);
      MINK_EXPECT(t.has_value(), "page %zu of an area of %zu is not mapped", i, a.pages);
      MINK_EXPECT(t->attr.write == a.write || a.use == Use::Ioremap, "page %zu has other rights", i);
      MINK_EXPECT(t->attr.exec == a.exec, "page %zu is executable: %d", i, t->attr.exec);
      if (a.use == Use::Ioremap) {
        MINK_EXPECT(t->pa.raw() == (a.phys & ~(kPageSize - 1)) + i * kPageSize,
                    "ioremap: another address at page %zu", i);
      } else if (a.use == Use::Vmap) {
        MINK_EXPECT(machine_.pages().page_at(pfn_of(t->pa)) == a.behind[i], "vmap: another page at %zu", i);
      } else {
        MINK_EXPECT(has_pattern(machine_.bytes(t->pa), kPageSize, a.key),
                    "somebody wrote into page %zu of an area", i);
      }
    }
  }

  Machine machine_;
  const std::size_t space_pages_;  // addresses may be what is short
  TableMapper mapper_;
  mm::VmallocSpace& space_ = mm::kernel_memory().vmalloc;
  std::vector<unsigned char> owner_;  // of a frame: behind an area of vmalloc
  std::vector<std::uint16_t> shared_ =
      std::vector<std::uint16_t>(machine_.frames());  // references by areas of vmap
  Area areas_[kSlots];
  Extents live_;
  std::size_t count_ = 0, owned_ = 0, lent_ = 0, kmalloc_bytes_ = 0;
  std::uint32_t keys_ = 0;
};

VmallocWorld& w(World& world) { return static_cast<VmallocWorld&>(world); }
constexpr Arg kSlot{"slot", below<kSlots>};
constexpr Arg kGfp{"gfp", draw_gfp};
constexpr Arg kSize{"size", [](Random& r) { return r.below(kPageSize << r.halving(8)); }};

constexpr OpKind kKinds[] = {
    {"vmalloc",
     300,
     false,
     {kSlot, kSize, kGfp, {"how", below<8>}},
     [](World& s, Args a) { w(s).alloc(a[0], a[1], a[2], a[3]); }},
    {"kvmalloc", 40, false, {kSlot, kSize, kGfp}, [](World& s, Args a) { w(s).kv(a[0], a[1], a[2]); }},
    {"vmap",
     60,
     false,
     {kSlot, {"from", below<kSlots>}, {"rights", below<4>}},
     [](World& s, Args a) { w(s).map(a[0], a[1], a[2]); }},
    {"ioremap",
     60,
     false,
     {kSlot, {"offset", below<70000>}, {"size", [](Random& r) { return r.below(1000u << r.halving(9)); }}},
     [](World& s, Args a) { w(s).device(a[0], a[1], a[2]); }},
    {"free", 440, true, {kSlot}, [](World& s, Args a) { w(s).free(a[0]); }},
    {"rights",
     60,
     false,
     {kSlot, {"from", below<64>}, {"what", below<4>}},
     [](World& s, Args a) { w(s).rights(a[0], a[1], a[2]); }},
    {"wrong", 10, false, {kSlot, {"what", below<93>}}, [](World& s, Args a) { w(s).wrong(a[0], a[1]); }},
    {"purge", 6, false, {}, [](World& s, Args) { w(s).purge(); }},
    {"no_table", 6, false, {{"in", below<12>}}, [](World& s, Args a) { w(s).no_table(a[0]); }},
    {"forbidden", 10, true, {kSize}, [](World& s, Args a) { w(s).forbidden(a[0]); }},
};

}  // namespace

const Subject kVmalloc{
    "vmalloc", kKinds, sizeof kVariants / sizeof kVariants[0],
    [](unsigned v) -> std::unique_ptr<World> { return std::make_unique<VmallocWorld>(v); }};

}  // namespace mink::stress
