// SPDX-License-Identifier: MIT
// Memory of test arenas on the target: from the kernel's own page allocator, largest alignment and all.
#include <base/assert.hpp>
#include <base/log.h>
#include <mm/kernel_memory.hpp>

#include "fakes/test_arena.hpp"

namespace mink::fakes {
namespace {

unsigned order_for(std::size_t bytes) {
  unsigned order = 0;
  while ((kPageSize << order) < bytes) ++order;
  return order;
}

}  // namespace

void* take_arena_memory(std::size_t bytes, std::size_t align) {
  mm::PageAllocator& pages = mm::kernel_memory().pages;
  const unsigned order = order_for(bytes < align ? align : bytes);
  page* const p = pages.alloc(GFP_KERNEL, order, MINK_CALLER());
  if (p == nullptr) panic("test arena: no block of order %u\n", order);
  return pages.address(p);
}

void give_arena_memory(void* memory, std::size_t) {
  mm::PageAllocator& pages = mm::kernel_memory().pages;
  page* const p = pages.page_of(memory);
  pages.free(p, mm::order_of(*p), MINK_CALLER());
}

}  // namespace mink::fakes
