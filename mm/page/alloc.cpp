// SPDX-License-Identifier: MIT
// An allocation that the hot list could not serve at once: zones in order and against their marks, then
// reclaim.
#include <base/log.h>
#include <arch/memory.hpp>
#include <lib/log_sink.hpp>
#include <mm/gfp_names.hpp>
#include <mm/gfp_policy.hpp>
#include <mm/page_allocator.hpp>

namespace mink::mm {

// A single page from the hot/cold list, which is filled if it is empty.
page* PageAllocator::take_listed(ZoneType type, gfp_t gfp) {
  const MigrateType migrate = migrate_type_of(gfp);
  PageList& list = list_ref(type, migrate);
  if (list.head.next == &list.head && !refill(type, list, migrate)) return nullptr;
  page_link* const link = (gfp & __GFP_COLD) != 0 ? list.head.prev : list.head.next;
  link->next->prev = link->prev;
  link->prev->next = link->next;
  ++list.room;
  ++list.taken;
  page* const p = page_of_link(link);
  p->state = list.allocated_state;
  return p;
}

// Interrupts off; the marks allow it.
page* PageAllocator::take(Zone& zone, ZoneType type, gfp_t gfp, unsigned order) {
  page* p = nullptr;
  if (order == 0 && !zone.is_short) p = take_listed(type, gfp);
  if (p == nullptr) {  // what is left may be too small for a refill, and of another type
    p = take_block(type, order, migrate_type_of(gfp));
    if (p != nullptr) zone.allocated += 1u << order;
  }
  update_shortage(type);
  return p;
}

page* PageAllocator::try_zones(gfp_t gfp, unsigned order, Pass pass, unsigned more_depth) {
  const unsigned column = reserve_class(gfp);
  const unsigned depth = pass == Pass::Low ? 0 : alloc_depth(gfp) | more_depth;
  for (unsigned z = static_cast<unsigned>(zone_of_gfp(gfp)) + 1; z-- > 0;) {
    const auto type = static_cast<ZoneType>(z);
    Zone& zone = zones_[z];
    // Before a zone has too little, what is on its lists goes back: a few pages with interrupts off.
    do {
      const arch::IrqGuard guard;
      const std::size_t mark = pass == Pass::Low ? zone.mark.low : zone.mark.min;
      if (watermark_ok(zone.free_pages, orders(type), order, mark, zone.lowmem_reserve[column], depth)) {
        if (page* const p = take(zone, type, gfp, order); p != nullptr) return p;
      }
    } while (drain_some_of(type) != 0);
  }
  return nullptr;
}

page* PageAllocator::alloc_slow(gfp_t asked, unsigned order, const void* caller) {
  gfp_t gfp = modern_gfp(asked);
  if (order > kMaxOrder) {
    if ((gfp & __GFP_NOWARN) == 0 && printk_ratelimit() != 0) {
      printk(KERN_WARNING "page allocation of order %u refused: the largest is %u, asked for by %pS\n", order,
             kMaxOrder, caller);
    }
    ++events_.failures;
    return nullptr;
  }
  if (!zones_[0].populated()) gfp = without_dma_zone(gfp);
  if ((gfp & __GFP_DIRECT_RECLAIM) != 0) gfp = fit_to_context(gfp, caller);
  if (must_fail(gfp, order, caller)) return nullptr;
  page* p = try_zones(gfp, order, Pass::Low);
  if (p == nullptr) p = try_harder(gfp, order, caller);
  if (p == nullptr) {
    ++events_.failures;
    if ((gfp & __GFP_NOWARN) == 0) report_failure(asked, order, caller);
    return nullptr;
  }
  if (order != 0 && (gfp & __GFP_COMP) != 0) p->state |= page_state::kCompound;
  p->caller = caller;
  p->gfp = asked;
  p->private_data = 0;
  return (gfp & __GFP_ZERO) != 0 ? zeroed(p, order, caller) : p;
}

// Below `low`: wakes who reclaims, goes down to what the mask and the thread may have, then reclaims itself.
page* PageAllocator::try_harder(gfp_t gfp, unsigned order, const void* caller) {
  if ((gfp & __GFP_KSWAPD_RECLAIM) != 0 && ops_ != nullptr) ops_->wake_reclaimer(gfp, order);
  if (page* const p = try_zones(gfp, order, Pass::Min); p != nullptr) return p;
  const AskerState asker = ops_ != nullptr ? ops_->asker() : AskerState{reclaiming_, false};
  if ((gfp & __GFP_NOMEMALLOC) == 0 && ops_ != nullptr && (asker.frees_memory || asker.dying)) {
    const unsigned depth = asker.frees_memory ? kAllocNoWatermarks : kAllocOom;
    if (page* const p = try_zones(gfp, order, Pass::Min, depth); p != nullptr) return p;
  }
  if ((gfp & __GFP_DIRECT_RECLAIM) == 0 || asker.frees_memory) return nullptr;
  return reclaim_and_retry(gfp, order, caller);
}

page* PageAllocator::zeroed(page* p, unsigned order, const void* caller) {
  const std::size_t pages = std::size_t{1} << order;
  const std::size_t first = index(p);
  if (first < linear_pages_) {
    auto at = linear_base_ + (first << kPageShift);
    for (std::size_t i = 0; i < pages; ++i, at += kPageSize) clear_page(reinterpret_cast<void*>(at));
    return p;
  }
  for (std::size_t i = 0; i < pages; ++i) {
    void* const mapped = window_ != nullptr ? window_->open(phys(p + i)) : nullptr;
    if (mapped == nullptr) {
      const gfp_t asked = p->gfp;  // an interrupt may be given the block as soon as it is free
      free_slow(p, order, caller);
      return alloc(asked & ~__GFP_HIGHMEM, order, caller);  // low memory needs no window
    }
    clear_page(mapped);
    window_->close();
  }
  return p;
}

// A mask that may sleep where nobody may: said once for each place, then served as GFP_NOWAIT.
gfp_t PageAllocator::fit_to_context(gfp_t gfp, const void* caller) {
  if (!sync::in_atomic() && !arch::irqs_disabled()) return gfp;
  if (!context_checks_)
    return gfp & ~__GFP_DIRECT_RECLAIM;  // coming up: nobody to sleep for, nothing to reclaim
  ++events_.wrong_contexts;
  bool known = false;
  {
    const arch::IrqGuard guard;
    for (unsigned i = 0; i < warned_count_; ++i) known |= warned_callers_[i] == caller;
    if (!known && warned_count_ < kWarnedCallers) warned_callers_[warned_count_++] = caller;
  }
  // Beyond the table's room the places are not told apart any more.
  if (!known && (warned_count_ < kWarnedCallers || printk_ratelimit() != 0)) {
    LogSink log{KERN_ERR};
    print(log, "BUG: sleeping function called from invalid context at %pS\n", caller);
    print(log, "in_atomic(): %d, irqs_disabled(): %d, in_interrupt(): %d, preempt_count: %x, flags: ",
          sync::in_atomic() ? 1 : 0, arch::irqs_disabled() ? 1 : 0, sync::in_interrupt() ? 1 : 0,
          sync::preempt_count());
    format_gfp(log, gfp);
    print(log, "; use GFP_ATOMIC here\n");
    dump_stack();
  }
  return (gfp & ~(GFP_KERNEL | __GFP_NOFAIL)) | GFP_NOWAIT;
}

void PageAllocator::report_failure(gfp_t gfp, unsigned order, const void* caller) {
  if (printk_ratelimit() == 0) return;
  LogSink log{KERN_WARNING};
  print(log, "mink: page allocation failure: order:%u, mode:%#x(", order, gfp);
  format_gfp(log, gfp);
  print(log, "), caller %pS\n", caller);
  dump_stack();
  print(log, "Mem-Info:\n");
  print_free(log);
  if (ops_ != nullptr) ops_->explain_failure(log, gfp, order);
}

}  // namespace mink::mm
