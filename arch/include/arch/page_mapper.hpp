// SPDX-License-Identifier: MIT
// What vmalloc and ioremap need of an MMU. The ARM's is in arch/arm; a host test brings its own, which may
// fail on purpose.
#pragma once
#include <arch/page_attr.hpp>
#include <base/addr.hpp>
#include <base/err.hpp>
#include <cstddef>
#include <optional>
#include <span>

namespace mink::arch {

// Gives the pages that second-level tables are made of. Injected, so that page-table code knows no allocator.
class TableSource {
 public:
  // One zeroed, page-aligned page in the linear map, or nullptr. Context: that of the mapping call.
  virtual void* alloc_table_page() = 0;
  virtual void free_table_page(void* page) = 0;

 protected:
  ~TableSource() = default;
};

struct Translation {
  PhysAddr pa;
  PageAttr attr;
  std::size_t granule;  // bytes one descriptor covers: 4 K, 64 K, 1 M, 16 M
};

class PageMapper {
 public:
  // Maps `pages` pages from `va` to the physically contiguous run at `pa`; uses larger granules where both
  // ends allow. The range must be unmapped and its TLB entries purged (break before make). NoMem: no table to
  // be had, nothing is mapped then. The new descriptors are visible to the walker on return; what is
  // executable is fetched as it was written, data cache or not. O(pages), not O(address space).
  virtual Err map_run(VirtAddr va, PhysAddr pa, std::size_t pages, PageAttr attr) = 0;

  // As map_run, of single pages from anywhere: frames[i] at va + i pages.
  virtual Err map_frames(VirtAddr va, std::span<const PhysAddr> frames, PageAttr attr) = 0;

  // Clears the descriptors of `pages` pages from `va` (holes are allowed) and makes that visible to the
  // walker. Stale TLB entries may remain until purge(): the range must not be mapped anew before.
  virtual void unmap_run(VirtAddr va, std::size_t pages) = 0;

  // Gives a mapped range other rights, granule by granule, break before make; a granule that lies in the range
  // with a part alone is split. Interrupts are off for one granule at a time, so nobody meets the hole, but
  // the caller's own text and stack may not lie there. Executable: what was written there as data is what is
  // executed, on return. Inval, and nothing changed: a part is not mapped, or by granules of 1 MB and more; those of
  // 1 MB may change whole.
  virtual Err protect_run(VirtAddr va, std::size_t pages, PageAttr attr) = 0;

  // Drops every TLB and branch-predictor entry of [start, end). On return none is left.
  virtual void purge(VirtAddr start, VirtAddr end) = 0;

  // Gives the tables of [start, end) that map nothing back to their source; returns how many pages. No
  // map_run may be under way in that range. For rare use: it reads every table.
  virtual std::size_t trim(VirtAddr start, VirtAddr end) = 0;

  // Pages that second-level tables occupy now.
  [[nodiscard]] virtual std::size_t table_pages() const = 0;

  // What the tables in memory say of `va` now; nothing if unmapped.
  [[nodiscard]] virtual std::optional<Translation> translate(VirtAddr va) const = 0;

 protected:
  ~PageMapper() = default;
};

}  // namespace mink::arch
