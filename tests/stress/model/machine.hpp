// SPDX-License-Identifier: MIT
// The kernel's own allocators over memory of a run's own, and what every model looks at: whose which page is, what was
// written where, how many pages are free.
#pragma once
#include <base/addr.hpp>
#include <cstring>
#include <map>
#include <mm/kernel_memory.hpp>

#include "stress/model/op.hpp"

namespace mink::stress {

struct MachineOptions {
  std::size_t pages = 1024;
  std::size_t dma_pages = 0;   // the first of them
  std::size_t high_pages = 0;  // the last of them
  std::size_t min_free_kbytes = 0;
  unsigned list_limit = 8;
  std::size_t skip_pages = 0;      // memory begins so far behind the start of a largest block
  std::size_t reserved_every = 0;  // pages: one reserved page in so many
};

// Memory that is always there for the kernel's instance. Once in a process.
class Machine final : public mm::PageWindow {
 public:
  explicit Machine(const MachineOptions& options);

  mm::PageAllocator& pages() { return mm::kernel_memory().pages; }
  [[nodiscard]] std::size_t frame(const page* p) {
    return pages().pfn(p).raw() - kStart - options_.skip_pages;
  }
  [[nodiscard]] page* page_of_frame(std::size_t f) {
    return pages().page_at(Pfn{kStart + options_.skip_pages + f});
  }
  [[nodiscard]] std::size_t frames() const { return options_.pages; }
  [[nodiscard]] unsigned zone_of_frame(std::size_t f) const {
    return f < options_.dma_pages ? 0 : f < options_.pages - options_.high_pages ? 1 : 2;
  }
  // A page's bytes, high memory's too.
  [[nodiscard]] unsigned char* bytes(std::size_t f) {
    return memory_ + ((options_.skip_pages + f) << kPageShift);
  }
  [[nodiscard]] unsigned char* bytes(PhysAddr pa) {
    return memory_ + (pa.raw() - phys_of(Pfn{kStart}).raw());
  }
  [[nodiscard]] const MachineOptions& options() const { return options_; }
  // Pages and slab, each by its own check.
  void check();
  // The caches of kmalloc can be taken apart, and every page has come back.
  void finish();

  void* open(PhysAddr pa) override;
  void close() override;
  // Every so many-th window cannot be opened; 0: all can.
  unsigned window_fails_every = 0;

 private:
  static constexpr std::uintptr_t kStart = 0x50000;
  MachineOptions options_;
  unsigned char* memory_;
  unsigned windows_ = 0, open_ = 0;
};

// Contents that tell whose memory this is. All of a small piece; of a larger one its ends and some places between.
void write_pattern(void* at, std::size_t bytes, std::uint32_t key);
bool has_pattern(const void* at, std::size_t bytes, std::uint32_t key);
bool all_zero(const void* at, std::size_t bytes);

// Pieces of memory that belong to somebody: no two may overlap.
class Extents {
 public:
  void add(const void* at, std::size_t bytes, const char* what) {
    const auto start = reinterpret_cast<std::uintptr_t>(at);
    auto next = ends_.lower_bound(start);
    if (next != ends_.end()) {
      MINK_EXPECT(start + bytes <= next->first, "%s: %p + %zu overlaps %#zx", what, at, bytes,
                  static_cast<std::size_t>(next->first));
    }
    if (next != ends_.begin()) {
      const auto before = std::prev(next);
      MINK_EXPECT(before->second <= start, "%s: %p + %zu overlaps %#zx before it", what, at, bytes,
                  static_cast<std::size_t>(before->first));
    }
    ends_.emplace_hint(next, start, start + bytes);
  }
  void remove(const void* at) { ends_.erase(reinterpret_cast<std::uintptr_t>(at)); }

 private:
  std::map<std::uintptr_t, std::uintptr_t> ends_;
};

// What a mask opens, by Linux's documents, told anew: the model must not ask the code that it judges.
struct Rights {
  unsigned top_zone;
  unsigned reserve_column;
  bool everything;
  bool high, harder, oom;
  [[nodiscard]] std::size_t floor(std::size_t min) const {
    if (everything) return 0;
    std::size_t mark = high ? min - min / 2 : min;
    if (oom) return mark - mark / 2;
    return harder ? mark - mark / 4 : mark;
  }
};
Rights rights_of(gfp_t gfp, bool has_dma_zone, bool may_sleep_here);

std::uint32_t draw_gfp(Random& random);

}  // namespace mink::stress
