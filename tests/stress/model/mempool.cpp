// SPDX-License-Identifier: MIT
// Memory pools against a count of what is in the reserve and what is out, with the memory behind them taken away and
// given back.
#include <mm/mempool.hpp>
#include <sync/preempt.hpp>

#include <linux/gfp.h>
#include <linux/mempool.h>
#include <linux/mm.h>

#include "stress/model/machine.hpp"

namespace mink::stress {
namespace {

constexpr std::uint32_t kPools = 4;
constexpr std::uint32_t kSlots = 120;
constexpr std::uint32_t kHoldMost = 600;

constexpr MachineOptions kVariants[] = {
    {.pages = 128},
    {.pages = 512, .dma_pages = 128, .min_free_kbytes = 128},
    {.pages = 256, .high_pages = 64, .min_free_kbytes = 64, .list_limit = 0},
};

enum class Kind : unsigned { Kmalloc, Slab, Pages, Custom };

struct Pool {
  mempool_t* pool = nullptr;
  mempool_t own{};  // of mempool_init
  bool initialised = false;
  Kind kind = Kind::Kmalloc;
  std::size_t bytes = 0;
  unsigned out = 0;
  bool busy = false;
};

struct Element {
  void* at = nullptr;
  std::uint32_t pool = 0;
  std::uint32_t key = 0;
};

class PoolWorld;
PoolWorld* the_world = nullptr;  // for callbacks that carry no context

class PoolWorld final : public World {
 public:
  explicit PoolWorld(unsigned variant) : machine_{kVariants[variant]} {
    if (!ok(mm::init_kernel_slab({}))) fail("no memory for the slab allocator");
    objects_ = kmem_cache_create("elements", 200, 0, 0, nullptr);
    MINK_EXPECT(objects_ != nullptr, "no cache for the elements");
    the_world = this;
    mm::set_mempool_sleep({[](mempool_t& pool) { return the_world->wait(pool); }, [](mempool_t&) {}});
  }
  ~PoolWorld() override { mm::set_mempool_sleep({}); }

  void create(std::uint32_t n, std::uint32_t min_nr, std::uint32_t kind, std::uint32_t size) {
    Pool& p = pools_[n];
    if (p.pool != nullptr || p.busy) return;
    p.busy = true;
    p.kind = static_cast<Kind>(kind);
    p.initialised = size % 2 == 0;
    const int nr = static_cast<int>(min_nr);
    mempool_t* const made = &p.own;
    int status = 0;
    switch (p.kind) {
      case Kind::Kmalloc:
        p.bytes = size;
        p.pool = p.initialised ? (status = mempool_init_kmalloc_pool(made, nr, size), made)
                               : mempool_create_kmalloc_pool(nr, size);
        break;
      case Kind::Slab:
        p.bytes = 200;
        p.pool = p.initialised ? (status = mempool_init_slab_pool(made, nr, objects_), made)
                               : mempool_create_slab_pool(nr, objects_);
        break;
      case Kind::Pages:
        p.bytes = kPageSize << size % 2;
        p.pool = p.initialised ? (status = mempool_init_page_pool(made, nr, static_cast<int>(size % 2)), made)
                               : mempool_create_page_pool(nr, static_cast<int>(size % 2));
        break;
      default:
        p.bytes = 100;
        p.pool = p.initialised ? (status = mempool_init(made, nr, allocate, give_back, this), made)
                               : mempool_create(nr, allocate, give_back, this);
    }
    if (status != 0) p.pool = nullptr;
    if (p.pool == nullptr) {
      ++tally().refused;
    } else {
      MINK_EXPECT(p.pool->curr_nr == nr && p.pool->min_nr == nr, "a new pool has %d of %d", p.pool->curr_nr,
                  nr);
    }
    p.busy = false;
  }

  void destroy(std::uint32_t n) {
    Pool& p = pools_[n];
    if (p.pool == nullptr || p.busy) return;
    for (Element& e : elements_) {
      if (e.at != nullptr && e.pool == n) release(e);
    }
    if (p.out != 0) return;  // an interrupt took one meanwhile
    p.busy = true;
    p.initialised ? mempool_exit(p.pool) : mempool_destroy(p.pool);
    p.pool = nullptr;
    p.busy = false;
  }

  void resize(std::uint32_t n, std::uint32_t min_nr) {
    Pool& p = pools_[n];
    if (p.pool == nullptr || p.busy) return;
    p.busy = true;
    const int before = p.pool->min_nr;
    const int status = mempool_resize(p.pool, static_cast<int>(min_nr));
    MINK_EXPECT(p.pool->min_nr == (status == 0 ? static_cast<int>(min_nr) : before), "resized to %d: %d",
                p.pool->min_nr, status);
    MINK_EXPECT(status == 0 || min_nr > static_cast<std::uint32_t>(before), "a pool cannot shrink: %d",
                status);
    p.busy = false;
  }

  void alloc(std::uint32_t slot, std::uint32_t n, gfp_t gfp) {
    Pool& p = pools_[n];
    if (p.pool == nullptr || p.busy) return;
    Element* const place = next_place(elements_, slot, [](const Element& e) { return e.at == nullptr; });
    if (place == nullptr) return;
    gfp &= ~__GFP_ZERO;
    if (p.kind == Kind::Kmalloc || p.kind == Kind::Slab) gfp &= ~__GFP_DMA;
    gfp &= ~__GFP_NOFAIL;
    if (!sync::in_interrupt()) waiting_ = n, waited_ = false;
    const int had = p.pool->curr_nr;
    void* const at = mempool_alloc(p.pool, gfp);
    if (at == nullptr) {
      ++tally().refused;
      MINK_EXPECT(!undisturbed() || had == 0, "refused with %d in the reserve", had);
      const bool waits = (gfp & (__GFP_DIRECT_RECLAIM | __GFP_WAIT)) != 0 && !sync::in_interrupt();
      MINK_EXPECT(!undisturbed() || !waits || p.out == 0, "refused, although it may wait and %u are out",
                  p.out);
      return;
    }
    // The system's reserves are closed to pools: a page below the marks is an element of the reserve.
    if (p.kind == Kind::Pages && undisturbed() && !waited_ && p.pool->curr_nr == had)
      obeyed(at, p.bytes, gfp);
    adopt(p, n, place->at == nullptr ? *place : scratch_, at);
    if (scratch_.at != nullptr) release(scratch_);
  }

  void free(std::uint32_t slot) {
    Element* const e = next_place(elements_, slot, [](const Element& x) { return x.at != nullptr; });
    if (e == nullptr) return;
    Pool& p = pools_[e->pool];
    const int had = p.pool->curr_nr;
    const int min_nr = p.pool->min_nr;
    release(*e);
    if (undisturbed() && !p.busy) {
      const int now = had < min_nr ? had + 1 : had;
      MINK_EXPECT(p.pool->curr_nr == now, "a free left %d in the reserve of %d, there were %d",
                  p.pool->curr_nr, min_nr, had);
    }
  }

  // An element into a pool that it is not of: nothing happens.
  void free_wrong(std::uint32_t slot, std::uint32_t n) {
    Element* const e = next_place(elements_, slot, [](const Element& x) { return x.at != nullptr; });
    Pool& p = pools_[n];
    if (e == nullptr || e->pool == n || p.pool == nullptr || p.busy || p.pool->uncounted != 0) return;
    const int had = p.pool->curr_nr;
    const unsigned out = p.out;
    const Element held = *e;
    e->at = nullptr;  // else an interrupt could free it, and another make it the pool's own
    mempool_free(held.at, p.pool);
    MINK_EXPECT(!undisturbed() || (p.pool->curr_nr == had && mink_mempool_out(p.pool) == out),
                "a pool took another's element");
    (e->at == nullptr ? *e : scratch_) = held;
    if (scratch_.at != nullptr) release(scratch_);
  }

  // Others take memory, to the last page that they may have, or give it back.
  void squeeze(std::uint32_t pages) {
    while (pages != 0 && held_.size() < kHoldMost) {
      page* const p = alloc_pages(GFP_ATOMIC | __GFP_MEMALLOC | __GFP_NOWARN, 0);
      if (p == nullptr) return;
      held_.push_back(p);
      --pages;
    }
  }
  void relax(std::uint32_t pages) {
    for (; pages != 0 && !held_.empty(); --pages) {
      page* const p = held_.back();
      held_.pop_back();
      __free_page(p);
    }
  }

  void settled() override {
    for (Pool& p : pools_) {
      if (p.pool == nullptr) continue;
      MINK_EXPECT(mink_mempool_out(p.pool) == p.out, "%u elements are out, the model says %u",
                  mink_mempool_out(p.pool), p.out);
      MINK_EXPECT(p.pool->curr_nr >= 0 && p.pool->curr_nr <= p.pool->min_nr, "%d in a reserve of %d",
                  p.pool->curr_nr, p.pool->min_nr);
    }
  }
  void check() override {
    machine_.check();
    for (Element& e : elements_) {
      if (e.at != nullptr) verify(e);
    }
    // Of the custom allocator, to the element: what is out and what is in reserves.
    std::size_t custom = 0;
    for (Pool& p : pools_) {
      if (p.pool != nullptr && p.kind == Kind::Custom)
        custom += p.out + static_cast<unsigned>(p.pool->curr_nr);
    }
    MINK_EXPECT(custom == custom_live_, "pools have %zu elements, their allocator gave %zu", custom,
                custom_live_);
    unsigned known = 0, pools = 0;
    for (Pool& p : pools_) pools += p.pool != nullptr;
    mm::visit_mempools([](const mempool_t&, void* count) { ++*static_cast<unsigned*>(count); }, &known);
    MINK_EXPECT(known == pools, "%u pools are listed, there are %u", known, pools);
  }
  void finish() override {
    relax(kHoldMost);
    for (std::uint32_t n = 0; n < kPools; ++n) {
      destroy(n);
      MINK_EXPECT(pools_[n].pool == nullptr, "a pool cannot be destroyed");
    }
    check();
    MINK_EXPECT(kmem_cache_destroy(objects_) == 0, "elements are missing at the end");
    machine_.finish();
  }

 private:
  // The user's own callbacks: the mask that they see is part of the contract.
  static void* allocate(gfp_t gfp, void* world) {
    auto* const self = static_cast<PoolWorld*>(world);
    MINK_EXPECT(!sync::in_interrupt() || (gfp & __GFP_DIRECT_RECLAIM) == 0,
                "a callback in an interrupt may sleep: %#x", gfp);
    void* const element = kmalloc(100, gfp);
    if (element != nullptr) ++self->custom_live_;
    return element;
  }
  static void give_back(void* element, void* world) {
    --static_cast<PoolWorld*>(world)->custom_live_;
    kfree(element);
  }
  // Sleeps: somebody else gives an element back. False: nobody has one.
  bool wait(mempool_t& pool) {
    MINK_EXPECT(!sync::in_interrupt(), "an interrupt waits for an element");
    MINK_EXPECT(&pool == pools_[waiting_].pool, "somebody waits for another pool");
    for (Element& e : elements_) {
      if (e.at == nullptr || e.pool != waiting_) continue;
      release(e);
      waited_ = true;
      return true;
    }
    return false;
  }
  void obeyed(void* at, std::size_t bytes, gfp_t gfp) {
    const Rights rights =
        rights_of(gfp | __GFP_NOMEMALLOC, machine_.options().dma_pages != 0, !sync::in_atomic());
    const unsigned z = machine_.zone_of_frame(machine_.frame(static_cast<page*>(at)));
    MINK_EXPECT(z <= rights.top_zone, "%#x: an element of zone %u", gfp, z);
    const mm::Zone& zone = machine_.pages().zone(static_cast<mm::ZoneType>(z));
    const std::size_t left = machine_.pages().free_pages(static_cast<mm::ZoneType>(z));
    if (!undisturbed()) return;  // an interrupt came while we looked
    MINK_EXPECT(left + 1 > rights.floor(zone.mark.min) + zone.lowmem_reserve[rights.reserve_column],
                "%#x: a pool took %zu bytes of the system's reserve, %zu pages are left in zone %u", gfp,
                bytes, left, z);
  }
  unsigned char* memory_of(const Pool& p, void* at) {
    return p.kind == Kind::Pages ? machine_.bytes(machine_.frame(static_cast<page*>(at)))
                                 : static_cast<unsigned char*>(at);
  }
  void adopt(Pool& p, std::uint32_t n, Element& e, void* at) {
    live_.add(memory_of(p, at), p.bytes, "element");
    e = {at, n, ++keys_};
    ++p.out;
    write_pattern(memory_of(p, at), p.bytes, e.key);
  }
  void verify(const Element& e) {
    const Pool& p = pools_[e.pool];
    MINK_EXPECT(has_pattern(memory_of(p, e.at), p.bytes, e.key), "somebody wrote into an element");
  }
  void release(Element& e) {
    Pool& p = pools_[e.pool];
    verify(e);
    live_.remove(memory_of(p, e.at));
    void* const at = e.at;
    e.at = nullptr;
    --p.out;
    mempool_free(at, p.pool);
  }

  Machine machine_;
  Pool pools_[kPools];
  Element elements_[kSlots];
  Element scratch_;
  Extents live_;
  std::vector<page*> held_;
  kmem_cache* objects_ = nullptr;
  std::size_t custom_live_ = 0;
  std::uint32_t waiting_ = 0;  // whose element the thread wants
  bool waited_ = false;
  std::uint32_t keys_ = 0;
};

PoolWorld& w(World& world) { return static_cast<PoolWorld&>(world); }
constexpr Arg kPool{"pool", below<kPools>};
constexpr Arg kSlot{"slot", below<kSlots>};
constexpr Arg kGfp{"gfp", draw_gfp};

constexpr OpKind kKinds[] = {
    {"alloc", 420, true, {kSlot, kPool, kGfp}, [](World& s, Args a) { w(s).alloc(a[0], a[1], a[2]); }},
    {"free", 400, true, {kSlot}, [](World& s, Args a) { w(s).free(a[0]); }},
    {"free_wrong", 20, true, {kSlot, kPool}, [](World& s, Args a) { w(s).free_wrong(a[0], a[1]); }},
    {"create",
     60,
     false,
     {kPool,
      {"min_nr", below<24>},
      {"kind", below<4>},
      {"size", [](Random& r) { return 1 + r.below(3000); }}},
     [](World& s, Args a) { w(s).create(a[0], a[1], a[2], a[3]); }},
    {"destroy", 12, false, {kPool}, [](World& s, Args a) { w(s).destroy(a[0]); }},
    {"resize", 30, false, {kPool, {"min_nr", below<40>}}, [](World& s, Args a) { w(s).resize(a[0], a[1]); }},
    {"squeeze", 20, false, {{"pages", below<500>}}, [](World& s, Args a) { w(s).squeeze(a[0]); }},
    {"relax", 20, false, {{"pages", below<500>}}, [](World& s, Args a) { w(s).relax(a[0]); }},
};

}  // namespace

const Subject kMempool{"mempool", kKinds, sizeof kVariants / sizeof kVariants[0],
                       [](unsigned v) -> std::unique_ptr<World> { return std::make_unique<PoolWorld>(v); }};

}  // namespace mink::stress
