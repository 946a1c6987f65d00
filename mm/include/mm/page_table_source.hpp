// SPDX-License-Identifier: MIT
// Second-level tables from the page allocator, marked as what they are.
#pragma once
#include <arch/page_mapper.hpp>
#include <base/assert.hpp>
#include <mm/page_allocator.hpp>

namespace mink::mm {

class PageTableSource final : public arch::TableSource {
 public:
  constexpr explicit PageTableSource(PageAllocator& pages) : pages_{pages} {}

  void* alloc_table_page() override {
    // Low memory: the table code reaches it through the linear map.
    page* p = pages_.alloc(GFP_KERNEL | __GFP_ZERO, 0, MINK_CALLER());
    if (p == nullptr) return nullptr;
    set_page_kind(*p, PageKind::PageTable);
    return pages_.address(p);
  }
  void free_table_page(void* table) override {
    page* p = pages_.page_of(table);
    set_page_kind(*p, PageKind::Allocated);
    pages_.free(p, 0, MINK_CALLER());
  }

 private:
  PageAllocator& pages_;
};

}  // namespace mink::mm
