// SPDX-License-Identifier: MIT
// What goes behind a range: blocks of pages while there are any, single pages otherwise; given pages;
// registers.
#include <algorithm>
#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <bit>
#include <mm/vmalloc.hpp>
#include <mm/what.hpp>

namespace mink::mm {
namespace {

constexpr std::size_t kLargePage =
    64 * 1024;  // what the MMU maps by one entry, of a run and range aligned to it

// Placement as vmalloc means it: high memory unless the mask asks for a low zone.
constexpr gfp_t placed(gfp_t gfp) {
  return (gfp & (__GFP_DMA | __GFP_DMA32)) != 0 ? gfp : gfp | __GFP_HIGHMEM;
}

}  // namespace

void* VmallocSpace::alloc(std::size_t size, gfp_t gfp, const Asker& who, bool user) {
  const std::size_t pages = (size >> kPageShift) + ((size & (kPageSize - 1)) != 0 ? 1 : 0);
  if (!context_ok(who)) return nullptr;
  if (pages == 0 || pages >= (end_ - start_) >> kPageShift || pages > pages_->managed_pages()) {
    report_failure(size, pages == 0 ? Err::Inval : Err::Range, gfp, who);
    return nullptr;
  }
  if (deferred_ != nullptr) drain_deferred();
  VmRegion* r =
      reserve(pages, gfp, VmUse::Vmalloc, pages * kPageSize >= kLargePage ? kLargePage : kPageSize, who);
  if (r == nullptr) {
    report_failure(size, Err::NoSpace, gfp, who);
    return nullptr;
  }
  r->user = user;
  if (const Err e = populate(*r, pages, placed(gfp), who.caller); !ok(e)) return give_up(*r, e, gfp, who);
  return publish(*r, pages);
}

// The largest block worth asking for: no more than is wanted, than the mask's best zone with room above its
// low mark has in one piece, and than it has room for; so that a good zone's small blocks come before a worse
// one's large ones. A hint: read without the allocator's lock.
unsigned VmallocSpace::block_order(std::size_t wanted, gfp_t gfp) const {
  const unsigned best = static_cast<unsigned>((gfp & __GFP_HIGHMEM) != 0 ? ZoneType::HighMem
                                              : (gfp & __GFP_DMA) != 0   ? ZoneType::Dma
                                                                         : ZoneType::Normal);
  for (unsigned z = best + 1; z-- != 0;) {
    const Zone& zone = pages_->zone(static_cast<ZoneType>(z));
    const std::size_t kept = zone.mark.low + zone.lowmem_reserve[best];
    const std::size_t free = zone.free_pages;
    const std::uint32_t orders = pages_->orders(static_cast<ZoneType>(z));
    if (free <= kept || orders == 0) continue;
    const std::size_t most = std::min(wanted, free - kept);
    const auto width = std::min<unsigned>(static_cast<unsigned>(std::bit_width(most)),
                                          static_cast<unsigned>(std::bit_width(orders)));
    return width - 1;
  }
  return 0;
}

Err VmallocSpace::populate(VmRegion& r, std::size_t pages, gfp_t gfp, const void* caller) {
  // A block is a hope: it must not cost anybody a reclaim. Compound, so that each page finds its head
  // (get_page).
  const gfp_t insistent = __GFP_RECLAIM | __GFP_WAIT | __GFP_NOFAIL | __GFP_REPEAT | __GFP_RETRY_MAYFAIL;
  const gfp_t hopeful = (gfp & ~insistent) | __GFP_NOWARN | __GFP_NORETRY | __GFP_COMP;
  page** tail = &r.pages;
  unsigned most = kMaxOrder;  // falls when a block cannot be had after all
  while (r.page_count != pages) {
    const std::size_t left = pages - r.page_count;
    const unsigned order = left == 1 ? 0 : std::min(most, block_order(left, gfp));
    if (order == 0 && left != 1) {
      if (const Err e = add_singles(r, tail, left, gfp, caller); !ok(e)) return e;
      continue;
    }
    page* block = pages_->alloc(order == 0 ? gfp : hopeful, order, caller);
    if (block == nullptr) {
      if (order == 0) return Err::NoMem;
      most = order - 1;
      continue;
    }
    block->next = nullptr;
    set_page_kind(*block, PageKind::Vmalloc);
    *tail = block;
    tail = &block->next;
    const VirtAddr at{r.start + r.page_count * kPageSize};
    const std::size_t count = std::size_t{1} << order;
    if (const Err e = mapper_->map_run(at, pages_->phys(block), count, arch::kKernelData); !ok(e)) return e;
    r.page_count += static_cast<std::uint32_t>(count);
  }
  return Err::Ok;
}

// Until a batch falls short: then memory is not, or no more, in single pages alone.
Err VmallocSpace::add_singles(VmRegion& r, page**& tail, std::size_t left, gfp_t gfp, const void* caller) {
  PhysAddr frames[kBulk];
  std::size_t count;
  do {
    const PageChain chain = pages_->alloc_chain(gfp, left, PageKind::Vmalloc, caller);
    if (chain.count == 0) return Err::NoMem;
    *tail = chain.first;
    tail = &chain.last->next;
    PhysAddr* frame = frames;
    for (const page* p = chain.first; p != nullptr; p = p->next) *frame++ = pages_->phys(p);
    count = chain.count;
    const VirtAddr at{r.start + r.page_count * kPageSize};
    if (const Err e = mapper_->map_frames(at, {frames, count}, arch::kKernelData); !ok(e)) return e;
    r.page_count += static_cast<std::uint32_t>(count);
    left -= count;
  } while (count == kBulk && left != 0);
  return Err::Ok;
}

void VmallocSpace::free_pages(VmRegion& r, const void* caller) {
  for (page* p = r.pages; p != nullptr;) {
    if (p->next != nullptr && order_of(*p) == 0) {  // not the only one
      if (p = pages_->free_chain(p, PageKind::Vmalloc, caller); p == nullptr) break;
    }
    page* const next = p->next;
    // Somebody has a reference of his own? Then it is his now.
    if (!pages_->release(p, PageKind::Vmalloc, caller)) [[unlikely]] {
      {
        const arch::IrqGuard guard;
        set_page_kind(*p, PageKind::Allocated);
      }
      pages_->put(p, caller);
    }
    p = next;
  }
  r.pages = nullptr;
}

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
  if (r == nullptr) {
    report_failure(pages.size() * kPageSize, Err::NoSpace, GFP_KERNEL, who);
    return nullptr;
  }
  if (const Err e = map_page_array(*r, pages, attr); !ok(e)) return give_up(*r, e, GFP_KERNEL, who);
  return publish(*r, 0);
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
  if (r == nullptr) {
    report_failure(size, Err::NoSpace, GFP_KERNEL, who);
    return nullptr;
  }
  r->phys = first;
  if (const Err e = mapper_->map_run(VirtAddr{r->start}, first, pages, attr); !ok(e))
    return give_up(*r, e, GFP_KERNEL, who);
  r->page_count = static_cast<std::uint32_t>(pages);
  void* const base = publish(*r, 0);
  return static_cast<char*>(base) + offset;
}

}  // namespace mink::mm
