// SPDX-License-Identifier: MIT
// Linux's names for the kernel's page allocator (<linux/gfp.h>, <linux/mm.h>).
#include <base/assert.hpp>
#include <mm/kernel_memory.hpp>

#include <linux/gfp.h>
#include <linux/mm.h>

using namespace mink;
using namespace mink::mm;

namespace {

// The address in a register, not the sum of one and an offset at each use.
PageAllocator& pages() {
  PageAllocator* instance = &kernel_memory().pages;
  asm("" : "+r"(instance));
  return *instance;
}

// By linear address: __GFP_HIGHMEM is of no use then.
[[gnu::always_inline]] inline unsigned long get_pages(gfp_t gfp, unsigned order, const void* caller) {
  PageAllocator& all = pages();
  gfp &= ~__GFP_HIGHMEM;
  asm("" : "+r"(gfp));  // one mask in a register, not two
  return all.alloc_address(gfp, order, caller);
}

// The head of the compound block that `p` is a later page of; nullptr: it is not.
page* compound_head_of_tail(const page* p) {
  if (!pages().contains(p) || p->state != 0) return nullptr;
  page* const head = pages().block_head(const_cast<page*>(p));
  return head != nullptr && is_compound(*head) ? head : nullptr;
}

bool is_of_kind(const page* p, PageKind kind) {
  const page* const head = pages().block_head(p);
  return head != nullptr && kind_of(*head) == kind;
}

}  // namespace

extern "C" {

// A single page has a function of its own, which the one with an order jumps to: who is returned to is the caller of either.
[[gnu::noinline]] page* alloc_page(gfp_t gfp) { return pages().alloc(gfp, 0, MINK_CALLER()); }
page* alloc_pages(gfp_t gfp, unsigned int order) {
  return order == 0 ? alloc_page(gfp) : pages().alloc(gfp, order, MINK_CALLER());
}

[[gnu::noinline]] unsigned long __get_free_page(gfp_t gfp) { return get_pages(gfp, 0, MINK_CALLER()); }
unsigned long __get_free_pages(gfp_t gfp, unsigned int order) {
  return order == 0 ? __get_free_page(gfp) : get_pages(gfp, order, MINK_CALLER());
}
unsigned long get_zeroed_page(gfp_t gfp) { return get_pages(gfp | __GFP_ZERO, 0, MINK_CALLER()); }

[[gnu::noinline]] void __free_page(page* p) { pages().free(p, 0, MINK_CALLER()); }
void __free_pages(page* p, unsigned int order) {
  return order == 0 ? __free_page(p) : pages().free(p, order, MINK_CALLER());
}
[[gnu::noinline]] void free_page(unsigned long address) { pages().free_address(address, 0, MINK_CALLER()); }
void free_pages(unsigned long address, unsigned int order) {
  return order == 0 ? free_page(address) : pages().free_address(address, order, MINK_CALLER());
}

void* alloc_pages_exact(size_t size, gfp_t gfp) {
  const auto order = static_cast<unsigned>(get_order(size));
  const void* const caller = MINK_CALLER();
  gfp &= ~(__GFP_HIGHMEM | __GFP_COMP);  // its pages are single ones with an address
  page* const head = pages().alloc(gfp, order, caller);
  if (head == nullptr) return nullptr;
  pages().trim(head, order, align_up(size, kPageSize) >> kPageShift, caller);
  return reinterpret_cast<void*>(pages().linear_address(head));
}
void free_pages_exact(void* address, size_t size) {
  const void* const caller = MINK_CALLER();
  const auto start = reinterpret_cast<std::uintptr_t>(address);
  if (start == 0) return;
  for (std::size_t done = 0; done < size; done += kPageSize) pages().free_address(start + done, 0, caller);
}

unsigned long alloc_pages_bulk_array(gfp_t gfp, unsigned long count, page** slots) {
  return pages().alloc_bulk(gfp, {slots, count}, MINK_CALLER());
}

void split_page(page* p, unsigned int order) { pages().split(p, order, MINK_CALLER()); }

void* page_address(const page* p) {
  if (!pages().contains(p)) return nullptr;
  void* const linear = pages().address(p);
  return linear != nullptr ? linear : kernel_memory().kmap.find(pages().phys(p));
}
page* virt_to_page(const volatile void* address) { return pages().page_of(const_cast<const void*>(address)); }
unsigned long page_to_pfn(const page* p) { return pages().pfn(p).raw(); }
page* pfn_to_page(unsigned long pfn) { return pages().page_at(Pfn{pfn}); }
bool pfn_valid(unsigned long pfn) {
  const page* const p = pages().page_at(Pfn{pfn});
  return p != nullptr && pages().block_head(p) != nullptr;
}
phys_addr_t page_to_phys(const page* p) { return pages().phys(p).raw(); }
phys_addr_t virt_to_phys(const volatile void* address) {
  return pages().phys_of_linear(virt_of(address)).raw();
}
void* phys_to_virt(phys_addr_t phys) { return ptr_of(pages().linear_of_phys(PhysAddr{phys})); }

void get_page(page* p) { pages().get(p, MINK_CALLER()); }
void put_page(page* p) { pages().put(p, MINK_CALLER()); }
int page_count(const page* p) { return compound_head(p)->_refcount; }

page* compound_head(const page* p) {
  page* const head = compound_head_of_tail(p);
  return head != nullptr ? head : const_cast<page*>(p);
}
unsigned int compound_order(const page* p) { return is_compound(*p) ? order_of(*p) : 0; }
int PageHead(const page* p) { return is_compound(*p) ? 1 : 0; }
int PageTail(const page* p) { return compound_head_of_tail(p) != nullptr ? 1 : 0; }
int PageCompound(const page* p) { return PageHead(p) | PageTail(p); }
int PageReserved(const page* p) { return is_of_kind(p, PageKind::Reserved) ? 1 : 0; }
int PageSlab(const page* p) { return is_of_kind(p, PageKind::Slab) ? 1 : 0; }
int PageHighMem(const page* p) { return pages().contains(p) && pages().address(p) == nullptr ? 1 : 0; }

unsigned long totalram_pages(void) { return pages().managed_pages(); }
unsigned long nr_free_pages(void) { return pages().free_pages(); }

}  // extern "C"
