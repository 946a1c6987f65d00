// SPDX-License-Identifier: MIT
// Bodies of PageTables: a template, so that the target's maintenance is inline. Included by page_tables.hpp
// alone.
#pragma once

namespace mink::arch::arm {

// The page that holds the L2 tables of the four L1 entries from `first`, or nullptr if none of them has one.
template <MmuMaintenance M>
Descriptor* PageTables<M>::page_of_group(unsigned first) const {
  for (unsigned i = first; i < first + kTablesPerPage; ++i) {
    if (is_l2_table(l1_[i])) return table_at(PhysAddr{align_down(l2_table_address(l1_[i]).raw(), kPageSize)});
  }
  return nullptr;
}

// Gives L1 entry `i`, which is a fault, an L2 table. False: no page to be had.
template <MmuMaintenance M>
[[gnu::noinline]] bool PageTables<M>::install_table(unsigned i) {
  const unsigned first = i & ~(kTablesPerPage - 1);
  void* fresh = nullptr;
  if (page_of_group(first) == nullptr) {
    fresh = source_->alloc_table_page();  // may sleep: the books are looked at again below
    if (fresh == nullptr) return false;
    // The walker must find zeroes there, not what memory held before.
    m_.clean_dcache_range(fresh, kPageSize);
    m_.dsb();
  }
  void* unused = fresh;
  {
    const IrqGuard guard;
    Descriptor* page = page_of_group(first);
    if (page == nullptr) {
      page = static_cast<Descriptor*>(fresh);
      unused = nullptr;
      ++table_pages_;
    }
    if (is_fault(l1_[i])) {
      const Descriptor* table = page + (i - first) * entries(kL2);
      const PhysAddr pa{reinterpret_cast<std::uintptr_t>(table) - virt_minus_phys_};
      write_l1(i, 1, l2_table(pa));
    }
  }
  if (unused != nullptr) source_->free_table_page(unused);
  return true;
}

// From fault to `word`: nothing to drop from the TLB, which keeps no faults. To a fault: the caller purges.
template <MmuMaintenance M>
void PageTables<M>::write_l1(unsigned i, unsigned count, Descriptor word) {
  for (unsigned k = 0; k < count; ++k) m_.store(&l1_[i + k], word);
  m_.clean_dcache_range(&l1_[i], count * sizeof(Descriptor));
  m_.dsb();
}

// visit(first word, how many) for the words of the range, L2 table by L2 table; megabytes without one are
// passed over.
template <MmuMaintenance M>
template <class Visit>
[[gnu::always_inline]] inline void PageTables<M>::for_each_chunk(VirtAddr va, std::size_t pages,
                                                                 Visit visit) {
  while (pages != 0) {
    const unsigned at = index(kL2, va);
    const std::size_t room = entries(kL2) - at;
    const std::size_t count = pages < room ? pages : room;
    const Descriptor l1 = l1_[index(kL1, va)];
    if (is_l2_table(l1)) {
      visit(table_at(l2_table_address(l1)) + at, count);
    } else {
      MINK_ASSERT(is_fault(l1));  // sections are mapped for ever
    }
    va += count * kPageSize;
    pages -= count;
  }
}

// New words are on their way to memory: on return the walker finds them, for a load or store. (For an
// instruction fetch it takes an ISB, too: sync_text.)
template <MmuMaintenance M>
void PageTables<M>::published(VirtAddr va, std::size_t pages, PageAttr attr) {
  m_.dsb();
  if (attr.exec) sync_text(va, pages);
}

// What was written there as data is what will be executed (ARM DDI 0100I, B2.7). The range is mapped, and
// the walker knows.
template <MmuMaintenance M>
void PageTables<M>::sync_text(VirtAddr va, std::size_t pages) {
  m_.clean_dcache_range(va, pages * kPageSize);  // instructions are fetched from memory, past the data cache
  m_.dsb();
  m_.invalidate_icache_all();
  m_.flush_branch_target();  // predictions made while something else, or nothing, was here
  m_.dsb();
  m_.isb();
}

// The word for the page of `va`; nullptr: its megabyte has no L2 table.
template <MmuMaintenance M>
[[gnu::always_inline]] inline Descriptor* PageTables<M>::word_of(VirtAddr va) const {
  const Descriptor l1 = l1_[index(kL1, va)];
  return is_l2_table(l1) ? table_at(l2_table_address(l1)) + index(kL2, va) : nullptr;
}

// Of most mappings a constant.
constexpr Descriptor small_bits(PageAttr attr) {
  if (attr == kKernelData) [[likely]]
    return small_page(PhysAddr{}, kKernelData);
  return small_page(PhysAddr{}, attr);
}

// Writes the words and sends them to memory; a barrier is the caller's.
template <MmuMaintenance M>
[[gnu::always_inline]] inline void PageTables<M>::write_run(VirtAddr va, PhysAddr pa, std::size_t pages,
                                                            PageAttr attr) {
  const Descriptor small = small_bits(attr);
  for_each_chunk(va, pages, [&](Descriptor* first, std::size_t count) {
    Descriptor* word = first;
    Descriptor* const end = first + count;
    while (word != end) {
      MINK_ASSERT(is_fault(*word));  // break before make
      // A table is aligned to 1 KB, so its word's address tells the alignment of what it maps.
      if (end - word >= static_cast<std::ptrdiff_t>(kRepeat) && is_aligned(pa.raw(), kLargePage) &&
          is_aligned(reinterpret_cast<std::uintptr_t>(word), kRepeat * sizeof(Descriptor))) {
        const Descriptor large = large_page(pa, attr);
        for (unsigned k = 0; k < kRepeat; ++k) m_.store(word++, large);
        pa += kLargePage;
      } else {
        m_.store(word++, static_cast<Descriptor>(pa.raw()) | small);
        pa += kSmallPage;
      }
    }
    m_.clean_dcache_range(first, count * sizeof(Descriptor));
  });
}

// Every megabyte of the range has its L2 table on return. False: none is left half-written, but some may be empty.
template <MmuMaintenance M>
[[gnu::always_inline]] inline bool PageTables<M>::install_tables(VirtAddr va, std::size_t pages) {
  const unsigned last = index(kL1, va + (pages * kPageSize - 1));
  for (unsigned i = index(kL1, va); i <= last; ++i) {
    if (is_l2_table(l1_[i])) continue;
    MINK_ASSERT(is_fault(l1_[i]));
    if (!install_table(i)) return false;
  }
  return true;
}

template <MmuMaintenance M>
Err PageTables<M>::map_run(VirtAddr va, PhysAddr pa, std::size_t pages, PageAttr attr) {
  MINK_ASSERT(pages != 0 && is_aligned(va.raw() | pa.raw(), kPageSize));
  MINK_ASSERT(!(attr.write && attr.exec));
  if (Descriptor* const word = word_of(va); pages == 1 && word != nullptr) [[likely]] {
    MINK_ASSERT(is_fault(*word));  // break before make
    m_.store(word, static_cast<Descriptor>(pa.raw()) | small_bits(attr));
    m_.clean_dcache_range(word, sizeof *word);
  } else {
    if (!install_tables(va, pages)) return Err::NoMem;
    write_run(va, pa, pages, attr);
  }
  published(va, pages, attr);
  return Err::Ok;
}

template <MmuMaintenance M>
Err PageTables<M>::map_frames(VirtAddr va, std::span<const PhysAddr> frames, PageAttr attr) {
  MINK_ASSERT(!frames.empty() && is_aligned(va.raw(), kPageSize));
  MINK_ASSERT(!(attr.write && attr.exec));
  if (!install_tables(va, frames.size())) return Err::NoMem;
  const Descriptor small = small_bits(attr);
  const PhysAddr* frame = frames.data();
  for_each_chunk(va, frames.size(), [&](Descriptor* first, std::size_t count) {
    Descriptor* const end = first + count;
    Descriptor there = 0;
#pragma GCC unroll 4
    for (const Descriptor* word = first; word != end; ++word) there |= *word;
    MINK_ASSERT(is_fault(there));  // break before make
#pragma GCC unroll 4
    for (Descriptor* word = first; word != end; ++word)
      m_.store(word, static_cast<Descriptor>((frame++)->raw()) | small);
    m_.clean_dcache_range(first, count * sizeof(Descriptor));
  });
  published(va, frames.size(), attr);
  return Err::Ok;
}

template <MmuMaintenance M>
Err PageTables<M>::map_static(VirtAddr va, PhysAddr pa, std::size_t bytes, PageAttr attr) {
  MINK_ASSERT(is_aligned(va.raw() | pa.raw() | bytes, kPageSize) && !attr.exec);
  while (bytes != 0) {
    const std::uintptr_t both = va.raw() | pa.raw();
    const unsigned i = index(kL1, va);
    std::size_t done = 0;
    if (bytes >= kSupersection && is_aligned(both, kSupersection)) {
      for (unsigned k = 0; k < kRepeat; ++k) MINK_ASSERT(is_fault(l1_[i + k]));
      write_l1(i, kRepeat, supersection(pa, attr));
      done = kSupersection;
    } else if (bytes >= kSection && is_aligned(both, kSection)) {
      MINK_ASSERT(is_fault(l1_[i]));
      write_l1(i, 1, section(pa, attr));
      done = kSection;
    } else {  // up to the next megabyte of either
      const std::size_t room = kSection - (va.raw() & (kSection - 1));
      done = bytes < room ? bytes : room;
      if (const Err e = map_run(va, pa, done / kPageSize, attr); !ok(e)) return e;
    }
    va += done;
    pa += done;
    bytes -= done;
  }
  return Err::Ok;
}

template <MmuMaintenance M>
void PageTables<M>::unmap_run(VirtAddr va, std::size_t pages) {
  if (Descriptor* const word = word_of(va); pages == 1 && word != nullptr) [[likely]] {
    m_.store(word, 0);
    m_.clean_dcache_range(word, sizeof *word);
  } else {
    for_each_chunk(va, pages, [&](Descriptor* first, std::size_t count) {
      for (Descriptor* w = first; w != first + count; ++w) m_.store(w, 0);
      m_.clean_dcache_range(first, count * sizeof(Descriptor));
    });
  }
  m_.dsb();  // the walker must find the holes before purge() makes the TLB ask again
}

template <MmuMaintenance M>
Err PageTables<M>::protect_run(VirtAddr va, std::size_t pages, PageAttr attr) {
  MINK_ASSERT(pages != 0 && is_aligned(va.raw(), kPageSize) && !(attr.write && attr.exec));
  const VirtAddr last = va + (pages * kPageSize - 1);
  // All of it mapped by pages, or by sections that change whole, before anything is touched.
  for (VirtAddr at = va;;) {
    const Decoded d = view().lookup(at);
    const VirtAddr granule_last = VirtAddr{align_down(at.raw(), d.granule)} + (d.granule - 1);
    const bool whole = is_aligned(at.raw(), d.granule) && granule_last <= last;
    if (d.kind != Kind::SmallPage && d.kind != Kind::LargePage && !(d.kind == Kind::Section && whole))
      return Err::Inval;
    if (granule_last >= last) break;
    at = granule_last + 1;
  }
  bool text = attr.exec;
  for (VirtAddr at = va;;) {
    const Decoded old = view().lookup(at);
    const VirtAddr start{align_down(at.raw(), old.granule)};
    const VirtAddr granule_last = start + (old.granule - 1);
    const std::size_t all = old.granule / kPageSize;
    const std::size_t before = (at - start) / kPageSize;
    const std::size_t changed = ((granule_last < last ? granule_last : last) + 1 - at) / kPageSize;
    const auto write_part = [&](std::size_t first, std::size_t count, PageAttr rights)
        __attribute__((noinline)) {
      if (count != 0) write_run(start + first * kPageSize, old.pa + first * kPageSize, count, rights);
    };
    {
      const IrqGuard guard;  // an interrupt or another thread may use what is here: it never meets the hole
      if (old.kind == Kind::Section) {
        write_l1(index(kL1, start), 1, 0);
        purge(start, granule_last + 1);
        write_l1(index(kL1, start), 1, section(old.pa, attr));
      } else {
        unmap_run(start, all);
        purge(start, granule_last + 1);
        write_part(0, before, attr_of(old));
        write_part(before, changed, attr);
        write_part(before + changed, all - before - changed, attr_of(old));
      }
      m_.dsb();
    }
    text |= attr_of(old).exec && changed != all;  // its neighbours were a hole, too, for the prefetcher
    if (granule_last >= last) break;
    at = granule_last + 1;
  }
  if (text) sync_text(va, pages);
  return Err::Ok;
}

template <MmuMaintenance M>
void PageTables<M>::purge(VirtAddr start, VirtAddr end) {
  const std::size_t pages = (end - start) / kPageSize;
  if (pages <= kPurgeByPage) {
    for (VirtAddr va = start; va != end; va += kPageSize) m_.tlb_invalidate_mva(va);
  } else {
    m_.tlb_invalidate_all();
  }
  m_.flush_branch_target();  // predictions made through the old translations
  m_.dsb();                  // all of it complete: only now may the range be mapped anew
  m_.isb();
}

template <MmuMaintenance M>
std::size_t PageTables<M>::trim(VirtAddr start, VirtAddr end) {
  std::size_t given_back = 0;
  const unsigned last = index(kL1, end - 1);
  for (unsigned first = index(kL1, start) & ~(kTablesPerPage - 1); first <= last; first += kTablesPerPage) {
    Descriptor* page = page_of_group(first);
    if (page == nullptr) continue;
    bool used = false;
    for (unsigned i = first; i < first + kTablesPerPage && !used; ++i) {
      if (!is_l2_table(l1_[i])) continue;
      const Descriptor* table = page + (i - first) * entries(kL2);
      for (unsigned k = 0; k < entries(kL2) && !used; ++k) used = !is_fault(table[k]);
    }
    if (used) continue;
    for (unsigned i = first; i < first + kTablesPerPage; ++i) {
      if (is_l2_table(l1_[i])) write_l1(i, 1, 0);
    }
    // The TLB holds no pointers to tables, but a walk may be under way: the page is nobody else's before
    // this.
    purge(VirtAddr{std::uintptr_t{first} << kL1.shift},
          VirtAddr{std::uintptr_t{first + kTablesPerPage} << kL1.shift});
    --table_pages_;
    source_->free_table_page(page);
    ++given_back;
  }
  return given_back;
}

template <MmuMaintenance M>
std::optional<Translation> PageTables<M>::translate(VirtAddr va) const {
  const Decoded d = view().lookup(va);
  if (!d.maps()) return std::nullopt;
  return Translation{d.pa + (va.raw() & (d.granule - 1)), attr_of(d), d.granule};
}

}  // namespace mink::arch::arm
