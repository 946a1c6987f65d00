// SPDX-License-Identifier: MIT
// Who holds how much: each block in use carries the number of the account that was set when it was taken, in its state
// word, where the lists of single pages have it ready. Nothing is added to an allocation or a free.
#include <mm/page_allocator.hpp>

namespace mink::mm {

void PageAllocator::change_account(unsigned n) {
  account_ = n << page_state::kAccountShift;
  for (PageList& list : lists_)
    list.allocated_state = (list.allocated_state & ~page_state::kAccountMask) | account_;
}

void PageAllocator::count_accounts(std::span<std::size_t, page_state::kAccounts> held) const {
  for (std::size_t& h : held) h = 0;
  for (std::size_t i = 0; i < map_pages_;) {
    const unsigned state = map_[i].state;
    const std::size_t pages = std::size_t{1} << page_state::order(state);
    const PageKind kind = page_state::kind(state);
    if (kind >= PageKind::Allocated) held[page_state::account(state)] += pages;
    i += kind == PageKind::Inner ? 1 : pages;
  }
}

void PageAllocator::end_account(unsigned n) {
  for (std::size_t i = 0; i < map_pages_; ++i) {
    const arch::IrqGuard guard;
    const unsigned state = map_[i].state;
    const PageKind kind = page_state::kind(state);
    if (page_state::account(state) != n || kind == PageKind::Inner || kind == PageKind::Free) continue;
    map_[i].state = state & ~page_state::kAccountMask;
  }
}

}  // namespace mink::mm
