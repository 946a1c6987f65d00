// SPDX-License-Identifier: MIT
// Many single pages at once, and blocks that become single pages.
#include <base/log.h>
#include <arch/memory.hpp>
#include <bit>
#include <mm/gfp_policy.hpp>
#include <mm/page_allocator.hpp>
#include <mm/what.hpp>

namespace mink::mm {
namespace {

constexpr unsigned single_state(unsigned block_state) {
  return (block_state & ~page_state::kBlockMask & ~page_state::kCompound & ~page_state::kInFlux) |
         page_state::block(PageKind::Allocated, 0);
}

// The pages [head, end) of the allocated block at head as pages of their own. The block is the caller's: interrupts may
// be on, and a check that looks meanwhile finds it in flux.
void make_singles(page* head, page* end, gfp_t gfp, const void* caller) {
  const unsigned state = single_state(head->state);
  head->state |= page_state::kInFlux;
#pragma GCC unroll 4
  for (page* p = end; p-- != head;) {
    p->state = state;
    p->_refcount = 1;
    p->private_data = 0;
    p->caller = caller;
    p->gfp = gfp;
  }
}

}  // namespace

// A block of at most `most` pages in the best zone whose low mark allows it; its order, or nullptr.
page* PageAllocator::take_for_bulk(gfp_t gfp, std::size_t most, unsigned& order) {
  const unsigned column = reserve_class(gfp);
  unsigned largest = static_cast<unsigned>(std::bit_width(most)) - 1;
  if (largest > kMaxOrder) largest = kMaxOrder;
  for (unsigned z = static_cast<unsigned>(zone_of_gfp(gfp)) + 1; z-- > 0;) {
    const auto type = static_cast<ZoneType>(z);
    Zone& zone = zones_[z];
    const arch::IrqGuard guard;
    for (unsigned o = largest + 1; o-- > 0;) {
      if (!watermark_ok(zone.free_pages, orders(type), o, zone.mark.low, zone.lowmem_reserve[column], 0))
        continue;
      page* const p = take_block(type, o, migrate_type_of(gfp));
      if (p == nullptr) break;
      zone.allocated += 1u << o;
      update_shortage(type);
      order = o;
      return p;
    }
  }
  return nullptr;
}

std::size_t PageAllocator::alloc_bulk(gfp_t asked, std::span<page*> pages, const void* caller) {
  gfp_t gfp = modern_gfp(asked);
  if (!zones_[0].populated()) gfp = without_dma_zone(gfp);
  if ((gfp & __GFP_DIRECT_RECLAIM) != 0) gfp = fit_to_context(gfp, caller);
  std::size_t wanted = 0;
#pragma GCC unroll 4
  for (const page* slot : pages) wanted += slot == nullptr ? 1u : 0u;
  std::size_t filled = pages.size() - wanted;
  if (must_fail(gfp, 0, caller)) return filled;
  const std::size_t had = filled;
  page** slot = pages.data();
  while (wanted != 0) {
    if (had == 0 && (gfp & __GFP_ZERO) == 0) {  // then the slots from here on are empty
      if (const PageChain chain = take_singles(asked, gfp, wanted, PageKind::Allocated, caller);
          chain.count != 0) {
        for (page* p = chain.first; p != nullptr; p = p->next) *slot++ = p;
        filled += chain.count, wanted -= chain.count;
        continue;
      }
    }
    unsigned order = 0;
    page* block = take_for_bulk(gfp, wanted, order);
    if (block == nullptr) {
      // Short: one page, by all means that the mask allows, if there is nothing to show yet.
      block = filled == had ? alloc_slow(gfp & ~__GFP_ZERO, 0, caller) : nullptr;
      if (block == nullptr) break;
    }
    page* const end = block + (std::size_t{1} << order);
    make_singles(block, end, asked, caller);
    filled += std::size_t{1} << order;
    page** const first = slot;
    for (page* p = block; p != end; ++slot) {
      if (*slot == nullptr) *slot = p++;
    }
    for (page** s = first; (gfp & __GFP_ZERO) != 0 && s != slot; ++s) {
      if (*s < block || *s >= end) continue;
      *s = zeroed(*s, 0, caller);
      if (*s == nullptr) --filled;  // high memory without a window, and low memory is used up
    }
    wanted -= std::size_t{1} << order;
  }
  return filled;
}

void PageAllocator::free_bulk(std::span<page* const> pages, const void* caller) {
  for (page* const p : pages) free(p, 0, caller);
}

void PageAllocator::split(page* head, unsigned order, const void* caller) {
  FreeFault fault;
  {
    const arch::IrqGuard guard;
    fault = fault_of(head, order);
  }
  if (fault == FreeFault::None && is_compound(*head)) fault = FreeFault::WrongOrder;
  if (fault != FreeFault::None) {
    return refuse(fault, "split_page", head, static_cast<int>(order), caller);
  }
  const std::size_t pages = std::size_t{1} << order;
  const int references = head->_refcount;
  make_singles(head, head + pages, head->gfp, head->caller);
  for (std::size_t i = 0; i < pages; ++i) head[i]._refcount = references;
}

void PageAllocator::trim(page* head, unsigned order, std::size_t pages, const void* caller) {
  FreeFault fault;
  {
    const arch::IrqGuard guard;
    fault = fault_of(head, order);
  }
  if (fault == FreeFault::None && (is_compound(*head) || pages == 0 || pages > std::size_t{1} << order))
    fault = FreeFault::WrongOrder;
  if (fault != FreeFault::None) {
    return refuse(fault, "alloc_pages_exact", head, static_cast<int>(order), caller);
  }
  // Halved until a half is wanted whole, or not at all; whoever looks in between finds blocks of someone's.
  while (pages != std::size_t{1} << order) {
    --order;
    const std::size_t half = std::size_t{1} << order;
    page* const upper = head + half;
    {
      const arch::IrqGuard guard;
      head->state -= 1u << page_state::kOrderShift;
      *upper = *head;
    }
    if (pages <= half) {
      free_slow(upper, order, caller);
    } else {
      make_singles(head, upper, head->gfp, head->caller);
      head = upper;
      pages -= half;
    }
  }
  make_singles(head, head + pages, head->gfp, head->caller);
}

}  // namespace mink::mm
