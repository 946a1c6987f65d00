// SPDX-License-Identifier: MIT
// A vmalloc space over the unforgiving CPU, and random users of it who remember what they have: addresses, rights,
// contents.
#pragma once
#include <arch_arm/page_tables.hpp>
#include <mm/page_table_source.hpp>
#include <mm/vmalloc.hpp>

#include "fakes/arena.hpp"
#include "stress/mmu/judge.hpp"

namespace mink::stress {

// How often, of 256, each is done at a step; the rest are accesses.
struct Mix {
  const char* name;
  unsigned alloc, map, device, protect, text, release, purge;
};

class Areas {
 public:
  Areas(const Mix& mix, std::uint64_t seed);
  ~Areas();
  Areas(const Areas&) = delete;
  Areas& operator=(const Areas&) = delete;

  // Up to `steps` of them; stops at the first fault. How many were done.
  std::size_t run(std::size_t steps);
  // Gives everything back, and looks whether all is there.
  void finish();

  fakes::FakeArm1176& cpu() { return cpu_; }

 private:
  static constexpr std::size_t kPages = 1024;    // of memory
  static constexpr VirtAddr kStart{0xC8B00000};  // a quarter in one group of tables, the rest in the next
  static constexpr std::size_t kSpacePages = 1024;
  static constexpr std::size_t kMostAreas = 32;
  static constexpr PhysAddr kRegisters{0x7F000000};
  static constexpr std::size_t kWords = std::size(fakes::FakeArm1176::kTextOffsets);

  struct Page {
    PhysAddr pa{};
    arch::PageAttr attr{};
    std::uint32_t word[kWords] = {};
  };
  struct Area {
    mm::VmUse use;
    char* base;
    std::vector<Page> pages;
    std::vector<page*> owned;  // by the user: of vmap
  };
  // A table page that is given back has a new owner at once, whose data look like descriptors.
  struct Tables final : arch::TableSource {
    explicit Tables(Areas& a) : areas{a} {}
    void* alloc_table_page() override;
    void free_table_page(void* page) override;
    Areas& areas;
  };
  struct Regions final : mm::RegionSource {
    void* alloc_region(gfp_t) override { return ::operator new(sizeof(mm::VmRegion)); }
    void free_region(void* region) override { ::operator delete(region); }
  };

  void step();
  void alloc(bool text);
  void map();
  void device();
  void protect(Area& a);
  void make_text(Area& a, std::size_t first, std::size_t count);
  void release(std::size_t i);
  void access(Area& a, std::size_t i);
  void expect_hole();
  void write(Area& a, std::size_t i);
  bool change(Area& a, std::size_t first, std::size_t count, mm::VmallocSpace::RightsChange change);
  Area* some(mm::VmUse use);
  void audit();
  std::uint32_t word() { return (cpu_.dice.roll() & ~0xFFFu) | 0x45Eu; }  // as a small page's descriptor
  static VirtAddr va(const Area& a, std::size_t i) { return virt_of(a.base + i * kPageSize); }

  const Mix& mix_;
  fakes::Arena arena_{kPages};
  page* l1_page_;
  arch::arm::Descriptor* l1_;
  fakes::DataCache cache_;
  fakes::FakeArm1176 cpu_;
  mm::PageTableSource source_;
  Tables source_of_tables_{*this};
  arch::arm::PageTables<fakes::FakeArm1176> tables_;
  JudgedMapper mapper_;
  Regions regions_;
  mm::VmallocSpace space_;
  std::vector<Area> areas_;
  std::vector<page*> pool_;  // for vmap
  std::size_t free_at_start_ = 0;
  unsigned fail_tables_in_ = 0;
};

}  // namespace mink::stress
