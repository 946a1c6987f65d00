// SPDX-License-Identifier: MIT
// What vmalloc puts behind a range: blocks of pages while there are any, single pages otherwise.
#include <algorithm>
#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <bit>
#include <mm/vmalloc.hpp>
#include <mm/what.hpp>

namespace mink::mm {
namespace {

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
  if (r == nullptr) return nullptr;
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

}  // namespace mink::mm
