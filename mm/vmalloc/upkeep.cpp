// SPDX-License-Identifier: MIT
// The space beside what each vmalloc and vfree runs: made and ended, short of room, cleared up, figures.
#include <base/log.h>
#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <mm/vmalloc.hpp>
#include <new>
#include <sync/preempt.hpp>

namespace mink::mm {

namespace {

VmRegion* new_region(RegionSource& source, gfp_t gfp) {
  void* const room = source.alloc_region(gfp & ~(__GFP_HIGHMEM | __GFP_ZERO));
  return room != nullptr ? ::new (room) VmRegion : nullptr;
}

}  // namespace

Err VmallocSpace::init(VirtAddr start, VirtAddr end, PageAllocator& pages, arch::PageMapper& mapper,
                       RegionSource& regions) {
  MINK_ASSERT(!map_.made() && start < end && is_aligned(start.raw() | end.raw(), kPageSize));
  VmRegion* const first = new_region(regions, GFP_KERNEL);
  if (first == nullptr) return Err::NoMem;
  pages_ = &pages;
  mapper_ = &mapper;
  source_ = &regions;
  early_tables_ = mapper.table_pages();
  start_ = start.raw();
  end_ = end.raw();
  map_.make(start_, end_, *first);
  return Err::Ok;
}

Err VmallocSpace::shut_down() {
  if (map_->busy_count() != 0) return Err::Busy;
  purge();
  while (VmRegion* spare = map_->take_spare()) source_->free_region(spare);
  source_->free_region(const_cast<VmRegion*>(map_->first()));
  return Err::Ok;
}

bool VmallocSpace::add_spare(gfp_t gfp) {
  VmRegion* const r = new_region(*source_, gfp);
  if (r == nullptr) return false;
  const arch::IrqGuard guard;
  map_->add_spare(*r);
  return true;
}

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
