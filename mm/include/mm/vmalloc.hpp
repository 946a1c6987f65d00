// SPDX-License-Identifier: MIT
// vmalloc, vmap and ioremap: ranges of addresses with pages, or registers, mapped behind them. Over an
// injected page allocator, MMU and source of region objects: the kernel has one space, a test makes its own.
// The Linux-named functions
// (<linux/vmalloc.h>, <linux/io.h>) are the face of the kernel's.
//
// One CPU: interrupts off guards the books, for O(log n) at a time; pages are allocated, mapped and freed
// outside of it.
#pragma once
#include <arch/irq.hpp>
#include <arch/page_mapper.hpp>
#include <base/err.hpp>
#include <lib/late.hpp>
#include <lib/text_sink.hpp>
#include <mm/page_allocator.hpp>
#include <mm/vm_region.hpp>
#include <optional>
#include <span>
#include <sync/preempt.hpp>

namespace mink::mm {

// Where region objects live: a slab cache in the kernel, an array in a test.
class RegionSource {
 public:
  // nullptr: none to be had. Interrupts on as the caller of vmalloc has them.
  virtual void* alloc_region(gfp_t gfp) = 0;
  virtual void free_region(void* region) = 0;

 protected:
  ~RegionSource() = default;
};

struct VmallocFigures {
  std::size_t total_bytes;   // of the address range
  std::size_t largest_hole;  // bytes, of what could be had now without a purge
  std::size_t areas;         // busy
  std::size_t owned_pages;   // of vmalloc: what VmallocUsed counts
  std::size_t table_pages;   // second-level tables of the whole kernel
  std::size_t early_tables;  // of them made before this space, of reserved memory
  std::size_t purges;        // of the TLB, since init
  std::size_t refused;       // bad frees and calls from the wrong context, since init
};

class VmallocSpace {
 public:
  constexpr VmallocSpace() = default;
  VmallocSpace(const VmallocSpace&) = delete;
  VmallocSpace& operator=(const VmallocSpace&) = delete;

  // Once, before anything else: manages the page-aligned [start, end). NoMem: not one region object to be
  // had.
  Err init(VirtAddr start, VirtAddr end, PageAllocator& pages, arch::PageMapper& mapper,
           RegionSource& regions);
  // For a test's own instance: gives tables and region objects back. Busy if an area is left.
  Err shut_down();
  // From now on a call from a context that must not sleep is refused (before: there is nobody to sleep for).
  void begin_context_checks() { context_checks_ = true; }

  // What a free from an interrupt leaves to do is done by free_deferred(), or by the next free of a thread; `later`
  // is called to have it done soon. Interrupts off, any context.
  void set_deferral(void (*later)()) { later_ = later; }
  // Thread context.
  void free_deferred() { drain_deferred(); }

  // Who asks: `name` and `caller` are what reports show.
  struct Asker {
    const char* name;
    const void* caller;
  };

  // `size` bytes, rounded up to pages, behind each other in addresses only; a guard page follows. Pages come
  // from HighMem unless `gfp` names DMA or DMA32; as blocks and 64 KB pages while there are any. Thread
  // context. nullptr: reported (silent with __GFP_NOWARN), and nothing is taken. O(pages + log areas).
  [[nodiscard]] void* alloc(std::size_t size, gfp_t gfp, const Asker& who, bool user = false);
  // Of alloc(), its start; nullptr is nothing. Anything else is reported by name and refused. Any context; in
  // an interrupt the work waits for the next call from a thread.
  void free(const void* address, const Asker& who) {
    if (address != nullptr) take_back(address, VmUse::Vmalloc, who);
  }

  // The pages behind each other; they stay their owner's. Normal memory attributes alone: another type beside
  // the linear map's would be two types for one page.
  [[nodiscard]] void* map(std::span<page* const> pages, arch::PageAttr attr, const Asker& who);
  void unmap(const void* address, const Asker& who) {
    if (address != nullptr) take_back(address, VmUse::Vmap, who);
  }

  // Registers (or anything that is not this kernel's memory: that is refused) at `pa`; keeps the offset in
  // the page.
  [[nodiscard]] void* map_device(PhysAddr pa, std::size_t size, arch::PageAttr attr, const Asker& who);
  void unmap_device(const void* address, const Asker& who);

  // Other rights for `pages` pages from `address`, inside one area of alloc(); what `change` does not name stays. What
  // becomes executable is executed as it was written. Nothing may be writable and executable; that, and a range which
  // is not wholly such an area's, is reported and refused: Inval, and nothing is changed. Any context; interrupts are
  // off for 64 KB at a time. The linear map's rights to the same pages stay. O(pages).
  struct RightsChange {
    std::optional<bool> write = std::nullopt, exec = std::nullopt;
  };
  Err protect(const void* address, std::size_t pages, RightsChange change, const Asker& who);

  // The page behind an address of this space as its tables say; nullptr: nothing is mapped there, or no page.
  [[nodiscard]] page* page_of(const void* address) const;
  [[nodiscard]] bool contains(const void* address) const {
    const auto at = reinterpret_cast<std::uintptr_t>(address);
    return at - start_ < end_ - start_;
  }

  // Makes all freed ranges usable again, gives empty tables and unused region objects back. Thread context.
  void purge();

  // Regions against tables, trees, queues and pages. Each finding is written to `why`. O(addresses / page):
  // interrupts off for a piece at a time, preemption throughout.
  bool check(TextSink& why) const;
  // /proc/vmallocinfo.
  void print_vmallocinfo(TextSink& out) const;
  [[nodiscard]] VmallocFigures figures() const;
  // No thread maps or unmaps, and nothing that an interrupt freed waits: the figures are those of the pages. Interrupts off.
  [[nodiscard]] bool settled() const { return busy_mapping_ == 0 && deferred_ == nullptr; }
  // Copies the first busy area that ends above `at`: for a walk, at = area.end() next. False: there is none. O(log areas).
  bool next_area(std::uintptr_t at, VmRegion& area) const;
  // What is at an address of this space, for a report about it; copies the area (with its guard page) if there is one.
  enum class Place { Hole, Freed, Area };  // Freed: lately, and not in use again
  Place look(const void* address, VmRegion& area) const;

 private:
  // Ranges freed before the TLB is purged of them all: each purge costs the refill of the whole TLB.
  static constexpr std::size_t kLazyAreas = 64;
  // Purged ranges that wait for who wants their size; more than these become holes, a few at each free.
  static constexpr std::size_t kPurgedKept = kLazyAreas;
  static constexpr std::size_t kMergePerFree = 2;
  static constexpr std::size_t kSpares = 4;
  static constexpr std::size_t kLargePage =
      64 * 1024;  // what the MMU maps by one entry, of a run and range aligned to it
  static constexpr std::size_t kBulk = PageAllocator::kMostInChain;

  // space.cpp: ranges
  VmRegion* reserve(std::size_t pages, gfp_t gfp, VmUse use, std::size_t align, const Asker& who);
  // Whole: whoever reads the books sees the pages as the area's own from now on.
  void* publish(VmRegion& r, std::size_t owned) {
    const arch::IrqGuard guard;
    owned_pages_ += owned;
    --busy_mapping_;
    return reinterpret_cast<void*>(r.start);
  }
  void take_back(const void* address, VmUse use, const Asker& who);
  void release(VmRegion& r, const void* caller);
  void purge_locked();

  // upkeep.cpp: what is rare with them
  bool add_spare(gfp_t gfp);
  VmRegion* take_purging(std::size_t size, std::size_t align);
  void* give_up(VmRegion& r, Err why, gfp_t gfp, const Asker& who);
  void drain_deferred();
  void trim_tables();
  bool context_ok(const Asker& who) {
    if (!context_checks_ || (!sync::in_atomic() && !arch::irqs_disabled())) [[likely]]
      return true;
    return refuse_context(who);
  }
  bool refuse_context(const Asker& who);

  // populate.cpp: pages
  Err populate(VmRegion& r, std::size_t pages, gfp_t gfp, const void* caller);
  Err add_singles(VmRegion& r, page**& tail, std::size_t left, gfp_t gfp, const void* caller);
  [[nodiscard]] unsigned block_order(std::size_t wanted, gfp_t gfp) const;
  void free_pages(VmRegion& r, const void* caller);

  // given.cpp: what others have
  Err map_page_array(VmRegion& r, std::span<page* const> pages, arch::PageAttr attr);
  void* finish(VmRegion& r, Err e, const Asker& who);

  // report.cpp
  void refuse_free(const void* address, const Asker& who);
  void refuse(const char* wrong, Given given, const Asker& who);
  void report_failure(std::size_t bytes, Err why, gfp_t gfp, const Asker& who);

  PageAllocator* pages_ = nullptr;
  arch::PageMapper* mapper_ = nullptr;
  RegionSource* source_ = nullptr;
  std::uintptr_t start_ = 0, end_ = 0;
  Late<RegionMap> map_;
  void (*later_)() = nullptr;
  VmRegion* deferred_ = nullptr;  // freed in interrupts: unmapped by the next thread
  std::size_t early_tables_ = 0;
  std::size_t busy_mapping_ = 0;  // threads that read or write tables of a range: trim would pull them away
  std::size_t owned_pages_ = 0;
  std::size_t purges_ = 0;
  std::size_t refused_ = 0;
  bool context_checks_ = false;
};

}  // namespace mink::mm
