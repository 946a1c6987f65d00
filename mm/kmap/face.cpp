// SPDX-License-Identifier: MIT
// Linux's names for the kernel's windows (<linux/highmem.h>).
#include <arch/memory.hpp>
#include <base/assert.hpp>
#include <mm/kernel_memory.hpp>

#include <linux/highmem.h>
#include <linux/string.h>

using namespace mink;
using namespace mink::mm;

namespace {

KernelMemory& memory() { return kernel_memory(); }

void* linear(const page* p) {
  if (!memory().pages.contains(p))
    panic("kmap: 0x%08lx is no struct page\n", reinterpret_cast<unsigned long>(p));
  return memory().pages.address(p);
}

void* map_local(const page* p) {
  void* const low = linear(p);
  return low != nullptr ? low : memory().local_windows.map(memory().pages.phys(p));
}

void unmap_local(const void* address, const void* caller) {
  if (memory().local_windows.holds(address)) memory().local_windows.unmap(address, caller);
}

}  // namespace

extern "C" {

void* kmap(page* p) {
  void* const low = linear(p);
  return low != nullptr ? low : memory().kmap.map(memory().pages.phys(p), MINK_CALLER());
}
void kunmap(page* p) {
  if (linear(p) == nullptr) memory().kmap.unmap(memory().pages.phys(p), MINK_CALLER());
}
void kmap_flush_unused(void) { memory().kmap.flush(); }

void* kmap_local_page(page* p) { return map_local(p); }
void kunmap_local(const void* address) { unmap_local(address, MINK_CALLER()); }

void* kmap_atomic(page* p) {
  sync::preempt_disable();
  return map_local(p);
}
void kunmap_atomic(const void* address) {
  unmap_local(address, MINK_CALLER());
  sync::preempt_enable();
}

void clear_highpage(page* p) {
  void* const at = map_local(p);
  clear_page(at);
  unmap_local(at, MINK_CALLER());
}

void copy_highpage(page* to, page* from) {
  void* const source = map_local(from);
  void* const target = map_local(to);
  copy_page(target, source);
  unmap_local(target, MINK_CALLER());
  unmap_local(source, MINK_CALLER());
}

void zero_user(page* p, unsigned start, unsigned size) {
  MINK_ASSERT(start <= kPageSize && size <= kPageSize - start);
  char* const at = static_cast<char*>(map_local(p));
  memset(at + start, 0, size);
  unmap_local(at, MINK_CALLER());
}

void memcpy_from_page(char* to, page* p, size_t offset, size_t length) {
  MINK_ASSERT(offset <= kPageSize && length <= kPageSize - offset);
  const char* const at = static_cast<const char*>(map_local(p));
  memcpy(to, at + offset, length);
  unmap_local(at, MINK_CALLER());
}

void memcpy_to_page(page* p, size_t offset, const char* from, size_t length) {
  MINK_ASSERT(offset <= kPageSize && length <= kPageSize - offset);
  char* const at = static_cast<char*>(map_local(p));
  memcpy(at + offset, from, length);
  unmap_local(at, MINK_CALLER());
}

}  // extern "C"
