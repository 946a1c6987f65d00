// SPDX-License-Identifier: MIT
// What each address is meant to be, told by the calls of PageMapper alone; and a mapper that passes them on and looks at
// what the unforgiving CPU can see before, meanwhile and after.
#pragma once
#include <arch/page_mapper.hpp>
#include <string>
#include <unordered_map>
#include <vector>

#include "fakes/fake_arm1176.hpp"

namespace mink::stress {

class JudgedMapper final : public arch::PageMapper, public fakes::FakeArm1176::Judge {
 public:
  using Entry = fakes::FakeArm1176::Entry;
  struct Meant {
    PhysAddr pa;
    arch::PageAttr attr{};
  };

  JudgedMapper(arch::PageMapper& tables, fakes::FakeArm1176& cpu) : tables_{tables}, cpu_{cpu} {
    cpu.judge = this;
  }

  Err map_run(VirtAddr va, PhysAddr pa, std::size_t pages, arch::PageAttr attr) override {
    begin_map(va, pages, [&](std::size_t i) { return Meant{pa + i * kPageSize, attr}; });
    return end_map(va, pages, tables_.map_run(va, pa, pages, attr));
  }
  Err map_frames(VirtAddr va, std::span<const PhysAddr> frames, arch::PageAttr attr) override {
    begin_map(va, frames.size(), [&](std::size_t i) { return Meant{frames[i], attr}; });
    return end_map(va, frames.size(), tables_.map_frames(va, frames, attr));
  }
  void unmap_run(VirtAddr va, std::size_t pages) override;
  Err protect_run(VirtAddr va, std::size_t pages, arch::PageAttr attr) override;
  void purge(VirtAddr start, VirtAddr end) override;
  std::size_t trim(VirtAddr start, VirtAddr end) override {
    cpu_.look_at(start, (end - start) / kPageSize);
    return tables_.trim(start, end);
  }
  [[nodiscard]] std::optional<arch::Translation> translate(VirtAddr va) const override {
    return tables_.translate(va);
  }
  [[nodiscard]] std::size_t table_pages() const override { return tables_.table_pages(); }

  const char* loaded(VirtAddr va, const Entry& entry) override;

  // An access to the page at `va`, which is meant to be `meant`, or a hole: is that all that the CPU could see?
  void check(VirtAddr va, const Meant* meant);
  // What the page is meant to be; nullptr: a hole, or nobody may touch it.
  [[nodiscard]] const Meant* meant(VirtAddr va) const {
    const auto at = pages_.find(va.raw());
    return at != pages_.end() && at->second.state == State::Mapped ? &at->second.now : nullptr;
  }
  // A page that was mapped once and is a hole now; {} if there is none.
  [[nodiscard]] VirtAddr some_hole();
  // An interrupt that uses a page of what is being changed.
  void interrupt();

 private:
  enum class State { Becoming, Mapped, Changing, Stale };  // and not in the table: a hole
  struct Page {
    State state = State::Becoming;
    Meant now, before;  // before: of Changing and Stale
  };

  template <class What>
  void begin_map(VirtAddr va, std::size_t pages, What what) {
    window_ = va, window_pages_ = pages;
    cpu_.look_at(va, pages);
    for (std::size_t i = 0; i < pages; ++i) {
      const VirtAddr at = va + i * kPageSize;
      if (pages_.count(at.raw()) != 0) cpu_.blame(say("mapped anew before its purge", at));
      if (cpu_.remembers(at)) cpu_.blame(say("mapped anew while the TLB knows an old translation", at));
      pages_[at.raw()] = {State::Becoming, what(i), {}};
    }
  }
  Err end_map(VirtAddr va, std::size_t pages, Err e) {
    for (std::size_t i = 0; i < pages; ++i) {
      if (ok(e)) {
        pages_[(va + i * kPageSize).raw()].state = State::Mapped;
      } else {
        pages_.erase((va + i * kPageSize).raw());
      }
    }
    return e;
  }
  static bool same(const Meant& m, VirtAddr va, const Entry& entry) {
    return entry.at(va) == m.pa && entry.attr == m.attr;
  }
  static std::string say(const char* what, VirtAddr va);

  arch::PageMapper& tables_;
  fakes::FakeArm1176& cpu_;
  std::unordered_map<std::uintptr_t, Page> pages_;
  std::vector<std::uintptr_t> stale_;
  VirtAddr holes_[32] = {};
  std::size_t holes_next_ = 0;
  VirtAddr window_;
  std::size_t window_pages_ = 0;
};

}  // namespace mink::stress
