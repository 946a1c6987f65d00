// SPDX-License-Identifier: MIT
// A private vmalloc space over a private arena: once with the host's MMU, where contents can be looked at,
// once with the ARM's tables behind the recorder, where maintenance and table pages are.
#pragma once
#include <CppUTest/TestHarness.h>

#include <arch_arm/page_tables.hpp>
#include <arch_impl/fake_irq.hpp>
#include <cstdlib>
#include <mm/page_table_source.hpp>
#include <mm/vmalloc.hpp>
#include <sync/preempt.hpp>

#include "fakes/arena.hpp"
#include "fakes/host_mmu.hpp"
#include "fakes/log.hpp"
#include "fakes/mmu_recorder.hpp"

namespace mink::fakes {

class CountedRegions final : public mm::RegionSource {
 public:
  void* alloc_region(gfp_t) override {
    if (fail_in != 0 && --fail_in == 0) return nullptr;
    ++live;
    return ::operator new(sizeof(mm::VmRegion));
  }
  void free_region(void* region) override {
    --live;
    ::operator delete(region);
  }
  std::size_t live = 0;
  unsigned fail_in = 0;
};

class World {
 public:
  static constexpr std::size_t kPages = 2048;  // of the arena
  static constexpr std::size_t kSpacePages = 4096;

  explicit World(std::size_t high_from = 0) : arena{kPages, high_from}, pages{arena.allocator} {
    reset_fake_irq();
    sync::mink_preempt_count = 0;
    take_log();
  }
  virtual ~World() = default;
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  virtual arch::PageMapper& mapper() = 0;
  virtual void check_mmu() = 0;
  virtual void fail_mapping_in(unsigned calls) = 0;
  // A byte of the space. Not with ARM tables.
  static unsigned char& byte(void* base, std::size_t offset) {
    return static_cast<unsigned char*>(base)[offset];
  }

  void* alloc(std::size_t bytes, gfp_t gfp = GFP_KERNEL) {
    return space.alloc(bytes, gfp, {"vmalloc", caller});
  }
  void free(const void* p) { space.free(p, {"vfree", caller}); }

  void check() {
    char text[512];
    BufferSink why{text};
    if (!space.check(why)) FAIL(text);
    if (!pages.check(why)) FAIL(text);
    check_mmu();
  }
  // Everything was given back: what a test ends with.
  void check_empty() {
    CHECK_EQUAL(0u, space.figures().areas);
    CHECK_EQUAL(0u, space.figures().owned_pages);
    space.purge();
    check();
    CHECK_EQUAL((kSpacePages)*kPageSize, space.figures().largest_hole);
    CHECK_EQUAL(free_at_start, pages.free_pages());
    CHECK_TRUE(ok(space.shut_down()));
    CHECK_EQUAL(0u, regions.live);
  }
  // Takes all pages, then gives every second one back: no two free pages are neighbours.
  void fragment() {
    for (;;) {
      page* p = pages.alloc(GFP_KERNEL | __GFP_HIGHMEM | __GFP_NOWARN, 0, caller);
      if (p == nullptr) p = pages.alloc(GFP_KERNEL | __GFP_NOWARN, 0, caller);  // what is kept for low memory
      if (p == nullptr) break;
      const bool keep = (pages.pfn(p).raw() & 1) != 0;
      (keep ? held : freed).push_back(p);
    }
    for (page* p : freed) pages.free(p, 0, caller);
    freed.clear();
  }
  void unfragment() {
    for (page* p : held) pages.free(p, 0, caller);
    held.clear();
  }

  static constexpr const void* caller = nullptr;
  Arena arena;
  mm::PageAllocator& pages;
  CountedRegions regions;
  mm::VmallocSpace space;
  std::size_t free_at_start = 0;
  std::vector<page*> held, freed;
};

class HostWorld final : public World {
 public:
  explicit HostWorld(std::size_t high_from = 0) : World{high_from}, mmu{arena, kSpacePages} {
    free_at_start = pages.free_pages();
    CHECK_TRUE(ok(space.init(mmu.start, mmu.end, pages, mmu, regions)));
    space.begin_context_checks();
  }
  arch::PageMapper& mapper() override { return mmu; }
  void check_mmu() override {
    for (const std::string& complaint : mmu.complaints) FAIL(complaint.c_str());
  }
  void fail_mapping_in(unsigned calls) override { mmu.fail_in = calls; }

  HostMmu mmu;
};

class ArmWorld final : public World {
 public:
  static constexpr VirtAddr kStart{0xC8800000};

  explicit ArmWorld(std::size_t high_from = 0)
      : World{high_from},
        l1{static_cast<arch::arm::Descriptor*>(std::aligned_alloc(16384, 16384))},
        source{pages},
        tables{l1, arena.virt_minus_phys(), &failing, recorder} {
    std::memset(l1, 0, 16384);
    recorder.watch(tables.view());
    free_at_start = pages.free_pages();
    CHECK_TRUE(ok(space.init(kStart, kStart + kSpacePages * kPageSize, pages, tables, regions)));
    space.begin_context_checks();
  }
  ~ArmWorld() override { std::free(l1); }
  arch::PageMapper& mapper() override { return tables; }
  void check_mmu() override {
    for (const std::string& complaint : recorder.complaints) FAIL(complaint.c_str());
    CHECK_EQUAL(0u, recorder.unseen());
    VirtAddr where{};
    std::size_t counted = 0;
    const char* wrong = check_tables(tables.view(), where, &counted);
    if (wrong != nullptr) FAIL(wrong);
    CHECK_EQUAL(counted, tables.table_pages());
  }
  void fail_mapping_in(unsigned calls) override { failing.fail_in = calls; }

  struct Failing final : arch::TableSource {
    explicit Failing(arch::TableSource& s) : source{s} {}
    void* alloc_table_page() override {
      if (fail_in != 0 && --fail_in == 0) return nullptr;
      return source.alloc_table_page();
    }
    void free_table_page(void* p) override { source.free_table_page(p); }
    arch::TableSource& source;
    unsigned fail_in = 0;
  };

  MmuRecorder recorder;
  arch::arm::Descriptor* l1;
  mm::PageTableSource source;
  Failing failing{source};
  arch::arm::PageTables<MmuRecorder> tables;
};

}  // namespace mink::fakes
