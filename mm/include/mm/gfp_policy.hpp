// SPDX-License-Identifier: MIT
// What an allocation's flags mean, as pure functions: which zones, which lists, how deep into the reserves,
// may it sleep. Linux 6.1's rules (Documentation/core-api/memory-allocation; mm/page_alloc's documented
// fractions).
#pragma once
#include <cstddef>
#include <cstdint>
#include <mm/page_state.hpp>

#include <linux/gfp_types.h>

namespace mink::mm {

// The retired flags in today's words; __GFP_COLD stays.
constexpr gfp_t modern_gfp(gfp_t gfp) {
  if ((gfp & __GFP_WAIT) != 0) gfp |= __GFP_RECLAIM;
  if ((gfp & __GFP_REPEAT) != 0) gfp |= __GFP_RETRY_MAYFAIL;
  return gfp & ~(__GFP_WAIT | __GFP_REPEAT);
}

constexpr bool may_sleep(gfp_t gfp) { return (modern_gfp(gfp) & __GFP_DIRECT_RECLAIM) != 0; }

// The highest zone that may serve it; those below follow in order. Linux calls DMA together with HIGHMEM a
// bug: here the narrower wish wins. __GFP_DMA32 is zone Normal, as on any machine with no such zone.
constexpr ZoneType zone_of_gfp(gfp_t gfp) {
  if ((gfp & __GFP_DMA) != 0) return ZoneType::Dma;
  if ((gfp & __GFP_DMA32) != 0) return ZoneType::Normal;
  return (gfp & __GFP_HIGHMEM) != 0 ? ZoneType::HighMem : ZoneType::Normal;
}

// The same wish where there is no zone DMA (dma=0: a DMA engine reaches all low memory).
constexpr gfp_t without_dma_zone(gfp_t gfp) {
  return (gfp & __GFP_DMA) == 0 ? gfp : (gfp & ~__GFP_DMA) | __GFP_DMA32;
}

// The column of lowmem_reserve that it must leave: its zone, or the Movable zone that mink has no memory in.
constexpr unsigned reserve_class(gfp_t gfp) {
  const bool movable =
      (gfp & (__GFP_HIGHMEM | __GFP_MOVABLE | __GFP_DMA | __GFP_DMA32)) == (__GFP_HIGHMEM | __GFP_MOVABLE);
  return movable ? kZones : static_cast<unsigned>(zone_of_gfp(gfp));
}

// Both bits at once contradict each other: the pages are then treated as unmovable.
constexpr MigrateType migrate_type_of(gfp_t gfp) {
  const gfp_t both = gfp & (__GFP_MOVABLE | __GFP_RECLAIMABLE);
  return both == __GFP_MOVABLE       ? MigrateType::Movable
         : both == __GFP_RECLAIMABLE ? MigrateType::Reclaimable
                                     : MigrateType::Unmovable;
}

// How deep an allocation that found every zone below `low` may go.
enum AllocDepth : unsigned {
  kAllocHigh = 1u << 0,          // __GFP_HIGH: half of min may be used
  kAllocHarder = 1u << 1,        // __GFP_ATOMIC: a quarter of what is left of min, too
  kAllocNoWatermarks = 1u << 2,  // __GFP_MEMALLOC: everything
  kAllocOom = 1u << 3,           // a victim of the OOM killer: half of what is left of min
};

// __GFP_NOMEMALLOC keeps its user out of what __GFP_MEMALLOC and __GFP_ATOMIC open; __GFP_HIGH stands.
constexpr unsigned alloc_depth(gfp_t gfp) {
  const bool no_reserve = (gfp & __GFP_NOMEMALLOC) != 0;
  unsigned depth = 0;
  if ((gfp & __GFP_HIGH) != 0) depth |= kAllocHigh;
  if ((gfp & __GFP_ATOMIC) != 0 && !no_reserve) depth |= kAllocHarder;
  if ((gfp & __GFP_MEMALLOC) != 0 && !no_reserve) depth |= kAllocNoWatermarks;
  return depth;
}

// The mark as it stands for an allocation of that depth.
constexpr std::size_t effective_mark(std::size_t mark, unsigned depth) {
  if ((depth & kAllocNoWatermarks) != 0) return 0;
  if ((depth & kAllocHigh) != 0) mark -= mark / 2;
  if ((depth & kAllocOom) != 0) return mark - mark / 2;
  if ((depth & kAllocHarder) != 0) mark -= mark / 4;
  return mark;
}

// May a zone with `free_pages`, and blocks of the orders whose bits are set in `orders`, give a block of
// `order` to an allocation that has to leave `mark` pages, and `reserve` for the zone's own users?
constexpr bool watermark_ok(std::size_t free_pages, std::uint32_t orders, unsigned order, std::size_t mark,
                            std::size_t reserve, unsigned depth) {
  const bool block_there = (orders >> order) != 0;
  if ((depth & kAllocNoWatermarks) != 0) return block_there;
  const std::size_t rest_of_block = (std::size_t{1} << order) - 1;
  if (free_pages <= rest_of_block) return false;
  if (free_pages - rest_of_block <= effective_mark(mark, depth) + reserve) return false;
  return order == 0 || block_there;
}

// How long a sleeping allocation that reclaims in vain goes on.
struct RetryPolicy {
  unsigned rounds;  // without progress
  bool endless;     // __GFP_NOFAIL
  bool may_kill;    // the OOM killer may be called after them
};
inline constexpr unsigned kCostlyOrder = 3;  // beyond: nobody waits long for so large a block
inline constexpr unsigned kRetryRounds = 16;
// Rounds in all, with progress that others snatch away: an end that Linux does not have.
inline constexpr unsigned kMaxRounds = 256;
// Linux 6.1: costly orders are tried once unless RETRY_MAYFAIL asks for more; neither they, nor RETRY_MAYFAIL, nor an
// allocation that only DMA memory can serve, kill anybody. (Without __GFP_FS nobody is killed either, but who
// asks goes on waiting: out_of_memory() answers that.)
constexpr RetryPolicy retry_policy(gfp_t gfp, unsigned order) {
  const gfp_t modern = modern_gfp(gfp);
  if ((modern & __GFP_DIRECT_RECLAIM) == 0) return {0, false, false};
  const bool endless = (modern & __GFP_NOFAIL) != 0;
  const bool patient = (modern & __GFP_RETRY_MAYFAIL) != 0;
  const bool costly = order > kCostlyOrder;
  const bool may_kill = !costly && !patient && (modern & (__GFP_NORETRY | __GFP_DMA)) == 0;
  if (endless) return {kRetryRounds, true, may_kill};
  if ((modern & __GFP_NORETRY) != 0 || (costly && !patient)) return {1, false, false};
  return {kRetryRounds, false, may_kill};
}

}  // namespace mink::mm
