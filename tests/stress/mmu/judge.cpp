// SPDX-License-Identifier: MIT
#include "stress/mmu/judge.hpp"

#include <cstdio>

namespace mink::stress {

std::string JudgedMapper::say(const char* what, VirtAddr va) {
  char text[160];
  std::snprintf(text, sizeof text, "%s (0x%08lx)", what, static_cast<unsigned long>(va.raw()));
  return text;
}

void JudgedMapper::unmap_run(VirtAddr va, std::size_t pages) {
  window_ = va, window_pages_ = pages;
  cpu_.look_at(va, pages);
  for (std::size_t i = 0; i < pages; ++i) {
    const auto at = pages_.find((va + i * kPageSize).raw());
    if (at == pages_.end() || at->second.state == State::Stale) continue;
    at->second = {State::Stale, {}, at->second.now};
    stale_.push_back(at->first);
  }
  tables_.unmap_run(va, pages);
}

void JudgedMapper::purge(VirtAddr start, VirtAddr end) {
  cpu_.look_at(start, (end - start) / kPageSize);
  tables_.purge(start, end);
  std::erase_if(stale_, [&](std::uintptr_t va) {
    if (va < start.raw() || va >= end.raw()) return false;
    pages_.erase(va);
    holes_[holes_next_++ % std::size(holes_)] = VirtAddr{va};
    return true;
  });
}

Err JudgedMapper::protect_run(VirtAddr va, std::size_t pages, arch::PageAttr attr) {
  window_ = va, window_pages_ = pages;
  cpu_.look_at(va, pages);
  for (std::size_t i = 0; i < pages; ++i) {
    Page& p = pages_[(va + i * kPageSize).raw()];
    p.state = State::Changing;
    p.before = p.now;
    p.now.attr = attr;
  }
  const Err e = tables_.protect_run(va, pages, attr);
  for (std::size_t i = 0; i < pages; ++i) {
    Page& p = pages_[(va + i * kPageSize).raw()];
    p.state = State::Mapped;
    if (!ok(e)) p.now = p.before;
  }
  return e;
}

const char* JudgedMapper::loaded(VirtAddr va, const Entry& entry) {
  va = VirtAddr{align_down(va.raw(), kPageSize)};
  const auto at = pages_.find(va.raw());
  if (at == pages_.end()) return "the walker found a translation where nothing is";
  const Page& p = at->second;
  const bool now = p.state != State::Stale && same(p.now, va, entry);
  const bool before = (p.state == State::Stale || p.state == State::Changing) && same(p.before, va, entry);
  return now || before ? nullptr : "the walker found a translation that nobody asked for";
}

void JudgedMapper::check(VirtAddr va, const Meant* meant) {
  cpu_.for_each_translation(va, [&](const Entry* entry) {
    if (entry == nullptr) {
      if (meant != nullptr) cpu_.blame(say("a mapped page faults", va));
    } else if (meant == nullptr) {
      cpu_.blame(say("a hole can be accessed", va));
    } else if (entry->at(va) != meant->pa) {
      cpu_.blame(say("another page is accessed", va));
    } else if (entry->attr != meant->attr) {
      cpu_.blame(say("accessed with other rights", va));
    }
  });
}

VirtAddr JudgedMapper::some_hole() {
  const VirtAddr va = holes_[cpu_.dice.below(std::size(holes_))];
  return pages_.count(va.raw()) == 0 ? va : VirtAddr{};
}

void JudgedMapper::interrupt() {
  if (window_pages_ == 0 || !cpu_.dice.chance(64)) return;
  const VirtAddr va = window_ + cpu_.dice.below(window_pages_) * kPageSize;
  const auto at = pages_.find(va.raw());
  if (at == pages_.end()) return;
  if (at->second.state == State::Mapped) return check(va, &at->second.now);
  if (at->second.state != State::Changing) return;
  cpu_.for_each_translation(va, [&](const Entry* entry) {
    if (entry == nullptr) cpu_.blame(say("a page faults while its rights change", va));
  });
}

}  // namespace mink::stress
