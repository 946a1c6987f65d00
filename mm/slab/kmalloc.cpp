// SPDX-License-Identifier: MIT
// kmalloc: which cache serves a size, and the compound blocks beyond 8 K.
#include <bit>
#include <cstring>
#include <mm/page_allocator.hpp>
#include <mm/page_state.hpp>

#include "page/ready.hpp"
#include "slab/debug.hpp"
#include "slab/kmalloc_table.hpp"
#include "slab/report.hpp"

namespace mink::mm {
namespace {

// Beyond the caches, so of two pages at least.
unsigned order_for(std::size_t size) {
  static_assert(KMALLOC_MAX_CACHE_SIZE >= 2 * kPageSize);
  const auto order = static_cast<unsigned>(std::bit_width((size - 1) >> kPageShift));
  if (order == 0) __builtin_unreachable();
  return order;
}

}  // namespace

void* SlabAllocator::kmalloc(std::size_t size, gfp_t gfp, const void* caller) {
  const std::size_t last = size - 1;  // 0 becomes the largest
  if (last >= KMALLOC_MAX_CACHE_SIZE) [[unlikely]] {
    return size == 0 ? ZERO_SIZE_PTR : kmalloc_large(size, gfp, caller);
  }
  return alloc(*kmalloc_caches_[kmalloc_type(gfp)][kKmallocIndex[last / kKmallocGranule]], gfp, caller);
}

// A compound block, of a kind of its own.
void* SlabAllocator::kmalloc_large(std::size_t size, gfp_t gfp, const void* caller) {
  if (size > kmalloc_max_) {
    if ((gfp & __GFP_NOWARN) == 0) {
      printk(KERN_WARNING "kmalloc: %zu bytes are beyond the limit of %zu (kmalloc_max=), called from %pS\n",
             size, kmalloc_max_, caller);
    }
    return nullptr;
  }
  const unsigned order = order_for(size);
  gfp = (gfp & ~(__GFP_HIGHMEM | __GFP_MOVABLE)) | __GFP_COMP;
  const page* head = ReadyBlocks::take(*source_, gfp, order, PageKind::Large, caller,
                                       [this](unsigned pages) { large_pages_ += pages; });
  if (head == nullptr) [[unlikely]] {
    head = new_large(gfp, order, caller);
    if (head == nullptr) return nullptr;
  }
  return reinterpret_cast<void*>(source_->linear_address(head));
}

[[gnu::noinline]] page* SlabAllocator::new_large(gfp_t gfp, unsigned order, const void* caller) {
  page* const head = source_->alloc(gfp, order, caller);
  if (head == nullptr) return nullptr;
  const arch::IrqGuard guard;
  set_page_kind(*head, PageKind::Large);
  large_pages_ += std::size_t{1} << order;
  return head;
}

bool SlabAllocator::is_large(const page& head, const void* object) const {
  return kind_of(head) == PageKind::Large && address_of(head) == reinterpret_cast<std::uintptr_t>(object);
}

// `p`: the page of `object`. False: it is no block of kmalloc that begins there, or others hold it, too; nothing is changed.
bool SlabAllocator::free_large(page& p, const void* object, const void* caller) {
  const arch::IrqGuard guard;
  const unsigned state = p.state;
  const unsigned order = page_state::order(state);
  if (!is_large(p, object)) [[unlikely]]
    return false;
  if (!ReadyBlocks::keep(*source_, &p, state, order, PageKind::Large, caller) &&
      !source_->release(&p, PageKind::Large, caller))
    return false;
  large_pages_ -= std::size_t{1} << order;
  return true;
}

std::size_t SlabAllocator::usable_size(const void* object, const char* function, const void* caller) const {
  if (ZERO_OR_NULL_PTR(object)) return 0;
  const page* const p = page_of(object);
  if (p != nullptr && is_large(*p, object)) return kPageSize << order_of(*p);
  const ObjectInfo info = find(object);
  if (info.object != object || !info.allocated) {
    SlabReport::bad_address(*this, function, nullptr, object, caller);
    return 0;
  }
  // A debug cache's red zone begins where the object ends; kmalloc's caches give their whole size.
  return info.cache->object_size;
}

std::size_t SlabAllocator::ksize(const void* object, const void* caller) const {
  return usable_size(object, "ksize", caller);
}

void* SlabAllocator::krealloc(const void* object, std::size_t size, gfp_t gfp, const void* caller) {
  if (size == 0) {
    kfree(object, caller);
    return ZERO_SIZE_PTR;
  }
  std::size_t old_size = 0;
  if (!ZERO_OR_NULL_PTR(object)) {
    old_size = usable_size(object, "krealloc", caller);
    if (old_size == 0) return nullptr;  // no object of ours: reported
    if (size <= old_size) return const_cast<void*>(object);
  }
  void* const bigger = kmalloc(size, gfp, caller);
  if (bigger == nullptr) return nullptr;
  if (old_size != 0) {
    std::memcpy(bigger, object, old_size);
    kfree(object, caller);
  }
  return bigger;
}

}  // namespace mink::mm
