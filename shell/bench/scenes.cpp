// SPDX-License-Identifier: MIT
// Bringing memory into a state by allocating; see scenes.hpp.
#include "bench/scenes.hpp"

#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <mm/kernel_memory.hpp>

#include "memory_state.hpp"
#include "pressure/held_pages.hpp"

namespace mink::shell {
namespace {

constexpr std::size_t kLiveBytes = 64;
constexpr gfp_t kOfType[] = {0, __GFP_MOVABLE, __GFP_RECLAIMABLE};

mm::PageAllocator& pages() { return mm::kernel_memory().pages; }

// A chain of blocks through page->next, the order beside it (as in Squeeze).
void chain(page*& first, page* block, unsigned order) {
  block->private_data = order;
  block->next = first;
  first = block;
}

void release(page*& first) {
  while (first != nullptr) {
    page* const block = first;
    first = block->next;
    __free_pages(block, static_cast<unsigned>(block->private_data));
  }
}

}  // namespace

bool LiveObjects::hold(unsigned count) {
  for (; count != 0; --count) {
    void* const object = kmalloc(kLiveBytes, GFP_KERNEL);
    if (object == nullptr) return false;
    *static_cast<void**>(object) = first_;
    first_ = object;
  }
  return true;
}

LiveObjects::~LiveObjects() {
  while (first_ != nullptr) {
    void* const object = first_;
    first_ = *static_cast<void**>(object);
    kfree(object);
  }
}

bool LiveAreas::hold(unsigned count) {
  if (count == 0) return true;
  page_ = alloc_page(GFP_KERNEL);
  areas_ = static_cast<void**>(vmalloc(count * sizeof(void*)));
  if (page_ == nullptr || areas_ == nullptr) return false;
  for (; count_ < count; ++count_) {
    areas_[count_] = vmap(&page_, 1, VM_MAP, PAGE_KERNEL);
    if (areas_[count_] == nullptr) return false;
  }
  return true;
}

LiveAreas::~LiveAreas() {
  while (count_ != 0) vunmap(areas_[--count_]);
  vfree(areas_);
  if (page_ != nullptr) __free_page(page_);
}

OnlyLargest::OnlyLargest() {
  settle_memory();
  // Where GFP_KERNEL looks first.
  const bool normal = pages().zone(mm::ZoneType::Normal).populated();
  const mm::ZoneType zone = normal ? mm::ZoneType::Normal : mm::ZoneType::Dma;
  for (unsigned order = mm::kOrders - 1; order-- > 1;) {
    for (unsigned type = 0; type < mm::kListTypes; ++type) {
      std::size_t left = pages().free_blocks(zone, order, static_cast<mm::MigrateType>(type));
      for (; left != 0; --left) {
        page* const block = alloc_pages(kOfType[type] | __GFP_NOWARN, order);
        if (block == nullptr) break;
        chain(held_, block, order);
      }
    }
  }
}

OnlyLargest::~OnlyLargest() { release(held_); }

Listed::Listed(unsigned order) {
  // The second half of what the first one split.
  page* const first = alloc_pages(GFP_KERNEL, order);
  buddy_ = alloc_pages(GFP_KERNEL, order);
  if (buddy_ != nullptr) chain(held_, buddy_, order);
  if (first != nullptr) __free_pages(first, order);
}

Listed::~Listed() { release(held_); }

OnlySingles::OnlySingles() {
  settle_memory();
  page* all = nullptr;
  while (page* const p = alloc_page(down_to_nothing() | __GFP_NOWARN)) chain(all, p, 0);
  while (all != nullptr) {
    page* const p = all;
    all = p->next;
    if (page_to_pfn(p) % 2 == 0) {
      __free_page(p);
    } else {
      chain(held_, p, 0);
    }
  }
}

OnlySingles::~OnlySingles() { release(held_); }

}  // namespace mink::shell
