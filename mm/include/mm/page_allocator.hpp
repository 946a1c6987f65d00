// SPDX-License-Identifier: MIT
// The page allocator: zones of buddy free lists with migrate types, and lists of single pages before them.
// Its memory is injected: the kernel has one instance, a test makes its own of 64 pages. The Linux-named
// functions
// (<linux/gfp.h>) are the face of the kernel's.
//
// A block of 2^n pages is one block: a split or a merge writes two words, whatever its size.
// One CPU: interrupts off is the lock, held for one block at a time.
#pragma once
#include <arch/irq.hpp>
#include <base/addr.hpp>
#include <base/err.hpp>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <lib/text_sink.hpp>
#include <mm/failure_source.hpp>
#include <mm/page_state.hpp>
#include <mm/page_types.hpp>
#include <mm/reclaim_ops.hpp>
#include <mm/zone.hpp>
#include <optional>
#include <span>
#include <sync/preempt.hpp>

#include <linux/gfp_types.h>

namespace mink::mm {

class PageAllocator {
 public:
  static constexpr int kRefillPages = 8;  // that an empty hot/cold list takes at a time, at most

  constexpr PageAllocator() = default;
  PageAllocator(const PageAllocator&) = delete;
  PageAllocator& operator=(const PageAllocator&) = delete;

  // Bytes of `storage` for memory in [start, end). The mem_map begins and ends at a multiple of the largest
  // block.
  [[nodiscard]] static std::size_t storage_bytes(Pfn start, Pfn end);
  // Once. Inval: the ranges are empty or out of order, or storage is missing.
  Err init(const PageAllocatorConfig& config);
  // Gives a run of reserved pages out after all (the initrd when it is used up). Inval: not all of it is
  // reserved.
  Err release_reserved(PageRange range);

  // --- pages ---
  // A block of 2^order pages, aligned to its size. order above kMaxOrder: nullptr. Contents undefined unless
  // __GFP_ZERO. A GFP mask that may sleep in a context that must not is reported, once per `caller`, and
  // served as GFP_NOWAIT. Reported and nullptr if there is nothing (silent with __GFP_NOWARN).
  // caller: the code address shown in reports. O(kMaxOrder), reclaim aside.
  [[nodiscard]] page* alloc(gfp_t gfp, unsigned order, const void* caller) {
    if (order != 0) return alloc_block(gfp, order, caller);
    if ((gfp & kNotPlain) == 0) [[likely]] {
      if (page* const p = alloc_listed(gfp, caller); p != nullptr) [[likely]]
        return p;
    }
    return alloc_single(gfp, caller);
  }
  // The same by linear address, 0 for nothing. Not for __GFP_HIGHMEM.
  [[nodiscard]] std::uintptr_t alloc_address(gfp_t gfp, unsigned order, const void* caller) {
    if (order != 0) return alloc_block_address(gfp, order, caller);
    const page* const p = alloc(gfp, 0, caller);
    return p != nullptr ? linear_address(p) : 0;
  }
  // As alloc, for a block that is kept for long: a single page comes off the list while there is one, but no list is filled
  // for it, so that its worst case is a block's.
  [[nodiscard]] page* alloc_for_long(gfp_t gfp, unsigned order, const void* caller);
  // Gives the block back; `order` must be its order. nullptr is nothing. A wrong free, also of a block that others hold
  // a reference to, is reported with `caller` and changes nothing. Any context. O(kMaxOrder).
  void free(page* p, unsigned order, const void* caller) {
    if (!contains(p)) [[unlikely]]
      return free_slow(p, order, caller);
    if (order != 0) return free_block(p, order, caller);
    free_listed(p, caller, [&] { free_slow(p, 0, caller); });
  }
  // By linear address; 0 is nothing.
  void free_address(std::uintptr_t address, unsigned order, const void* caller) {
    if (order != 0) return free_block_address(address, order, caller);
    // Rotated, so that an address inside a page becomes an index beyond all.
    const std::uintptr_t i = std::rotr(address - linear_base_, kPageShift);
    if (i >= linear_pages_) [[unlikely]]
      return free_address_slow(address, 0, caller);
    free_listed(map_ + i, caller, [&] { free_address_slow(address, 0, caller); });
  }
  // One more reference to a block in use, by any page of it that its owner may know (of a compound block: all).
  // Refused, by name, for anything else.
  void get(page* p, const void* caller);
  // One less; the last one frees the block with the order it has.
  void put(page* p, const void* caller);
  // Single pages into the slots that are null. Returns how many of `pages` are filled. Takes whole blocks and
  // cuts them up; never reclaims for more than the first. Cost: about 15 instructions a page.
  [[nodiscard]] std::size_t alloc_bulk(gfp_t gfp, std::span<page*> pages, const void* caller);
  // The same as a chain, marked as being of `kind`: of `wanted` pages, at most kMostInChain; fewer where memory is short,
  // none if there is none. Cost: 11 instructions a page where memory is in single pages.
  static constexpr std::size_t kMostInChain = 32;
  [[nodiscard]] PageChain alloc_chain(gfp_t gfp, std::size_t wanted, PageKind kind, const void* caller);
  // Single pages of alloc(.., 0, ..) or alloc_bulk. Each as free().
  void free_bulk(std::span<page* const> pages, const void* caller);
  // Gives back a block that its owner has marked as being of `kind`, whatever its order. False: it is not of that kind, or
  // others hold it, too; nothing is changed.
  [[nodiscard]] bool release(page* head, PageKind kind, const void* caller);
  // Single pages of that kind linked through page->next: gives some of them back, as release() does. The rest of the
  // chain; its first page may be one that needs release() itself.
  [[nodiscard]] page* free_chain(page* first, PageKind kind, const void* caller);
  // Makes an allocated block of order n into 2^n single pages, each with a reference of its own. Refused, by
  // name, for a compound block and for what is not allocated.
  void split(page* head, unsigned order, const void* caller);
  // Takes the pages of an allocated, not compound block from `pages` on back; the rest becomes single pages.
  void trim(page* head, unsigned order, std::size_t pages, const void* caller);

  // --- page, frame, addresses ---
  // page_count() pages from mem_map() on are linear mapped, the first at linear_base(); behind them
  // HighMem's.
  [[nodiscard]] page* mem_map() const { return map_; }
  [[nodiscard]] VirtAddr linear_base() const { return VirtAddr{linear_base_}; }
  [[nodiscard]] std::size_t page_count() const { return linear_pages_; }
  [[nodiscard]] std::size_t map_count() const { return map_pages_; }
  [[nodiscard]] Pfn first_pfn() const { return Pfn{first_pfn_}; }

  [[nodiscard]] Pfn pfn(const page* p) const { return Pfn{first_pfn_ + index(p)}; }
  [[nodiscard]] PhysAddr phys(const page* p) const {
    if constexpr (sizeof(page) == 32) {  // as linear_address()
      return PhysAddr{phys_bias_ + (reinterpret_cast<std::uintptr_t>(p) << (kPageShift - 5))};
    } else {
      return phys_of(pfn(p));
    }
  }
  // Of a page that is not HighMem's; nullptr for one that is.
  [[nodiscard]] void* address(const page* p) const {
    const std::size_t i = index(p);
    return i < linear_pages_ ? reinterpret_cast<void*>(linear_base_ + (i << kPageShift)) : nullptr;
  }
  // Checked: nullptr for what is not in the mem_map or not linear mapped. (A hole inside memory has a page
  // that no block holds.)
  [[nodiscard]] page* page_at(Pfn frame) const {
    const std::size_t i = frame.raw() - first_pfn_;
    return i < map_pages_ ? map_ + i : nullptr;
  }
  [[nodiscard]] page* page_of(const void* address) const {
    const std::size_t i = (reinterpret_cast<std::uintptr_t>(address) - linear_base_) >> kPageShift;
    return i < linear_pages_ ? map_ + i : nullptr;
  }
  // Is it a page of the mem_map, and not a pointer to somewhere between two?
  [[nodiscard]] bool contains(const page* p) const {
    const std::uintptr_t offset =
        reinterpret_cast<std::uintptr_t>(p) - reinterpret_cast<std::uintptr_t>(map_);
    if constexpr (sizeof(page) == 32) {
      return std::rotr(offset, 5) < map_pages_;  // a remainder makes it an index beyond all
    } else {
      return offset / sizeof(page) < map_pages_ && offset % sizeof(page) == 0;
    }
  }
  // Unchecked arithmetic of the linear map: one shift and one addition on the target.
  [[nodiscard]] std::uintptr_t linear_address(const page* p) const {
    if constexpr (sizeof(page) == 32) {
      return page_bias_ + (reinterpret_cast<std::uintptr_t>(p) << (kPageShift - 5));
    } else {
      return linear_base_ + (index(p) << kPageShift);
    }
  }
  [[nodiscard]] PhysAddr phys_of_linear(VirtAddr va) const {
    return PhysAddr{va.raw() - linear_base_ + (first_pfn_ << kPageShift)};
  }
  [[nodiscard]] VirtAddr linear_of_phys(PhysAddr pa) const {
    return VirtAddr{pa.raw() - (first_pfn_ << kPageShift) + linear_base_};
  }
  // The head of the block that holds `p`, whatever it is used for; nullptr: none (a hole). O(kMaxOrder).
  [[nodiscard]] page* block_head(page* p) const;
  [[nodiscard]] const page* block_head(const page* p) const { return block_head(const_cast<page*>(p)); }

  // --- policy ---
  // Marks of all zones from a reserve of `kbytes` (sysctl vm.min_free_kbytes). 0: no marks at all, everything
  // can be taken.
  void set_min_free_kbytes(std::size_t kbytes);
  [[nodiscard]] std::size_t min_free_kbytes() const { return min_free_kbytes_; }
  void add_shrinker(Shrinker& shrinker);
  void set_reclaim_ops(ReclaimOps* ops) { ops_ = ops; }
  void set_window(PageWindow* window) { window_ = window; }
  // From now on every allocation asks `source` whether it is to fail; nullptr: none any more. The fast paths are closed
  // meanwhile. Any context.
  void set_failures(FailureSource* source);
  // From now on a mask that may sleep is checked against the context (before: there is nobody to sleep for).
  void begin_context_checks() { context_checks_ = true; }
  // Gives the hot/cold lists' pages and the ready blocks back to the free lists, a few at a time with interrupts on
  // between. Returns how many of them.
  std::size_t drain_lists();
  // Drains the lists, then asks the shrinkers. Returns the number of pages they gave back; 0 at once if the
  // running thread reclaims already. Thread context.
  std::size_t reclaim(gfp_t gfp, std::size_t pages, Reclaimer by = Reclaimer::Direct);
  // Has some zone that `gfp` may use reached its high mark, with a block of `order` to spare?
  [[nodiscard]] bool balanced(gfp_t gfp, unsigned order) const;
  // Pages that the zones `gfp` may use lack to their high marks.
  [[nodiscard]] std::size_t missing_to_high(gfp_t gfp) const;
  // Somebody waits for memory until the matching remove_waiter(): frees of short zones are announced
  // (ReclaimOps::memory_freed). Any context.
  void add_waiter();
  void remove_waiter();
  // Blocks taken from now on are of account `n` (below page_state::kAccounts; 0: of none). An interrupt's are the
  // interrupted thread's. Interrupts off; costs a comparison, or about 60 instructions if it changes.
  void set_account(unsigned n) {
    if (n << page_state::kAccountShift != account_) [[unlikely]]
      change_account(n);
  }
  // Pages in use of each account. O(blocks); interrupts stay on, so what comes and goes meanwhile may be missed.
  void count_accounts(std::span<std::size_t, page_state::kAccounts> held) const;
  // The account's blocks are nobody's. O(blocks).
  void end_account(unsigned n);
  // A mask fit for the context of the call: one that may sleep where nobody may is reported, once for each
  // `caller`, and becomes GFP_NOWAIT.
  [[nodiscard]] gfp_t fit_to_context(gfp_t gfp, const void* caller);

  // --- figures ---
  [[nodiscard]] const Zone& zone(ZoneType type) const { return zones_[static_cast<unsigned>(type)]; }
  [[nodiscard]] const PageList& list(ZoneType zone, MigrateType type) const {
    return lists_[page_state::place(zone, type) >> page_state::kListShift];
  }
  // Bit n: `zone` has free blocks of order n, beside the single pages on the hot/cold lists.
  [[nodiscard]] unsigned orders(ZoneType zone) const {
    const PageList* const of_type = lists_ + (page_state::place(zone, {}) >> page_state::kListShift);
    unsigned orders = 0;
    for (unsigned t = 0; t < kListTypes; ++t) orders |= of_type[t].nonempty | of_type[t].ready;
    return orders;
  }
  // Free pages, those on the hot/cold lists and in ready blocks included.
  [[nodiscard]] std::size_t free_pages() const;
  [[nodiscard]] std::size_t free_pages(ZoneType zone) const;
  [[nodiscard]] std::size_t listed_pages(ZoneType zone) const;  // single pages on the lists
  [[nodiscard]] std::size_t ready_pages(ZoneType zone) const;   // in blocks of two and more, not merged
  [[nodiscard]] std::size_t managed_pages() const {
    std::size_t pages = 0;
    for (const Zone& zone : zones_) pages += zone.managed;
    return pages;
  }
  // Free blocks of `order`, the hot/cold lists counted at order 0.
  [[nodiscard]] std::size_t free_blocks(ZoneType zone, unsigned order) const;
  [[nodiscard]] std::size_t free_blocks(ZoneType zone, unsigned order, MigrateType type) const;
  [[nodiscard]] std::size_t page_blocks(ZoneType zone, MigrateType type) const;
  // Pages given out and taken back, ever (wrap).
  [[nodiscard]] unsigned allocated(ZoneType zone) const;
  [[nodiscard]] unsigned released(ZoneType zone) const;
  [[nodiscard]] unsigned released() const;
  [[nodiscard]] const VmEvents& events() const { return events_; }
  // For those who count: reclaimers and shrinkers outside of this class.
  [[nodiscard]] VmEvents& events() { return events_; }
  [[nodiscard]] FreeFault last_fault() const { return last_fault_; }
  [[nodiscard]] std::size_t faults() const { return faults_; }

  // Looks at every page, list and count: blocks aligned and tiled, each free block in the list that its state
  // names, no two free buddies apart, counts that add up. Each finding is written to `why`. O(pages), interrupts off
  // for 2^kMaxOrder of them at a time, then for O(blocks).
  bool check(TextSink& why) const;
  // Free blocks of each zone by order, in one line each, for reports.
  void print_free(TextSink& out) const;

 private:
  friend class PageChecker;
  friend struct ReadyBlocks;

  // --- the fast paths: single pages off and onto the lists. Counted for the ARM1176. ---
  // nullptr: not done, nothing changed. 31 instructions where it may sleep, 24 where not.
  [[gnu::always_inline]] page* alloc_listed(gfp_t gfp, const void* caller) {
    PageList& list = *preferred_[gfp & kPlacementMask];
    const arch::IrqState irq = arch::irq_save();
    page_link* const link = list.head.next;
    if (link == &list.head) [[unlikely]] {
      arch::irq_restore(irq);
      return nullptr;
    }
    if ((gfp & __GFP_DIRECT_RECLAIM) != 0) {
      const unsigned off = arch::irqs_were_disabled(irq) ? 1u << 7 : 0;
      if ((sync::preempt_count() | off) != 0) [[unlikely]] {  // it must not sleep here
        arch::irq_restore(irq);
        return nullptr;
      }
    }
    page_link* const next = link->next;
    list.head.next = next;
    next->prev = &list.head;
    ++list.room;
    ++list.taken;
    page* const p = page_of_link(link);
    p->state = list.allocated_state;  // a page on a list keeps its one reference
    arch::irq_restore(irq);
    p->caller = caller;
    p->gfp = gfp;
    if (p == nullptr) __builtin_unreachable();
    return p;
  }
  // 25 instructions. One comparison says that the page is a whole block, allocated, no slab's, and of order 0. `otherwise`:
  // it is none, or not with its last reference.
  template <class Otherwise>
  [[gnu::always_inline]] void free_listed(page* p, const void* caller, Otherwise otherwise) {
    constexpr unsigned kSingle = page_state::block(PageKind::Allocated, 0);
    constexpr unsigned kToListed = kSingle ^ page_state::block(PageKind::Listed, 0);
    const arch::IrqState irq = arch::irq_save();
    const unsigned state = p->state;
    if ((state & page_state::kBlockMask) == kSingle && p->_refcount == 1) [[likely]] {
      PageList* base = lists_ + (state >> page_state::kListShift);
      asm("" : "+r"(base));  // one address: the compiler would rather compute one for each member
      PageList& list = *base;
      p->caller = caller;
      if (const int room = list.room - 1; room >= 0) [[likely]] {
        list.room = room;
        p->state = state ^ kToListed;
        page_link* const first = list.head.next;
        p->link.next = first;
        p->link.prev = &list.head;
        first->prev = &p->link;
        list.head.next = &p->link;
        return arch::irq_restore(irq);
      }
      return free_crowded(list, p, irq);
    }
    arch::irq_restore(irq);
    otherwise();
  }

  static page* page_of_link(page_link* link) {
    return reinterpret_cast<page*>(reinterpret_cast<char*>(link) - offsetof(page, link));
  }
  [[nodiscard]] std::size_t index(const page* p) const { return static_cast<std::size_t>(p - map_); }

  static constexpr unsigned kWarnedCallers = 16;
  // Placement bits of a mask, as an index: DMA, HIGHMEM, DMA32, MOVABLE, RECLAIMABLE.
  static constexpr gfp_t kPlacementMask = 0x1f;
  // What the shortest path does not do.
  static constexpr gfp_t kNotPlain = __GFP_ZERO | __GFP_COLD | __GFP_REPEAT | __GFP_WAIT;

  // page/block.cpp: blocks of more than a page, and what else the shortest paths leave over
  page* alloc_block(gfp_t gfp, unsigned order, const void* caller);
  std::uintptr_t alloc_block_address(gfp_t gfp, unsigned order, const void* caller);
  page* take_ready(gfp_t gfp, unsigned order, const void* caller);
  page* alloc_split(gfp_t gfp, unsigned order, const void* caller);
  std::uintptr_t alloc_split_address(gfp_t gfp, unsigned order, const void* caller);
  page* alloc_single(gfp_t gfp, const void* caller);
  void free_block(page* p, unsigned order, const void* caller);
  void free_block_address(std::uintptr_t address, unsigned order, const void* caller);
  bool keep_ready(page* p, unsigned order, const void* caller);
  void free_merge(page* p, unsigned order, const void* caller);

  // page/alloc.cpp
  enum class Pass : unsigned { Low, Min };  // which mark, before the mask's own allowances
  page* alloc_slow(gfp_t gfp, unsigned order, const void* caller);
  page* try_zones(gfp_t gfp, unsigned order, Pass pass, unsigned more_depth = 0);
  page* take(Zone& zone, ZoneType type, gfp_t gfp, unsigned order);
  page* take_listed(ZoneType type, gfp_t gfp);
  page* try_harder(gfp_t gfp, unsigned order, const void* caller);
  page* zeroed(page* p, unsigned order, const void* caller);
  void report_failure(gfp_t gfp, unsigned order, const void* caller);

  // page/reclaim.cpp
  page* reclaim_and_retry(gfp_t gfp, unsigned order, const void* caller);
  bool enter_reclaim();
  void change_account(unsigned n);
  void leave_reclaim();

  // page/buddy.cpp. Interrupts off.
  page* take_block(ZoneType zone, unsigned order, MigrateType type);
  page* take_from_other_type(ZoneType zone, unsigned order, MigrateType type);
  void put_block(page* p, unsigned order, ZoneType zone);
  void put_ready(PageList& list, unsigned order);
  void merge_ready(ZoneType zone, unsigned order);
  void unlink_of_other_type(unsigned state, page_link* next, page_link* prev);

  // page/lists.cpp. Interrupts off.
  FreeFault take_back(page* p, unsigned order, const void* caller);  // interrupts as they are
  bool refill(ZoneType type, PageList& list, MigrateType migrate);
  unsigned drain_some(PageList& list, unsigned pages);
  unsigned drain_zone(ZoneType zone, unsigned most);
  unsigned drain_some_of(ZoneType zone);  // interrupts as they are
  bool make_room(PageList& list);
  void free_crowded(PageList& list, page* p, arch::IrqState irq);
  void give_back(page* p, unsigned order);
  unsigned list_singles(PageList& list, unsigned most);
  void drain_coldest(PageList& list);
  void open_lists(ZoneType zone, bool open);
  void choose_keepers();
  void update_shortage(ZoneType zone);

  // page/bulk.cpp
  page* take_for_bulk(gfp_t gfp, std::size_t most, unsigned& order);
  // page/singles.cpp
  PageChain take_listed_chain(gfp_t asked, std::size_t wanted, PageKind kind, const void* caller);
  page* list_chain(PageList& list, page* first, PageKind kind, const void* caller);
  PageChain take_singles(gfp_t asked, gfp_t gfp, std::size_t wanted, PageKind kind, const void* caller);

  // page/free.cpp
  void free_slow(page* p, unsigned order, const void* caller);
  void free_address_slow(std::uintptr_t address, unsigned order, const void* caller);
  [[nodiscard]] page* shared_head(page* p) const;
  [[nodiscard]] FreeFault fault_of(const page* p, unsigned order) const;
  void refuse(FreeFault fault, const char* call, Given given, int order, const void* caller);

  // page/init.cpp
  void add_memory(const PageAllocatorConfig& config);
  void add_free(PageRange range);
  void add_reserved(PageRange range);
  void cut_reserved(std::size_t i);
  [[nodiscard]] ZoneType zone_at(std::size_t i) const;
  void update_marks();
  void choose_lists();
  [[nodiscard]] bool must_fail(gfp_t gfp, unsigned order, const void* caller) {
    return failures_ != nullptr && (gfp & __GFP_NOFAIL) == 0 &&
           failures_->fails(gfp, kPageSize << order, order, caller);
  }

  [[nodiscard]] Zone& zone_ref(ZoneType type) { return zones_[static_cast<unsigned>(type)]; }
  [[nodiscard]] PageList& list_ref(ZoneType zone, MigrateType type) {
    return lists_[page_state::place(zone, type) >> page_state::kListShift];
  }
  [[nodiscard]] std::uint8_t& block_type(const page* p) const { return block_types_[index(p) >> kMaxOrder]; }

  // First what the fast paths touch: offset 0 costs no instruction.
  PageList lists_[page_state::kLists] = {};
  PageList* preferred_[kPlacementMask + 1] = {};
  page* map_ = nullptr;
  std::uintptr_t linear_base_ = 0;  // of map_[0]
  std::uintptr_t page_bias_ = 0;
  std::uintptr_t phys_bias_ = 0;
  std::size_t linear_pages_ = 0;
  std::size_t map_pages_ = 0;
  std::uintptr_t first_pfn_ = 0;  // of map_[0]
  unsigned waiters_ = 0;
  Zone zones_[kZones] = {};
  std::uintptr_t border_[kZones] = {};  // end of each zone, as an index of the mem_map
  std::uint8_t* block_types_ = nullptr;
  Shrinker* shrinkers_ = nullptr;
  ReclaimOps* ops_ = nullptr;
  PageWindow* window_ = nullptr;
  FailureSource* failures_ = nullptr;
  std::size_t min_free_kbytes_ = 0;
  std::optional<unsigned> list_limit_;  // as configured
  bool context_checks_ = false;
  bool reclaiming_ = false;  // while there are no threads
  unsigned account_ = 0;     // where it stands in page->state
  FreeFault last_fault_ = FreeFault::None;
  std::size_t faults_ = 0;
  VmEvents events_ = {};
  const void* warned_callers_[kWarnedCallers] =
      {};  // who has been told that its mask is wrong in its context
  unsigned warned_count_ = 0;
  PageList closed_ = {};  // always empty: what preferred_ points at while a zone is short
};

}  // namespace mink::mm
