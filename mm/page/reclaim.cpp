// SPDX-License-Identifier: MIT
// An allocation that may sleep and found nothing: reclaims for itself, waits for others, and ends as its mask says
// (Linux 6.1's slow path; docs/decisions/reclaim.md has the differences).
#include <mm/gfp_policy.hpp>
#include <mm/page_allocator.hpp>

namespace mink::mm {
namespace {

constexpr std::size_t kReclaimBatch = 32;  // pages asked of the shrinkers at a time, at least

}  // namespace

bool PageAllocator::enter_reclaim() {
  if (ops_ != nullptr) return ops_->enter_reclaim();
  const bool first = !reclaiming_;
  reclaiming_ = true;
  return first;
}

void PageAllocator::leave_reclaim() {
  if (ops_ != nullptr) return ops_->leave_reclaim();
  reclaiming_ = false;
}

page* PageAllocator::reclaim_and_retry(gfp_t gfp, unsigned order, const void* caller) {
  const RetryPolicy policy = retry_policy(gfp, order);
  ++zone_ref(zone_of_gfp(gfp)).allocstalls;
  ++events_.direct_reclaims;
  const std::size_t wanted = std::size_t{1} << order;
  // A victim of the OOM killer may go as deep after reclaim as before it.
  const auto try_again = [&] {
    const bool victim = (gfp & __GFP_NOMEMALLOC) == 0 && ops_ != nullptr && ops_->asker().dying;
    return try_zones(gfp, order, Pass::Min, victim ? unsigned{kAllocOom} : 0);
  };
  unsigned in_vain = 0;  // rounds since the last that gave something
  for (unsigned round = 0; policy.endless || round < kMaxRounds; ++round) {
    const std::size_t had = free_pages();
    const std::size_t given = reclaim(gfp, wanted > kReclaimBatch ? wanted : kReclaimBatch);
    if (page* const p = try_again(); p != nullptr) return p;
    if (given != 0 || free_pages() > had) {
      in_vain = 0;
    } else {
      ++in_vain;
    }
    if (policy.rounds <= 1 && !policy.endless) return nullptr;
    if (ops_ == nullptr) {
      if (in_vain != 0 || round >= kRetryRounds) break;
      continue;
    }
    if (ops_->asker().dying && !policy.endless) return nullptr;
    if (in_vain >= policy.rounds) {
      const OomOutcome outcome =
          policy.may_kill ? ops_->out_of_memory(gfp, order, caller) : OomOutcome::Nothing;
      if (outcome == OomOutcome::Wait) {
        in_vain = 0;
      } else if (!policy.endless) {
        return nullptr;
      }
      // It must not fail, and nobody else can help: everything is open to it.
      if (policy.endless) {
        if (page* const p = try_zones(gfp | __GFP_MEMALLOC, order, Pass::Min); p != nullptr) return p;
      }
    }
    if (given != 0) continue;
    if ((gfp & __GFP_KSWAPD_RECLAIM) != 0) ops_->wake_reclaimer(gfp, order);
    if (!ops_->wait_for_free(gfp, order)) break;
    if (page* const p = try_again(); p != nullptr) return p;
  }
  // Without threads nobody can be waited for: better the last of the reserve than a failure that the caller is not
  // prepared for.
  return policy.endless ? try_zones(gfp | __GFP_MEMALLOC, order, Pass::Min) : nullptr;
}

std::size_t PageAllocator::reclaim(gfp_t gfp, std::size_t pages, Reclaimer by) {
  drain_lists();
  if (!enter_reclaim()) return 0;
  const auto who = static_cast<unsigned>(by);
  std::size_t freed = 0;
  for (Shrinker* s = shrinkers_; s != nullptr && freed < pages; s = s->next_shrinker) {
    freed += s->shrink(gfp, pages - freed);
  }
  leave_reclaim();
  drain_lists();  // what the shrinkers freed
  if (by == Reclaimer::Drop) return freed;
  events_.pages_wanted[who] += static_cast<unsigned>(pages > freed ? pages : freed);
  events_.pages_reclaimed[who] += static_cast<unsigned>(freed);
  return freed;
}

void PageAllocator::add_shrinker(Shrinker& shrinker) {
  const arch::IrqGuard guard;
  shrinker.next_shrinker = shrinkers_;
  shrinkers_ = &shrinker;
}

bool PageAllocator::balanced(gfp_t gfp, unsigned order) const {
  const unsigned column = reserve_class(gfp);
  for (unsigned z = static_cast<unsigned>(zone_of_gfp(gfp)) + 1; z-- > 0;) {
    const Zone& zone = zones_[z];
    if (zone.managed == 0) continue;
    const arch::IrqGuard guard;
    if (watermark_ok(zone.free_pages, orders(static_cast<ZoneType>(z)), order, zone.mark.high,
                     zone.lowmem_reserve[column], 0))
      return true;
  }
  return false;
}

std::size_t PageAllocator::missing_to_high(gfp_t gfp) const {
  std::size_t missing = 0;
  for (unsigned z = 0; z <= static_cast<unsigned>(zone_of_gfp(gfp)); ++z) {
    const std::size_t free = free_pages(static_cast<ZoneType>(z));
    if (free < zones_[z].mark.high) missing += zones_[z].mark.high - free;
  }
  return missing;
}

void PageAllocator::add_waiter() {
  const arch::IrqGuard guard;
  ++waiters_;
  choose_keepers();
}

void PageAllocator::remove_waiter() {
  const arch::IrqGuard guard;
  --waiters_;
  choose_keepers();
}

}  // namespace mink::mm
