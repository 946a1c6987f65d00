// SPDX-License-Identifier: MIT
// Memory of test arenas on the target: from the kernel's own page allocator, largest alignment and all.
#include <base/log.h>
#include <algorithm>
#include <array>
#include <base/assert.hpp>
#include <mm/kernel_memory.hpp>

#include "fakes/test_arena.hpp"

namespace mink::fakes {
namespace {

unsigned order_for(std::size_t bytes) {
  unsigned order = 0;
  while ((kPageSize << order) < bytes) ++order;
  return order;
}

constexpr std::size_t kLargest = kPageSize << mm::kMaxOrder;

// More than the largest block: blocks that happen to be neighbours. There are some as long as memory is hardly used.
void* take_neighbours(std::size_t blocks) {
  constexpr std::size_t kTries = 16;
  mm::PageAllocator& pages = mm::kernel_memory().pages;
  std::array<page*, kTries> taken{};
  std::size_t count = 0;
  page* found = nullptr;
  const auto is_taken = [&](const page* p) {
    return std::find(taken.begin(), taken.end(), p) != taken.end();
  };
  const auto run_from = [&](page* first) {
    for (std::size_t i = 0; i < blocks; ++i) {
      if (!is_taken(first + (i << mm::kMaxOrder))) return false;
    }
    return true;
  };
  while (found == nullptr && count < kTries) {
    page* const p = pages.alloc(GFP_KERNEL | __GFP_NOWARN, mm::kMaxOrder, MINK_CALLER());
    if (p == nullptr) break;
    taken[count++] = p;
    for (page* const first : taken) {
      if (first != nullptr && run_from(first)) found = first;
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    const bool used = found != nullptr && taken[i] >= found && taken[i] < found + (blocks << mm::kMaxOrder);
    if (!used) pages.free(taken[i], mm::kMaxOrder, MINK_CALLER());
  }
  if (found == nullptr) panic("test arena: no %zu largest blocks in a row\n", blocks);
  return pages.address(found);
}

}  // namespace

void* take_arena_memory(std::size_t bytes, std::size_t align) {
  if (bytes > kLargest && align <= kLargest) return take_neighbours((bytes + kLargest - 1) / kLargest);
  mm::PageAllocator& pages = mm::kernel_memory().pages;
  const unsigned order = order_for(bytes < align ? align : bytes);
  page* const p = pages.alloc(GFP_KERNEL, order, MINK_CALLER());
  if (p == nullptr) panic("test arena: no block of order %u\n", order);
  return pages.address(p);
}

void give_arena_memory(void* memory, std::size_t bytes) {
  mm::PageAllocator& pages = mm::kernel_memory().pages;
  page* const first = pages.page_of(memory);
  for (std::size_t at = 0; at < bytes; at += kLargest) {
    page* const p = first + (at >> kPageShift);
    pages.free(p, mm::order_of(*p), MINK_CALLER());
  }
}

}  // namespace mink::fakes
