// SPDX-License-Identifier: MIT
// Wrong frees of pages.
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <mm/kernel_memory.hpp>

#include "abuse/abuse.hpp"

namespace mink::shell {
namespace {

constexpr unsigned kOrder = 2;

void wrong_order(Abuse& abuse) {
  page* const p = alloc_pages(GFP_KERNEL, kOrder);
  if (!abuse.need(p != nullptr)) return;
  for (const unsigned order : {0u, kOrder - 1, kOrder + 1, 11u})
    abuse.refused("of another order", "a block of the page allocator of order 2",
                  [&] { __free_pages(p, order); });
  const auto address = reinterpret_cast<unsigned long>(page_address(p));
  abuse.refused("of another order", "a block of the page allocator of order 2",
                [&] { free_pages(address, 3); });
  __free_pages(p, kOrder);
  page* const compound = alloc_pages(GFP_KERNEL | __GFP_COMP, kOrder);
  if (!abuse.need(compound != nullptr)) return;
  abuse.refused("of another order", "a block of the page allocator of order 2",
                [&] { __free_page(compound); });
  __free_pages(compound, kOrder);
}

void twice(Abuse& abuse) {
  for (const unsigned order : {0u, kOrder}) {
    page* const p = alloc_pages(GFP_KERNEL, order);
    if (!abuse.need(p != nullptr)) return;
    __free_pages(p, order);
    abuse.refused("double free", "a free block of order", [&] { __free_pages(p, order); });
  }
}

void inner_page(Abuse& abuse) {
  page* const p = alloc_pages(GFP_KERNEL, kOrder);
  if (!abuse.need(p != nullptr)) return;
  for (unsigned i = 1; i < 1u << kOrder; ++i)
    abuse.refused("inside a block", "of a block of the page allocator of order 2",
                  [&] { __free_page(p + i); });
  const auto address = reinterpret_cast<unsigned long>(page_address(p));
  abuse.refused("not the start of a page", "byte 8 of a block", [&] { free_pages(address + 8, kOrder); });
  __free_pages(p, kOrder);
}

// A page that was there before there was an allocator. (A machine has some: its mem_map lies in memory.)
void reserved(Abuse& abuse) {
  const mm::PageAllocator& pages = mm::kernel_memory().pages;
  for (std::size_t i = 0; i < pages.page_count(); ++i) {
    page* const p = pages.mem_map() + i;
    if (mm::kind_of(*p) != mm::PageKind::Reserved) continue;
    abuse.refused("reserved", "reserved memory", [&] { __free_pages(p, mm::order_of(*p)); });
    return;
  }
  abuse.need(false);
}

void outside(Abuse& abuse) {
  const mm::PageAllocator& pages = mm::kernel_memory().pages;
  page* const beyond = pages.mem_map() + pages.map_count();
  abuse.refused("outside of memory", "no page of the mem_map", [&] { __free_page(beyond); });
  auto* const between = reinterpret_cast<page*>(reinterpret_cast<char*>(pages.mem_map()) + 4);
  abuse.refused("outside of memory", "no page of the mem_map", [&] { __free_page(between); });
  abuse.refused("outside of memory", "outside of the memory", [&] { free_pages(PAGE_SIZE, 0); });
}

void slab_page(Abuse& abuse) {
  void* const object = kmalloc(64, GFP_KERNEL);
  if (!abuse.need(object != nullptr)) return;
  page* const p = virt_to_page(object);
  abuse.refused("a slab's", "a slab of order 0 of kmalloc-64", [&] { __free_page(p); });
  const unsigned long address = reinterpret_cast<unsigned long>(object) & PAGE_MASK;
  abuse.refused("a slab's", "of kmalloc-64", [&] { free_pages(address, 0); });
  kfree(object);
}

void large_block(Abuse& abuse) {
  void* const memory = kmalloc(16384, GFP_KERNEL);
  if (!abuse.need(memory != nullptr)) return;
  page* const p = virt_to_page(memory);
  const auto address = reinterpret_cast<unsigned long>(memory);
  abuse.refused("kmalloc's", "a block of kmalloc of order 2", [&] { __free_pages(p, kOrder); });
  abuse.refused("kmalloc's", "a block of kmalloc of order 2", [&] { free_pages(address, kOrder); });
  abuse.refused("kmalloc's", "page 1 of a block of kmalloc", [&] { __free_page(p + 1); });
  kfree(memory);
}

void area_page(Abuse& abuse) {
  constexpr std::size_t kPages = 5;
  auto* const memory = static_cast<char*>(vmalloc(kPages * PAGE_SIZE));
  if (!abuse.need(memory != nullptr)) return;
  for (std::size_t i = 0; i < kPages; ++i) {
    page* const p = vmalloc_to_page(memory + i * PAGE_SIZE);
    abuse.refused("a vmalloc area's", "a block behind a vmalloc area", [&] { __free_page(p); });
    abuse.refused("a vmalloc area's", "a block behind a vmalloc area",
                  [&] { __free_pages(p, compound_order(p)); });
  }
  vfree(memory);
}

void shared(Abuse& abuse) {
  for (const unsigned order : {0u, kOrder}) {
    page* const p = alloc_pages(GFP_KERNEL, order);
    if (!abuse.need(p != nullptr)) return;
    get_page(p);
    abuse.refused("others hold it, too", "2 references", [&] { __free_pages(p, order); });
    put_page(p);
    __free_pages(p, order);
  }
}

constexpr AbuseRow kRows[] = {
    {"pages-order", "a block freed with another order", wrong_order},
    {"pages-twice", "a block freed twice", twice},
    {"pages-inner", "a page inside a block, a byte inside a page", inner_page},
    {"pages-reserved", "a page that was never given out", reserved},
    {"pages-outside", "a page or address outside of memory", outside},
    {"pages-slab", "a slab's page given to free_pages", slab_page},
    {"pages-kmalloc", "a block of kmalloc given to free_pages", large_block},
    {"pages-vmalloc", "a page behind a vmalloc area given to free_pages", area_page},
    {"pages-shared", "a block that others hold a reference to", shared},
};

}  // namespace

constinit const std::span<const AbuseRow> kPageAbuses{kRows};

}  // namespace mink::shell
