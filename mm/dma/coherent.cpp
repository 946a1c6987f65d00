// SPDX-License-Identifier: MIT
// Runs of uncached pages.
#include <linux/string.h>

#include <algorithm>
#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <bit>
#include <mm/dma.hpp>

namespace mink::mm {

void CoherentMemory::init(void* base, PhysAddr phys, std::size_t pages, Record* records) {
  MINK_ASSERT(pages_ == 0 && pages <= kMostPages && pages % kWord == 0);
  base_ = virt_of(base);
  phys_ = phys;
  records_ = records;
  pages_ = pages;
}

// The first run of clear bits, aligned to the power of two at or above `pages`; pages_ if there is none.
std::size_t CoherentMemory::find(std::size_t pages) const {
  const std::size_t align = std::bit_ceil(pages);
  if (align < kWord) {
    // Bit i of `runs`: all `pages` bits from i on are clear.
    std::uint32_t starts = 0;
    for (std::size_t i = 0; i < kWord; i += align) starts |= 1u << i;
    for (std::size_t word = 0; word < pages_ / kWord; ++word) {
      std::uint32_t runs = ~used_[word];
      for (std::size_t i = 1; i < pages; ++i) runs &= ~used_[word] >> i;
      runs &= starts;
      if (runs != 0) return word * kWord + static_cast<std::size_t>(std::countr_zero(runs));
    }
    return pages_;
  }
  for (std::size_t first = 0; first + pages <= pages_; first += align) {
    std::uint32_t any = 0;
    for (std::size_t i = first; i < first + pages; i += kWord) {
      const std::size_t left = first + pages - i;
      any |= used_[i / kWord] & (left >= kWord ? ~0u : (1u << left) - 1);
    }
    if (any == 0) return first;
  }
  return pages_;
}

void CoherentMemory::flip(std::size_t first, std::size_t pages) {
  while (pages != 0) {
    const std::size_t bit = first % kWord;
    const std::size_t n = std::min(kWord - bit, pages);
    used_[first / kWord] ^= ~0u >> (kWord - n) << bit;
    first += n;
    pages -= n;
  }
}

void* CoherentMemory::alloc(std::size_t size, void* owner) {
  if (size == 0 || size > bytes()) return nullptr;
  const std::size_t pages = align_up(size, kPageSize) / kPageSize;
  std::size_t first = 0;
  {
    const arch::IrqGuard guard;
    first = find(pages);
    if (first == pages_) return nullptr;
    flip(first, pages);
    records_[first] = {static_cast<std::uint16_t>(pages), owner};
  }
  void* const address = ptr_of(base_ + first * kPageSize);
  memset(address, 0, pages * kPageSize);
  return address;
}

const char* CoherentMemory::free(void* address, std::size_t size) {
  if (!contains(address)) return "no coherent memory";
  const std::uintptr_t offset = virt_of(address) - base_;
  const std::size_t first = offset / kPageSize;
  const arch::IrqGuard guard;
  if (offset % kPageSize != 0 || records_[first].pages == 0) {
    return (used_[first / kWord] >> (first % kWord) & 1) != 0 ? "inside an allocation" : "free already";
  }
  const std::size_t pages = records_[first].pages;
  if (size == 0 || align_up(size, kPageSize) / kPageSize != pages) return "of another size";
  flip(first, pages);
  records_[first] = {};
  return nullptr;
}

void* CoherentMemory::owner(const void* address) const {
  return contains(address) ? records_[(virt_of(address) - base_) / kPageSize].owner : nullptr;
}

std::size_t CoherentMemory::used_pages() const {
  std::size_t used = 0;
  for (const std::uint32_t word : used_) used += static_cast<std::size_t>(std::popcount(word));
  return used;
}

bool CoherentMemory::check(TextSink& why) const {
  const arch::IrqGuard guard;
  std::size_t run_end = 0;
  for (std::size_t i = 0; i < pages_; ++i) {
    if (records_[i].pages != 0) {
      if (i < run_end) {
        print(why, "coherent page %zu: two runs overlap\n", i);
        return false;
      }
      run_end = i + records_[i].pages;
    }
    if (((used_[i / kWord] >> (i % kWord) & 1) != 0) != (i < run_end)) {
      print(why, "coherent page %zu: the bit map and the runs disagree\n", i);
      return false;
    }
  }
  return true;
}

}  // namespace mink::mm
