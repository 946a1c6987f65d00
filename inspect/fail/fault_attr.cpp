// SPDX-License-Identifier: MIT
// Which allocation fails.
#include <arch/irq.hpp>
#include <inspect/fail.hpp>
#include <mm/gfp_policy.hpp>

namespace mink::inspect {

void FaultAttr::set(const FaultSettings& settings, bool (*only_where)()) {
  const arch::IrqGuard guard;
  settings_ = settings;
  only_where_ = only_where;
  space_left_ = settings.space;
  asked_ = failed_ = 0;
}

bool FaultAttr::passes_filters(gfp_t gfp, std::size_t size, unsigned order, const void* caller) const {
  const FaultSettings& s = settings_;
  const auto at = reinterpret_cast<std::uintptr_t>(caller);
  if (s.ignore_gfp_wait && mm::may_sleep(gfp)) return false;
  if (kind_ == Kind::Pages) {
    if (s.ignore_gfp_highmem && (gfp & __GFP_HIGHMEM) != 0) return false;
    if (order < s.min_order || order > s.max_order) return false;
  }
  return size >= s.min_size && size <= s.max_size && (gfp & s.gfp) == s.gfp && at >= s.caller_start &&
         at < s.caller_end && (only_where_ == nullptr || only_where_());
}

bool FaultAttr::is_due(std::size_t cost) {
  if (settings_.nth != 0) return asked_ == settings_.nth;
  if (settings_.times == 0) return false;
  if (space_left_ > cost) {
    space_left_ -= cost;
    return false;
  }
  space_left_ = 0;
  if (settings_.interval > 1 && asked_ % settings_.interval != 0) return false;
  random_ = random_ * 1664525 + 1013904223;
  if ((random_ >> 16) % 100 >= settings_.probability) return false;
  if (settings_.times > 0) --settings_.times;
  return true;
}

bool FaultAttr::fails(gfp_t gfp, std::size_t size, unsigned order, const void* caller) {
  const arch::IrqGuard guard;
  if (!passes_filters(gfp, size, order, caller)) return false;
  ++asked_;
  const bool due = is_due(kind_ == Kind::Pages ? std::size_t{1} << order : size);
  failed_ += due ? 1 : 0;
  return due;
}

}  // namespace mink::inspect
