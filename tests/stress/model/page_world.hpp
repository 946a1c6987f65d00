// SPDX-License-Identifier: MIT
// The page allocator against a map of whose each page is. From that map alone the model tells whether an allocation had
// to succeed, and which reserve it may have used.
#pragma once
#include <sync/preempt.hpp>

#include <linux/gfp.h>
#include <linux/mm.h>

#include "stress/model/machine.hpp"

namespace mink::stress {

inline constexpr std::uint32_t kSlots = 96;
inline constexpr std::uint32_t kBulkMost = 40;

struct HeldPages {
  page* head = nullptr;        // of a block; nullptr: of `singles`, or nothing is held
  std::vector<page*> singles;  // pages of their own
  unsigned order = 0;
  int references = 0;
  bool compound = false;
  bool offered = false;  // reclaim may have it
  bool busy = false;     // an operation on it is under way: interrupts keep off
  unsigned account = 0;
  std::uint32_t key = 0;
  [[nodiscard]] bool empty() const { return head == nullptr && singles.empty(); }
};

struct BusyPages {
  explicit BusyPages(HeldPages& h) : held{h} { held.busy = true; }
  ~BusyPages() { held.busy = false; }
  BusyPages(const BusyPages&) = delete;
  BusyPages& operator=(const BusyPages&) = delete;
  HeldPages& held;
};

class PageWorld final : public World, public mm::Shrinker, public mm::ReclaimOps {
 public:
  PageWorld(const MachineOptions& options, unsigned variant) : machine_{options}, owner_(machine_.frames()) {
    for (std::size_t f = 0; f < machine_.frames(); ++f) {
      const bool reserved = PageReserved(machine_.page_of_frame(f)) != 0;
      owner_[f] = reserved ? kReserved : 0;
      if (!reserved) ++free_[machine_.zone_of_frame(f)];
    }
    managed_ = free_[0] + free_[1] + free_[2];
    machine_.window_fails_every = variant == 1 ? 7 : 0;
    pages_.add_shrinker(*this);
    if (variant % 2 == 1) {
      with_ops_ = true;
      pages_.set_reclaim_ops(this);
    }
  }

  // --- operations ---
  void alloc(std::uint32_t slot, unsigned order, gfp_t gfp, unsigned how) {
    HeldPages* const h = free_place(slot);
    if (h == nullptr) return;
    const BusyPages busy{*h};
    if (how == 5) return alloc_exact(*h, order, gfp);
    if (how >= 3) order = 0;
    page* p = nullptr;
    switch (how) {
      case 1:
      case 2: {
        const unsigned long address =
            how == 1 || order != 0 ? __get_free_pages(gfp, order) : get_zeroed_page(gfp);
        if (how == 2 && order == 0) gfp |= __GFP_ZERO;
        gfp &= ~__GFP_HIGHMEM;
        p = address != 0 ? virt_to_page(reinterpret_cast<void*>(address)) : nullptr;
        break;
      }
      case 3:
        p = alloc_page(gfp);
        break;
      default:
        p = alloc_pages(gfp, order);
    }
    if (p == nullptr) return refused(gfp, order);
    take(*h, p, order, gfp);
  }

  void alloc_exact(HeldPages& h, unsigned order, gfp_t gfp) {
    const std::size_t size = (kPageSize << order) - order * 700;
    gfp &= ~(__GFP_HIGHMEM | __GFP_COMP);
    auto* const at = static_cast<unsigned char*>(alloc_pages_exact(size, gfp));
    if (at == nullptr) return refused(gfp, order);
    page* const head = virt_to_page(at);
    must_have_been_open(head, 1u << order, gfp);
    for (std::size_t i = 0; i < (size + kPageSize - 1) / kPageSize; ++i) h.singles.push_back(head + i);
    take_singles(h, gfp);
  }

  void bulk(std::uint32_t slot, std::uint32_t count, gfp_t gfp) {
    HeldPages* const place = free_place(slot);
    if (place == nullptr) return;
    HeldPages& h = *place;
    const BusyPages busy{h};
    page* got[kBulkMost] = {};
    const unsigned long n = alloc_pages_bulk_array(gfp, count, got);
    std::size_t from_zone[mm::kZones] = {};
    for (std::uint32_t i = 0; i < count; ++i) {
      if (got[i] == nullptr) continue;
      h.singles.push_back(got[i]);
      ++from_zone[machine_.zone_of_frame(machine_.frame(got[i]))];
    }
    MINK_EXPECT(h.singles.size() == n, "bulk: %lu said, %zu pages there", n, h.singles.size());
    const Rights rights = rights_now(gfp);
    for (unsigned z = 0; z < mm::kZones && undisturbed() && !may_end_low(gfp); ++z) {
      const mm::Zone& zone = pages_.zone(static_cast<mm::ZoneType>(z));
      if (from_zone[z] > 1) {
        MINK_EXPECT(free_[z] - from_zone[z] + 1 >= zone.mark.low + zone.lowmem_reserve[rights.reserve_column],
                    "bulk went below the low mark of zone %u: %zu free, %zu taken", z, free_[z],
                    from_zone[z]);
      }
    }
    if (n == 0 && count != 0) return refused(gfp, 0);
    take_singles(h, gfp);
  }

  void release(std::uint32_t slot, unsigned how) {
    HeldPages* const h = next_place(slots_, slot, [](const HeldPages& x) { return !x.empty() && !x.busy; });
    if (h != nullptr) release(*h, how);
  }
  void release(HeldPages& h, unsigned how) {
    const BusyPages busy{h};
    verify(h);
    if (h.head == nullptr) {
      HeldPages gone;
      std::swap(gone, h);
      for (page* p : gone.singles) give_back(p, 1);
      for (page* p : gone.singles) __free_page(p);
      return;
    }
    page* const head = h.head;
    const unsigned order = h.order;
    const bool last = h.references == 1;
    const bool low = page_address(head) != nullptr;
    if (!last && how == 1) {  // others hold it: refused
      const std::size_t faults = pages_.faults();
      __free_pages(head, order);
      MINK_EXPECT(pages_.faults() > faults, "a free of a shared block was not refused");
      return;
    }
    if (last) {
      give_back(head, std::size_t{1} << order);
      h = HeldPages{};
    } else {
      --h.references;
    }
    if (how == 2 || !last) {
      put_page(head);
    } else if (how == 3 && low) {
      free_pages(reinterpret_cast<unsigned long>(page_address(head)), order);
    } else {
      __free_pages(head, order);
    }
  }

  void get(std::uint32_t slot, unsigned which) {
    HeldPages* const place = next_place(
        slots_, slot, [](const HeldPages& x) { return x.head != nullptr && !x.busy && x.references <= 5; });
    if (place == nullptr) return;
    HeldPages& h = *place;
    const BusyPages busy{h};
    page* const any = h.compound ? h.head + which % (1u << h.order) : h.head;
    MINK_EXPECT(compound_head(any) == h.head, "page %u of a block has another head", which);
    ++h.references;
    get_page(any);
  }

  void split(std::uint32_t slot) {
    HeldPages* const place = next_place(slots_, slot, [](const HeldPages& x) {
      return x.head != nullptr && !x.compound && x.references == 1 && x.order <= 6;
    });
    if (place == nullptr) return;
    HeldPages& h = *place;
    const BusyPages busy{h};
    page* const head = h.head;
    h.head = nullptr;
    split_page(head, h.order);
    for (std::size_t i = 0; i < std::size_t{1} << h.order; ++i) h.singles.push_back(head + i);
    repattern(h);
  }

  // A free that is none: refused, by name, and nothing changes (settled() looks).
  void wrong(std::uint32_t slot, unsigned what) {
    HeldPages& h = slots_[slot];
    const BusyPages busy{h};
    const std::size_t faults = pages_.faults();
    if (h.head == nullptr) {
      // A page that nobody holds, and that no interrupt gets hold of meanwhile.
      const arch::IrqGuard guard;
      const std::size_t f = (what * 7919) % owner_.size();
      if (owner_[f] == kInUse) return;
      __free_pages(machine_.page_of_frame(f), what % 3);
    } else if (what % 3 == 0 && !h.compound) {
      __free_pages(h.head, h.order == 0 ? 1 : h.order - 1);
    } else if (what % 3 == 1 && h.order != 0) {
      __free_pages(h.head + 1, 0);
    } else {
      __free_pages(reinterpret_cast<page*>(reinterpret_cast<char*>(h.head) + 4), h.order);
    }
    MINK_EXPECT(!undisturbed() || pages_.faults() == faults + 1, "a wrong free (%u) was not refused once",
                what);
  }

  void offer(std::uint32_t slot) { slots_[slot].offered = !slots_[slot].empty(); }
  void drain() { pages_.drain_lists(); }
  void reserve(std::uint32_t kbytes) { pages_.set_min_free_kbytes(kbytes); }
  void reclaim(gfp_t gfp) { pages_.reclaim(gfp, 4); }
  void account(unsigned n) {
    const arch::IrqGuard guard;
    account_ = n;
    pages_.set_account(n);
  }
  void asker_is(unsigned state) { asker_ = {state == 1, state == 2}; }

  // --- reclaim, as the kernel would do it ---
  std::size_t shrink(gfp_t gfp, std::size_t) override {
    MINK_EXPECT(!sync::in_interrupt(), "an interrupt reclaims");
    MINK_EXPECT(!shrinking_, "reclaim in reclaim");
    shrinking_ = true;
    const std::size_t given = (gfp & __GFP_FS) != 0 ? give_offered() : 0;
    shrinking_ = false;
    return given;
  }
  void wake_reclaimer(gfp_t gfp, unsigned) override {
    MINK_EXPECT((gfp & __GFP_KSWAPD_RECLAIM) != 0, "kswapd woken by a mask that does not say so");
  }
  bool wait_for_free(gfp_t gfp, unsigned) override {
    MINK_EXPECT(!sync::in_interrupt() && (gfp & __GFP_DIRECT_RECLAIM) != 0, "somebody waits who must not");
    return give_offered() != 0;
  }
  void memory_freed() override {}
  mm::AskerState asker() override {
    return sync::in_interrupt() ? mm::AskerState{}
                                : mm::AskerState{asker_.frees_memory || entered_, asker_.dying};
  }
  bool enter_reclaim() override {
    if (entered_ || asker_.frees_memory) return false;
    return entered_ = true;
  }
  void leave_reclaim() override { entered_ = false; }
  mm::OomOutcome out_of_memory(gfp_t, unsigned, const void*) override { return mm::OomOutcome::Nothing; }
  void explain_failure(TextSink&, gfp_t, unsigned) override {}

  // --- the model ---
  void settled() override {
    for (unsigned z = 0; z < mm::kZones; ++z) {
      const std::size_t free = pages_.free_pages(static_cast<mm::ZoneType>(z));
      MINK_EXPECT(free == free_[z], "zone %u has %zu free pages, the model %zu", z, free, free_[z]);
    }
  }
  void check() override {
    char text[512];
    BufferSink why{text};
    MINK_EXPECT(pages_.check(why), "check: %s", text);
    for (const HeldPages& h : slots_) {
      if (!h.empty()) verify(h);
    }
    std::size_t said[mm::page_state::kAccounts], held[mm::page_state::kAccounts] = {};
    pages_.count_accounts(said);
    for (const HeldPages& h : slots_)
      held[h.account] += h.head != nullptr ? std::size_t{1} << h.order : h.singles.size();
    for (unsigned n = 1; n < mm::page_state::kAccounts; ++n)
      MINK_EXPECT(said[n] == held[n], "account %u holds %zu pages, the model %zu", n, said[n], held[n]);
    for (unsigned order = 0; order <= mm::kMaxOrder; ++order) {
      for (unsigned z = 0; z < mm::kZones; ++z) {
        if (pages_.free_blocks(static_cast<mm::ZoneType>(z), order) != 0)
          MINK_EXPECT(has_block(z, order), "zone %u says that it has a block of order %u", z, order);
      }
    }
  }
  void finish() override {
    for (std::uint32_t s = 0; s < kSlots; ++s) {
      while (!slots_[s].empty()) release(slots_[s], 0);
    }
    drain();
    settled();
    check();
    MINK_EXPECT(pages_.free_pages() == managed_, "%zu pages of %zu came back", pages_.free_pages(), managed_);
  }

 private:
  HeldPages* free_place(std::uint32_t slot) {
    return next_place(slots_, slot, [](const HeldPages& h) { return h.empty() && !h.busy; });
  }

  enum : unsigned char { kFree = 0, kInUse = 1, kReserved = 2 };

  // High memory that could not be zeroed, for want of a window, is given back for low memory.
  [[nodiscard]] bool may_end_low(gfp_t gfp) const {
    return machine_.window_fails_every != 0 &&
           (gfp & (__GFP_HIGHMEM | __GFP_ZERO)) == (__GFP_HIGHMEM | __GFP_ZERO);
  }
  [[nodiscard]] Rights rights_now(gfp_t gfp) const {
    Rights r = rights_of(gfp, has_dma(), !sync::in_atomic());
    if (with_ops_ && (gfp & __GFP_NOMEMALLOC) == 0 && !sync::in_interrupt()) {
      if (asker_.frees_memory) r.everything = true;
      r.oom = asker_.dying;
    }
    return r;
  }
  [[nodiscard]] bool has_dma() const { return machine_.options().dma_pages != 0; }

  // Is there an aligned run of free pages? Those on lists are single ones until the lists are drained.
  [[nodiscard]] bool has_block(unsigned z, unsigned order) {
    const std::size_t pages = std::size_t{1} << order;
    const std::size_t skip = machine_.options().skip_pages;
    for (std::size_t f = (pages - skip % pages) % pages; f + pages <= owner_.size(); f += pages) {
      if (machine_.zone_of_frame(f) != z || machine_.zone_of_frame(f + pages - 1) != z) continue;
      std::size_t i = 0;
      while (i < pages && owner_[f + i] == kFree) ++i;
      if (i == pages) return true;
    }
    return false;
  }

  // Nothing was given: was there nothing that may be had? An allocation that fails has drained the lists.
  void refused(gfp_t gfp, unsigned order) {
    ++tally().refused;
    if (!undisturbed() || order > mm::kMaxOrder) return;
    if (may_end_low(gfp)) gfp &= ~__GFP_HIGHMEM;
    const Rights rights = rights_now(gfp);
    const std::size_t rest = (std::size_t{1} << order) - 1;
    for (unsigned z = 0; z <= rights.top_zone; ++z) {
      const mm::Zone& zone = pages_.zone(static_cast<mm::ZoneType>(z));
      const std::size_t kept =
          rights.everything ? 0 : rights.floor(zone.mark.min) + zone.lowmem_reserve[rights.reserve_column];
      const bool enough = rights.everything ? free_[z] > rest : free_[z] > rest && free_[z] - rest > kept;
      MINK_EXPECT(!enough || !has_block(z, order),
                  "order %u, %#x refused: zone %u has %zu free, %zu to be kept", order, gfp, z, free_[z],
                  kept);
    }
  }

  // Something was given: from where, and did the mask open that?
  void must_have_been_open(page* p, std::size_t pages, gfp_t gfp) {
    const std::size_t f = machine_.frame(p);
    MINK_EXPECT(f + pages <= owner_.size(), "pages outside of memory");
    const unsigned z = machine_.zone_of_frame(f);
    if (z != 2 && may_end_low(gfp)) gfp &= ~__GFP_HIGHMEM;
    const Rights rights = rights_now(gfp);
    MINK_EXPECT(z <= rights.top_zone, "%#x may not have memory of zone %u", gfp, z);
    MINK_EXPECT(machine_.zone_of_frame(f + pages - 1) == z, "a block of two zones");
    if (!undisturbed() || rights.everything) return;
    const mm::Zone& zone = pages_.zone(static_cast<mm::ZoneType>(z));
    const std::size_t kept = rights.floor(zone.mark.min) + zone.lowmem_reserve[rights.reserve_column];
    MINK_EXPECT(free_[z] - (pages - 1) > kept,
                "%#x took %zu pages of %zu in zone %u where %zu are to be kept", gfp, pages, free_[z], z,
                kept);
  }

  void claim(page* p, std::size_t pages) {
    const std::size_t f = machine_.frame(p);
    for (std::size_t i = f; i < f + pages; ++i) {
      MINK_EXPECT(owner_[i] == kFree, "frame %zu was given out, but it is %s", i,
                  owner_[i] == kInUse ? "held" : "reserved");
      owner_[i] = kInUse;
    }
    free_[machine_.zone_of_frame(f)] -= pages;
  }
  void give_back(page* p, std::size_t pages) {
    const std::size_t f = machine_.frame(p);
    for (std::size_t i = f; i < f + pages; ++i) owner_[i] = kFree;
    free_[machine_.zone_of_frame(f)] += pages;
  }

  void take(HeldPages& h, page* p, unsigned order, gfp_t gfp) {
    const std::size_t pages = std::size_t{1} << order;
    MINK_EXPECT((pages_.pfn(p).raw() & (pages - 1)) == 0, "order %u at pfn %#zx", order, pages_.pfn(p).raw());
    must_have_been_open(p, pages, gfp);
    if ((gfp & __GFP_ZERO) != 0)
      MINK_EXPECT(all_zero(machine_.bytes(machine_.frame(p)), pages << kPageShift),
                  "not zeroed: order %u, %#x", order, gfp);
    claim(p, pages);
    MINK_EXPECT(page_count(p) == 1, "a new block with %d references", page_count(p));
    h.head = p;
    h.order = order;
    h.references = 1;
    h.compound = (gfp & __GFP_COMP) != 0 && order != 0;
    h.account = account_;
    h.offered = false;
    MINK_EXPECT(PageCompound(p) == (h.compound ? 1 : 0), "compound: %d", PageCompound(p));
    repattern(h);
  }
  void take_singles(HeldPages& h, gfp_t gfp) {
    h.account = account_;
    h.references = 1;
    h.offered = false;
    const Rights rights = rights_now(gfp);
    for (page* p : h.singles) {
      MINK_EXPECT(machine_.zone_of_frame(machine_.frame(p)) <= rights.top_zone,
                  "bulk: a page of a wrong zone");
      claim(p, 1);
      if ((gfp & __GFP_ZERO) != 0)
        MINK_EXPECT(all_zero(machine_.bytes(machine_.frame(p)), kPageSize), "bulk: not zeroed, %#x", gfp);
      MINK_EXPECT(page_count(p) == 1, "a page with %d references", page_count(p));
    }
    repattern(h);
  }
  void repattern(HeldPages& h) {
    h.key = ++keys_;
    if (h.head != nullptr) {
      write_pattern(machine_.bytes(machine_.frame(h.head)), kPageSize << h.order, h.key);
    } else {
      for (page* p : h.singles) write_pattern(machine_.bytes(machine_.frame(p)), kPageSize, h.key);
    }
  }
  void verify(const HeldPages& h) {
    bool good = true;
    if (h.head != nullptr) {
      good = has_pattern(machine_.bytes(machine_.frame(h.head)), kPageSize << h.order, h.key);
      MINK_EXPECT(page_count(h.head) == h.references, "%d references, not %d", page_count(h.head),
                  h.references);
    }
    for (page* p : h.singles) good = good && has_pattern(machine_.bytes(machine_.frame(p)), kPageSize, h.key);
    MINK_EXPECT(good, "somebody wrote into pages that are held");
  }
  std::size_t give_offered() {
    for (std::uint32_t s = 0; s < kSlots; ++s) {
      if (slots_[s].empty() || slots_[s].busy || !slots_[s].offered) continue;
      const std::size_t pages =
          slots_[s].head != nullptr ? std::size_t{1} << slots_[s].order : slots_[s].singles.size();
      while (!slots_[s].empty()) release(slots_[s], 0);
      return pages;
    }
    return 0;
  }

  Machine machine_;
  mm::PageAllocator& pages_ = machine_.pages();
  std::vector<unsigned char> owner_;  // of each frame
  std::size_t free_[mm::kZones] = {};
  std::size_t managed_ = 0;
  HeldPages slots_[kSlots];
  std::uint32_t keys_ = 0;
  unsigned account_ = 0;
  bool shrinking_ = false, entered_ = false, with_ops_ = false;
  mm::AskerState asker_{};
};

}  // namespace mink::stress
