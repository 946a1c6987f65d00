// SPDX-License-Identifier: MIT
// A range's life: reserved, published, retired, released, lazy, purged.
#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <mm/vmalloc.hpp>
#include <new>
#include <sync/preempt.hpp>

namespace mink::mm {

Err VmallocSpace::init(VirtAddr start, VirtAddr end, PageAllocator& pages, arch::PageMapper& mapper,
                       RegionSource& regions) {
  MINK_ASSERT(!map_.made() && start < end && is_aligned(start.raw() | end.raw(), kPageSize));
  void* first = regions.alloc_region(GFP_KERNEL);
  if (first == nullptr) return Err::NoMem;
  pages_ = &pages;
  mapper_ = &mapper;
  source_ = &regions;
  early_tables_ = mapper.table_pages();
  start_ = start.raw();
  end_ = end.raw();
  map_.make(start_, end_, *::new (first) VmRegion);
  return Err::Ok;
}

Err VmallocSpace::shut_down() {
  if (map_->busy_count() != 0) return Err::Busy;
  purge();
  while (VmRegion* spare = map_->take_spare()) source_->free_region(spare);
  source_->free_region(const_cast<VmRegion*>(map_->first()));
  return Err::Ok;
}

// --- reserved ---

// No hole is large enough: after what was purged and waits to be merged is one, then what waits for the purge. The
// caller holds interrupts off and has seen to the spares.
VmRegion* VmallocSpace::take_purging(std::size_t size, std::size_t align) {
  while (map_->merge(kLazyAreas)) {
  }
  if (VmRegion* r = map_->take(size, align)) return r;
  if (map_->lazy_count() == 0) return nullptr;
  purge_locked();
  while (map_->merge(kLazyAreas)) {
  }
  return map_->take(size, align);
}

VmRegion* VmallocSpace::reserve(std::size_t pages, gfp_t gfp, VmUse use, std::size_t align,
                                const Asker& who) {
  for (;;) {
    {
      const arch::IrqGuard guard;
      if (map_->spare_count() >= RegionMap::kSparesForTake) [[likely]] {
        const std::size_t size = (pages + 1) * kPageSize;  // and the guard page
        VmRegion* r = map_->take(size, align);
        if (r == nullptr && (r = take_purging(size, align)) == nullptr) [[unlikely]]
          return nullptr;
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
    void* room = source_->alloc_region(gfp & ~(__GFP_HIGHMEM | __GFP_ZERO));
    if (room == nullptr) return nullptr;
    const arch::IrqGuard guard;
    map_->add_spare(*::new (room) VmRegion);
  }
}

// Whole: whoever reads the books sees the pages as the area's own from now on.
void* VmallocSpace::publish(VmRegion& r, std::size_t owned) {
  const arch::IrqGuard guard;
  owned_pages_ += owned;
  --busy_mapping_;
  return reinterpret_cast<void*>(r.start);
}

void* VmallocSpace::give_up(VmRegion& r, Err why, gfp_t gfp, const Asker& who) {
  const std::size_t bytes = r.size - kPageSize;
  {
    const arch::IrqGuard guard;
    map_->retire(r);
  }
  release(r, who.caller);
  purge();  // the tables that were made for it
  report_failure(bytes, why, gfp, who);
  return nullptr;
}

// --- retired ---

// Takes the range that begins at `address` out of the books, and releases it; in an interrupt that is left to a thread.
void VmallocSpace::take_back(const void* address, VmUse use, const Asker& who) {
  const bool thread = !sync::in_interrupt();
  if (deferred_ != nullptr && thread) [[unlikely]]
    drain_deferred();
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

void VmallocSpace::drain_deferred() {
  while (deferred_ != nullptr) {
    VmRegion* r = nullptr;
    {
      const arch::IrqGuard guard;
      r = deferred_;
      if (r == nullptr) return;
      deferred_ = r->link;
      ++busy_mapping_;
    }
    release(*r, r->caller);
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

void VmallocSpace::purge() {
  drain_deferred();
  bool more = true;
  while (more) {
    const arch::IrqGuard guard;
    if (map_->lazy_count() != 0) purge_locked();
    more = map_->merge(kMergePerFree);
  }
  VmRegion* spare = nullptr;
  do {
    {
      const arch::IrqGuard guard;
      spare = map_->take_spare();
    }
    if (spare != nullptr) source_->free_region(spare);
  } while (spare != nullptr);
  trim_tables();
}

// A few tables at a time. Interrupts never touch tables, so keeping other threads out is enough.
void VmallocSpace::trim_tables() {
  constexpr std::uintptr_t kStep = 4u << 20;  // as much as a page of tables maps
  for (std::uintptr_t at = align_down(start_, kStep); at - start_ < end_ - start_ || at < start_;
       at += kStep) {
    sync::preempt_disable();
    const bool quiet = busy_mapping_ == 0;
    if (quiet) {
      const std::uintptr_t from = at < start_ ? start_ : at;
      const std::uintptr_t to = end_ - at < kStep ? end_ : at + kStep;
      mapper_->trim(VirtAddr{from}, VirtAddr{to});
    }
    sync::preempt_enable();
    if (!quiet) return;
  }
}

bool VmallocSpace::refuse_context(const Asker& who) {
  ++refused_;
  printk(KERN_ERR
         "%s: called in atomic context by %pS: in_irq %d, preempt_count %x, irqs %s; refused, nothing is "
         "mapped\n",
         who.name, who.caller, sync::in_irq() ? 1 : 0, sync::preempt_count(),
         arch::irqs_disabled() ? "off" : "on");
  return false;
}

// --- the operations ---

void VmallocSpace::unmap_device(const void* address, const Asker& who) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  const void* page = reinterpret_cast<const void*>(align_down(at, kPageSize));
  if (address != nullptr) take_back(page, VmUse::Ioremap, who);
}

page* VmallocSpace::page_of(const void* address) const {
  if (!contains(address)) return nullptr;
  const auto found = mapper_->translate(virt_of(address));
  return found ? pages_->page_at(pfn_of(found->pa)) : nullptr;
}

VmallocFigures VmallocSpace::figures() const {
  const arch::IrqGuard guard;
  return {.total_bytes = end_ - start_,
          .largest_hole = map_->largest_hole(),
          .areas = map_->busy_count(),
          .owned_pages = owned_pages_,
          .table_pages = mapper_->table_pages(),
          .early_tables = early_tables_,
          .purges = purges_,
          .refused = refused_};
}

}  // namespace mink::mm
