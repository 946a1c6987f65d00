// SPDX-License-Identifier: MIT
// vmalloc by Linux's names: the face of the kernel's space.
#include <base/assert.hpp>
#include <mm/kernel_memory.hpp>

#include <linux/vmalloc.h>

using namespace mink;
using namespace mink::mm;

namespace {

VmallocSpace& space() { return kernel_memory().vmalloc; }

}  // namespace

extern "C" {

void* vmalloc(unsigned long size) { return space().alloc(size, GFP_KERNEL, {"vmalloc", MINK_CALLER()}); }

void* vzalloc(unsigned long size) {
  return space().alloc(size, GFP_KERNEL | __GFP_ZERO, {"vzalloc", MINK_CALLER()});
}

void* vmalloc_user(unsigned long size) {
  return space().alloc(size, GFP_KERNEL | __GFP_ZERO, {"vmalloc_user", MINK_CALLER()}, true);
}

void* vmalloc_32(unsigned long size) {
  return space().alloc(size, GFP_KERNEL | __GFP_DMA32, {"vmalloc_32", MINK_CALLER()});
}

void* __vmalloc(unsigned long size, gfp_t gfp) {
  return space().alloc(size, gfp, {"__vmalloc", MINK_CALLER()});
}

void vfree(const void* address) { space().free(address, {"vfree", MINK_CALLER()}); }

struct page* vmalloc_to_page(const void* address) {
  return space().page_of(address);
}

unsigned long vmalloc_to_pfn(const void* address) {
  const page* p = space().page_of(address);
  return p != nullptr ? kernel_memory().pages.pfn(p).raw() : 0;
}

bool is_vmalloc_addr(const void* address) { return space().contains(address); }

void vm_unmap_aliases(void) { space().purge(); }
}
