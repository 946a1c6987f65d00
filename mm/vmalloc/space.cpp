// SPDX-License-Identifier: MIT
// A range's life as each vmalloc and vfree runs it: reserved, published, retired, released, lazy, purged.
#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <mm/vmalloc.hpp>
#include <sync/preempt.hpp>

namespace mink::mm {

// --- reserved ---

// nullptr: reported.
VmRegion* VmallocSpace::reserve(std::size_t pages, gfp_t gfp, VmUse use, std::size_t align,
                                const Asker& who) {
  for (;;) {
    {
      const arch::IrqGuard guard;
      if (map_->spare_count() >= RegionMap::kSparesForTake) [[likely]] {
        const std::size_t size = (pages + 1) * kPageSize;  // and the guard page
        VmRegion* r = map_->take(size, align);
        if (r == nullptr && (r = take_purging(size, align)) == nullptr) [[unlikely]]
          break;
        r->use = use;
        r->user = false;
        r->page_count = 0;
        r->pages = nullptr;
        r->phys = PhysAddr{};
        r->caller = who.caller;
        ++busy_mapping_;
        return r;
      }
    }
    if (!add_spare(gfp)) break;
  }
  report_failure(pages * kPageSize, Err::NoSpace, gfp, who);
  return nullptr;
}

// --- retired ---

// Takes the range that begins at `address` out of the books, and releases it; in an interrupt that is left to a thread.
void VmallocSpace::take_back(const void* address, VmUse use, const Asker& who) {
  const bool thread = !sync::in_interrupt();
  if (deferred_ != nullptr) [[unlikely]] {
    if (thread) drain_deferred();
  }
  VmRegion* r;
  {
    const arch::IrqGuard guard;
    r = map_->starting_at(reinterpret_cast<std::uintptr_t>(address));
    if (r != nullptr && r->use == use) [[likely]] {
      map_->retire(*r);
      if (use == VmUse::Vmalloc) owned_pages_ -= r->page_count;
      if (!thread) [[unlikely]] {
        r->link = deferred_;
        deferred_ = r;
        if (later_ != nullptr) later_();
        return;
      }
      ++busy_mapping_;
    } else {
      r = nullptr;
    }
  }
  if (r != nullptr) [[likely]]
    return release(*r, who.caller);
  refuse_free(address, who);
}

// Holes in the tables, pages back, then lazy. `r` is Freeing and counted in busy_mapping_.
void VmallocSpace::release(VmRegion& r, const void* caller) {
  if (r.page_count != 0) mapper_->unmap_run(VirtAddr{r.start}, r.page_count);
  free_pages(r, caller);
  VmRegion* surplus = nullptr;
  {
    const arch::IrqGuard guard;
    map_->make_lazy(r);
    if (map_->lazy_count() >= kLazyAreas) {
      purge_locked();
    } else if (map_->purged_count() > kPurgedKept) {
      map_->merge(kMergePerFree);
    }
    while (map_->spare_count() > kSpares) {
      VmRegion* spare = map_->take_spare();
      spare->link = surplus;
      surplus = spare;
    }
    --busy_mapping_;
  }
  while (surplus != nullptr) {
    VmRegion* next = surplus->link;
    source_->free_region(surplus);
    surplus = next;
  }
}

// --- purged ---

// The caller holds interrupts off. One bounded step: a wide span is dropped as a whole.
void VmallocSpace::purge_locked() {
  const RegionMap::Span span = map_->lazy_span();
  mapper_->purge(VirtAddr{span.start}, VirtAddr{span.end});
  map_->purged();
  ++purges_;
}

}  // namespace mink::mm
