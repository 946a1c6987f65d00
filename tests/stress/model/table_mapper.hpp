// SPDX-License-Identifier: MIT
// An MMU as a table of what is mapped, which complains when an address is mapped twice, or anew before the TLB is purged
// of it. Nothing is really mapped: contents are reached by the page.
#pragma once
#include <arch/page_mapper.hpp>

#include "stress/model/op.hpp"

namespace mink::stress {

inline constexpr std::size_t kSpacePages = 1600;
inline constexpr std::uintptr_t kSpace = 0x70000000;

// What the MMU's tables say; tables cost nothing, but may be refused.
class TableMapper final : public arch::PageMapper {
 public:
  struct Entry {
    std::optional<arch::Translation> now;
    bool stale = false;  // unmapped, and the TLB may still know it
  };

  Err map_run(VirtAddr va, PhysAddr pa, std::size_t pages, arch::PageAttr attr) override {
    if (refuse()) return Err::NoMem;
    for (std::size_t i = 0; i < pages; ++i) enter(va + i * kPageSize, pa + i * kPageSize, attr);
    return Err::Ok;
  }
  Err map_frames(VirtAddr va, std::span<const PhysAddr> frames, arch::PageAttr attr) override {
    if (refuse()) return Err::NoMem;
    for (std::size_t i = 0; i < frames.size(); ++i) enter(va + i * kPageSize, frames[i], attr);
    return Err::Ok;
  }
  void unmap_run(VirtAddr va, std::size_t pages) override {
    for (std::size_t i = 0; i < pages; ++i) {
      Entry& e = at(va + i * kPageSize);
      e.stale = e.stale || e.now.has_value();
      e.now.reset();
    }
  }
  Err protect_run(VirtAddr va, std::size_t pages, arch::PageAttr attr) override {
    for (std::size_t i = 0; i < pages; ++i) {
      if (!at(va + i * kPageSize).now) return Err::Inval;
    }
    for (std::size_t i = 0; i < pages; ++i) at(va + i * kPageSize).now->attr = attr;
    return Err::Ok;
  }
  void purge(VirtAddr from, VirtAddr to) override {
    for (VirtAddr va = from; va < to; va += kPageSize) at(va).stale = false;
  }
  std::size_t trim(VirtAddr, VirtAddr) override { return 0; }
  [[nodiscard]] std::size_t table_pages() const override { return 0; }
  [[nodiscard]] std::optional<arch::Translation> translate(VirtAddr va) const override {
    const std::size_t i = (va.raw() - kSpace) >> kPageShift;
    if (va.raw() < kSpace || i >= kSpacePages || !entries_[i].now) return std::nullopt;
    arch::Translation found = *entries_[i].now;
    found.pa += va.raw() & (kPageSize - 1);
    return found;
  }
  unsigned refuse_in = 0;  // the n-th mapping from now has no table
  bool refused = false;

 private:
  bool refuse() {
    if (refuse_in == 0 || --refuse_in != 0) return false;
    return refused = true;
  }
  Entry& at(VirtAddr va) {
    const std::size_t i = (va.raw() - kSpace) >> kPageShift;
    MINK_EXPECT(va.raw() >= kSpace && i < kSpacePages, "%#zx is outside of the space",
                static_cast<std::size_t>(va.raw()));
    return entries_[i];
  }
  void enter(VirtAddr va, PhysAddr pa, arch::PageAttr attr) {
    Entry& e = at(va);
    MINK_EXPECT(!e.now, "%#zx is mapped twice", static_cast<std::size_t>(va.raw()));
    MINK_EXPECT(!e.stale, "%#zx is mapped anew before the purge", static_cast<std::size_t>(va.raw()));
    e.now = arch::Translation{pa, attr, kPageSize};
  }
  Entry entries_[kSpacePages];
};

}  // namespace mink::stress
