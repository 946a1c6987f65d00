// SPDX-License-Identifier: MIT
// An ARM1176 that forgives nothing: a table walker that reads memory behind the data cache's back, a TLB that keeps
// every entry until it is told and loads new ones whenever it likes, walks that are under way for as long as they
// like, an instruction cache, a branch target cache and a prefetch buffer full of the past, and maintenance that
// takes effect at the DSB, or at once, whichever is worse. A seed decides. Stands behind PageTables. Host only.
// docs/decisions/unforgiving-mmu.md: how it is crueler than the board.
#pragma once
#include <algorithm>
#include <arch_arm/mmu_maintenance.hpp>
#include <arch_arm/table_view.hpp>
#include <deque>
#include <optional>

#include "fakes/data_cache.hpp"
#include "fakes/maintenance_sites.hpp"

namespace mink::fakes {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_{seed * 0x9E3779B97F4A7C15u + 0x1234567} {}
  std::uint32_t roll() {
    state_ ^= state_ << 13, state_ ^= state_ >> 7, state_ ^= state_ << 17;
    return static_cast<std::uint32_t>(state_ >> 32);
  }
  std::size_t below(std::size_t n) { return roll() % n; }
  bool chance(unsigned of_256) { return (roll() & 255) < of_256; }

 private:
  std::uint64_t state_;
};

class FakeArm1176 {
 public:
  using Here = std::source_location;

  struct Entry {  // of the TLB
    VirtAddr start;
    std::size_t granule = 0;
    PhysAddr pa;
    arch::PageAttr attr{};
    [[nodiscard]] PhysAddr at(VirtAddr va) const { return pa + (va - start); }
    bool operator==(const Entry&) const = default;
  };
  struct Fetched {  // an instruction, or a prefetch abort
    bool abort = true;
    PhysAddr pa;
    std::uint32_t word = 0;
    bool operator==(const Fetched&) const = default;
  };
  // Knows what each address is meant to translate to.
  class Judge {
   public:
    // The walker has found `entry` for `va`; a complaint, or nothing.
    virtual const char* loaded(VirtAddr va, const Entry& entry) = 0;

   protected:
    ~Judge() = default;
  };

  FakeArm1176(DataCache& cache, PhysAddr l1, std::uint64_t seed) : dice{seed}, cache_{cache}, l1_{l1} {}

  // --- MmuMaintenance ---
  void store(arch::arm::Descriptor* entry, arch::arm::Descriptor value) {
    *entry = value;
    wrote(cache_.phys(entry));
    turn();
  }
  void clean_dcache_range(const void* start, std::size_t bytes, const Here& at = Here::current()) {
    if (!begin(Maintenance::CleanTable, at)) return;
    clean_lines(cache_.phys(start), bytes);
    turn();
  }
  void clean_dcache_range(VirtAddr start, std::size_t bytes, const Here& at = Here::current());
  void invalidate_icache_all(const Here& at = Here::current()) { issue(Maintenance::IcacheAll, {}, at); }
  void dsb(const Here& at = Here::current()) {
    if (!begin(Maintenance::Dsb, at)) return;
    cache_.drain();
    while (!issued_.empty()) perform_one();
    turn();
  }
  void tlb_invalidate_mva(VirtAddr va, const Here& at = Here::current()) {
    issue(Maintenance::TlbMva, va, at);
  }
  void tlb_invalidate_all(const Here& at = Here::current()) { issue(Maintenance::TlbAll, {}, at); }
  void flush_branch_target(const Here& at = Here::current()) { issue(Maintenance::BranchFlush, {}, at); }
  void isb(const Here& at = Here::current()) {
    if (!begin(Maintenance::Isb, at)) return;
    prefetched_.clear();
    turn();
  }

  // The switch of tables as kernel_map.cpp's one asm block does it: new base, TLB, predictions, DSB, ISB.
  void switch_tables(PhysAddr l1);

  // --- the program that runs on it ---
  // Every translation by which the CPU could access `va` now; visit(entry), or visit(nullptr) for a fault.
  template <class Visit>
  void for_each_translation(VirtAddr va, Visit visit);
  // Every instruction that the CPU could execute at `va` now.
  template <class Visit>
  void for_each_fetch(VirtAddr va, Visit visit);
  // A word that is written through the cache.
  void cpu_store(PhysAddr pa, std::uint32_t word) {
    std::memcpy(cache_.cpu(pa), &word, sizeof word);
    wrote(pa);
    turn();
  }
  // Does the TLB, or a walk under way, still know `va`?
  [[nodiscard]] bool remembers(VirtAddr va) const;

  // --- the adversary ---
  // What it would do for a mischief: around these pages. Instructions are fetched at these offsets of a page.
  static constexpr std::size_t kTextOffsets[] = {0, 0x7E4, 0xFFC};
  void look_at(VirtAddr va, std::size_t pages) { hot_[hot_next_++ % std::size(hot_)] = {va, pages}; }
  void new_mood();
  void turn();

  Dice dice;
  Judge* judge = nullptr;
  Sites sites;
  std::string fault;  // the first thing that went wrong

  void blame(const std::string& what) {
    if (fault.empty()) fault = what;
  }

 private:
  struct Walk {  // under way: the first word is read, perhaps the second
    VirtAddr va;
    std::optional<arch::arm::Descriptor> l1;
    std::optional<Entry> done;
  };
  struct Issued {
    Maintenance what;
    VirtAddr va;
  };
  struct Window {
    VirtAddr va;
    std::size_t pages = 0;
  };
  using Memories = std::unordered_map<std::uintptr_t, std::vector<Fetched>>;

  void wrote(PhysAddr pa) { recent_[recent_next_++ % std::size(recent_)] = pa; }
  void clean_lines(PhysAddr pa, std::size_t bytes) {
    const PhysAddr first{align_down(pa.raw(), DataCache::kLine)};
    for (PhysAddr line = first; line < pa + bytes; line += DataCache::kLine) cache_.clean(line);
  }
  bool begin(Maintenance what, const Here& at) {
    turn();
    return sites.perform(what, at);
  }
  void issue(Maintenance what, VirtAddr va, const Here& at) {
    if (!begin(what, at)) return;
    issued_.push_back({what, va});
    turn();
  }
  void perform_one();

  arch::arm::Descriptor read_l1(VirtAddr va) {
    return cache_.memory_word(l1_ + index(arch::arm::kL1, va) * sizeof(arch::arm::Descriptor));
  }
  std::optional<Entry> finish_walk(VirtAddr va, arch::arm::Descriptor l1);
  std::optional<Entry> walk(VirtAddr va) { return finish_walk(va, read_l1(va)); }
  void load(VirtAddr va, const Entry& entry);
  [[nodiscard]] static std::uintptr_t key(VirtAddr start, std::size_t granule) {
    return start.raw() | (granule >> 14);  // 4 K: 0, 64 K: 4, 1 M: 0x40, 16 M: 0x400
  }

  Fetched fetch(VirtAddr va);
  VirtAddr hot_page();
  void mischief();

  DataCache& cache_;
  PhysAddr l1_;
  std::unordered_map<std::uintptr_t, std::vector<Entry>> tlb_;
  std::vector<std::size_t> granules_;  // that the TLB ever held
  std::vector<Walk> walks_;
  std::deque<Issued> issued_;  // in order; not all complete before the DSB
  std::unordered_map<std::uintptr_t, DataCache::Line> icache_;
  Memories predicted_, prefetched_;
  PhysAddr recent_[16] = {};
  Window hot_[6] = {};
  std::size_t recent_next_ = 0, hot_next_ = 0;
  unsigned evicts_ = 64, performs_ = 64, looks_ = 64;  // of 256, at each turn
};
static_assert(arch::arm::MmuMaintenance<FakeArm1176>);

}  // namespace mink::fakes

#include "fakes/fake_arm1176_impl.hpp"
