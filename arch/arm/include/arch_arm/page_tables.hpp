// SPDX-License-Identifier: MIT
// The kernel's translation tables, written: arch::PageMapper for the ARM1176, over any table memory, page
// source and maintenance. Costs: a descriptor is one store, a cache line of them one clean, a call one DSB
// and ISB.
#pragma once
#include <arch/irq.hpp>
#include <arch/page_mapper.hpp>
#include <arch_arm/mmu_maintenance.hpp>
#include <arch_arm/table_view.hpp>
#include <base/assert.hpp>
#include <span>

namespace mink::arch::arm {

template <MmuMaintenance M>
class PageTables final : public PageMapper {
 public:
  // l1: 16 KB, aligned to its size, zeroed or already in use. virt_minus_phys: of the memory that tables live
  // in.
  constexpr PageTables(Descriptor* l1, std::uintptr_t virt_minus_phys, TableSource* source, M& maintenance)
      : l1_{l1}, virt_minus_phys_{virt_minus_phys}, source_{source}, m_{maintenance} {}

  // Second-level tables come from there from now on. Tables of the former source stay; trim() must not meet
  // them.
  void set_source(TableSource& source) { source_ = &source; }

  // The linear map and other mappings that stay: also by sections and supersections, where both ends allow.
  // `bytes` is a multiple of the page size. Never executable: text is mapped by pages. As map_run otherwise.
  Err map_static(VirtAddr va, PhysAddr pa, std::size_t bytes, PageAttr attr);

  Err map_run(VirtAddr va, PhysAddr pa, std::size_t pages, PageAttr attr) override;
  Err map_frames(VirtAddr va, std::span<const PhysAddr> frames, PageAttr attr) override;
  void unmap_run(VirtAddr va, std::size_t pages) override;
  Err protect_run(VirtAddr va, std::size_t pages, PageAttr attr) override;
  void purge(VirtAddr start, VirtAddr end) override;
  std::size_t trim(VirtAddr start, VirtAddr end) override;
  [[nodiscard]] std::optional<Translation> translate(VirtAddr va) const override;
  [[nodiscard]] std::size_t table_pages() const override { return table_pages_; }

  [[nodiscard]] TableView view() const { return {l1_, virt_minus_phys_}; }

 private:
  // Above this many pages one "all" is cheaper than a walk of the range, the refills included.
  static constexpr std::size_t kPurgeByPage = 16;

  [[nodiscard]] Descriptor* table_at(PhysAddr pa) const {
    return reinterpret_cast<Descriptor*>(pa.raw() + virt_minus_phys_);
  }
  [[nodiscard]] Descriptor* word_of(VirtAddr va) const;
  [[nodiscard]] Descriptor* page_of_group(unsigned first) const;
  [[nodiscard]] bool install_table(unsigned i);
  [[nodiscard]] bool install_tables(VirtAddr va, std::size_t pages);
  void write_run(VirtAddr va, PhysAddr pa, std::size_t pages, PageAttr attr);
  void write_l1(unsigned i, unsigned count, Descriptor word);
  void published(VirtAddr va, std::size_t pages, PageAttr attr);
  void sync_text(VirtAddr va, std::size_t pages);
  template <class Visit>
  void for_each_chunk(VirtAddr va, std::size_t pages, Visit visit);

  Descriptor* l1_;
  std::uintptr_t virt_minus_phys_;
  TableSource* source_;
  M& m_;
  std::size_t table_pages_ = 0;
};

}  // namespace mink::arch::arm

#include <arch_arm/page_tables_impl.hpp>
