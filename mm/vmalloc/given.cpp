// SPDX-License-Identifier: MIT
// Ranges of what others have: vmap's pages, ioremap's registers.
#include <algorithm>
#include <mm/vmalloc.hpp>
#include <mm/what.hpp>

namespace mink::mm {

// --- pages of others ---

Err VmallocSpace::map_page_array(VmRegion& r, std::span<page* const> pages, arch::PageAttr attr) {
  PhysAddr frames[kBulk];
  while (!pages.empty()) {
    const std::size_t n = std::min(pages.size(), kBulk);
    for (std::size_t i = 0; i < n; ++i) frames[i] = pages_->phys(pages[i]);
    const VirtAddr at{r.start + r.page_count * kPageSize};
    if (const Err e = mapper_->map_frames(at, std::span<const PhysAddr>{frames, n}, attr); !ok(e)) return e;
    r.page_count += static_cast<std::uint32_t>(n);
    pages = pages.subspan(n);
  }
  return Err::Ok;
}

void* VmallocSpace::finish(VmRegion& r, Err e, const Asker& who) {
  return ok(e) ? publish(r, 0) : give_up(r, e, GFP_KERNEL, who);
}

void* VmallocSpace::map(std::span<page* const> pages, arch::PageAttr attr, const Asker& who) {
  if (!context_ok(who)) return nullptr;
  const bool all_ours =
      std::all_of(pages.begin(), pages.end(), [&](const page* p) { return pages_->contains(p); });
  if (pages.empty() || !all_ours || pages.size() > pages_->map_count() ||
      attr.type != arch::MemType::Normal || (attr.write && attr.exec)) {
    report_failure(pages.size() * kPageSize, Err::Inval, GFP_KERNEL, who);
    return nullptr;
  }
  for (const page* const p : pages) {
    const page* const head = pages_->block_head(p);
    const PageKind kind = head != nullptr ? kind_of(*head) : PageKind::Inner;
    if (kind != PageKind::Inner && kind != PageKind::Free && kind != PageKind::Listed) continue;
    refuse("nobody has this page", p, who);
    return nullptr;
  }
  VmRegion* r = reserve(pages.size(), GFP_KERNEL, VmUse::Vmap, kPageSize, who);
  if (r == nullptr) return nullptr;
  return finish(*r, map_page_array(*r, pages, attr), who);
}

// --- registers ---

void* VmallocSpace::map_device(PhysAddr pa, std::size_t size, arch::PageAttr attr, const Asker& who) {
  if (!context_ok(who)) return nullptr;
  const std::size_t offset = pa.raw() & (kPageSize - 1);
  const PhysAddr first = pa - offset;
  const std::size_t bytes = align_up(offset + size, kPageSize);
  const std::size_t pages = bytes >> kPageShift;
  if (size == 0 || bytes < size || pa.raw() + (size - 1) < pa.raw() ||
      pages >= (end_ - start_) >> kPageShift) {
    report_failure(size, Err::Inval, GFP_KERNEL, who);
    return nullptr;
  }
  for (std::size_t i = 0; i < pages; ++i) {
    const page* p = pages_->page_at(pfn_of(first) + i);
    if (p == nullptr || pages_->block_head(p) == nullptr) continue;
    refuse("memory, which is mapped cached already", p, who);
    return nullptr;
  }
  const bool large = bytes >= kLargePage && is_aligned(first.raw(), kLargePage);
  VmRegion* r = reserve(pages, GFP_KERNEL, VmUse::Ioremap, large ? kLargePage : kPageSize, who);
  if (r == nullptr) return nullptr;
  r->phys = first;
  const Err e = mapper_->map_run(VirtAddr{r->start}, first, pages, attr);
  if (ok(e)) r->page_count = static_cast<std::uint32_t>(pages);
  void* const base = finish(*r, e, who);
  return base != nullptr ? static_cast<char*>(base) + offset : nullptr;
}

void VmallocSpace::unmap_device(const void* address, const Asker& who) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  const void* page = reinterpret_cast<const void*>(align_down(at, kPageSize));
  if (address != nullptr) take_back(page, VmUse::Ioremap, who);
}

}  // namespace mink::mm
