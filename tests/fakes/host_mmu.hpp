// SPDX-License-Identifier: MIT
// An MMU of the host's own: map_run really maps pages of the arena into a reserved range, so what is written
// there is seen in the pages. Remembers what was unmapped and not purged, and complains when that is mapped
// again. Host only.
#pragma once
#include <arch/page_mapper.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "fakes/arena.hpp"

namespace mink::fakes {

class HostMmu final : public arch::PageMapper {
 public:
  HostMmu(Arena& arena, std::size_t pages) : arena_{arena} {
    const std::size_t align = 64 * 1024;
    reserved_bytes_ = pages * kPageSize + align;
    reserved_ = mmap(nullptr, reserved_bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    MINK_ASSERT(reserved_ != MAP_FAILED);
    start = VirtAddr{align_up(reinterpret_cast<std::uintptr_t>(reserved_), align)};
    end = start + pages * kPageSize;
  }
  ~HostMmu() { munmap(reserved_, reserved_bytes_); }
  HostMmu(const HostMmu&) = delete;
  HostMmu& operator=(const HostMmu&) = delete;

  Err map_run(VirtAddr va, PhysAddr pa, std::size_t pages, arch::PageAttr attr) override {
    if (fail_in != 0 && --fail_in == 0) return Err::NoMem;
    const bool large = is_aligned(va.raw() | pa.raw(), 16 * kPageSize);
    for (std::size_t i = 0; i < pages; ++i) {
      const std::size_t granule = large && (i | 15) < pages ? 16 * kPageSize : kPageSize;
      enter(va + i * kPageSize, {pa + i * kPageSize, attr, granule});
    }
    return Err::Ok;
  }
  Err map_frames(VirtAddr va, std::span<const PhysAddr> frames, arch::PageAttr attr) override {
    if (fail_in != 0 && --fail_in == 0) return Err::NoMem;
    for (const PhysAddr frame : frames) {
      enter(va, {frame, attr, kPageSize});
      va += kPageSize;
    }
    return Err::Ok;
  }
  void unmap_run(VirtAddr va, std::size_t pages) override {
    for (; pages != 0; --pages, va += kPageSize) {
      if (mapped_.erase(va.raw()) != 0) stale_.insert(va.raw());
      protect(va, PROT_NONE, nullptr);
    }
  }
  Err protect_run(VirtAddr va, std::size_t pages, arch::PageAttr attr) override {
    for (std::size_t i = 0; i < pages; ++i) {
      if (mapped_.count((va + i * kPageSize).raw()) == 0) return Err::Inval;
    }
    for (std::size_t i = 0; i < pages; ++i) mapped_[(va + i * kPageSize).raw()].attr = attr;
    return Err::Ok;
  }
  void purge(VirtAddr from, VirtAddr to) override {
    ++purges;
    std::erase_if(stale_, [&](std::uintptr_t va) { return va >= from.raw() && va < to.raw(); });
  }
  std::size_t trim(VirtAddr, VirtAddr) override { return 0; }
  [[nodiscard]] std::size_t table_pages() const override { return 0; }
  [[nodiscard]] std::optional<arch::Translation> translate(VirtAddr va) const override {
    const auto at = mapped_.find(align_down(va.raw(), kPageSize));
    if (at == mapped_.end()) return std::nullopt;
    arch::Translation found = at->second;
    found.pa += va.raw() & (kPageSize - 1);
    return found;
  }

  [[nodiscard]] std::size_t mapped_pages() const { return mapped_.size(); }
  [[nodiscard]] std::size_t stale_pages() const { return stale_.size(); }

  VirtAddr start, end;
  unsigned fail_in = 0;  // the n-th mapping call from now fails
  unsigned purges = 0;
  std::vector<std::string> complaints;

 private:
  void enter(VirtAddr va, arch::Translation t) {
    if (va < start || va >= end) complaints.emplace_back("mapped outside the range");
    if (mapped_.count(va.raw()) != 0) complaints.emplace_back("mapped twice");
    if (stale_.count(va.raw()) != 0) complaints.emplace_back("mapped anew before the purge");
    mapped_[va.raw()] = t;
    protect(va, t.attr.write ? PROT_READ | PROT_WRITE : PROT_READ, &t.pa);
  }
  // Registers, which no arena holds, become memory of their own.
  void protect(VirtAddr va, int rights, const PhysAddr* pa) {
    const bool memory = pa != nullptr && arena_.holds(*pa);
    const int flags = MAP_FIXED | (memory ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS);
    const off_t offset = memory ? static_cast<off_t>(pa->raw() - Arena::kBase) : 0;
    MINK_ASSERT(mmap(ptr_of<void>(va), kPageSize, rights, flags, memory ? arena_.fd() : -1, offset) !=
                MAP_FAILED);
  }

  Arena& arena_;
  void* reserved_ = nullptr;
  std::size_t reserved_bytes_ = 0;
  std::map<std::uintptr_t, arch::Translation> mapped_;
  std::set<std::uintptr_t> stale_;
};

}  // namespace mink::fakes
