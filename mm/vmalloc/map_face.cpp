// SPDX-License-Identifier: MIT
// vmap, ioremap, set_memory and kvmalloc by Linux's names: the face of the kernel's space.
#include <base/log.h>
#include <base/assert.hpp>
#include <climits>
#include <mm/kernel_memory.hpp>

#include <linux/io.h>
#include <linux/set_memory.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

using namespace mink;
using namespace mink::mm;

namespace {

VmallocSpace& space() { return kernel_memory().vmalloc; }

arch::PageAttr attr_of(pgprot_t prot) {
  const arch::MemType type = (prot.pgprot & MINK_PROT_UNCACHED) != 0   ? arch::MemType::StronglyOrdered
                             : (prot.pgprot & MINK_PROT_COMBINED) != 0 ? arch::MemType::NormalNonCached
                                                                       : arch::MemType::Normal;
  return {type, (prot.pgprot & MINK_PROT_WRITE) != 0, (prot.pgprot & MINK_PROT_EXEC) != 0};
}

int set_rights(unsigned long addr, int pages, VmallocSpace::RightsChange change,
               const VmallocSpace::Asker& who) {
  if (pages == 0) return 0;
  const std::size_t count = pages > 0 ? static_cast<std::size_t>(pages) : SIZE_MAX;
  return static_cast<int>(space().protect(reinterpret_cast<void*>(addr), count, change, who));
}

// kmalloc while it is likely to have it without a fight, vmalloc otherwise.
void* kvmalloc_for(size_t size, gfp_t flags, const VmallocSpace::Asker& who) {
  gfp_t first = flags;
  if (size > kPageSize) {
    first |= __GFP_NOWARN;
    if ((flags & __GFP_RETRY_MAYFAIL) == 0) first |= __GFP_NORETRY;
  }
  void* memory = kmalloc(size, first);
  if (memory != nullptr || size <= kPageSize) return memory;
  if ((flags & (__GFP_DIRECT_RECLAIM | __GFP_WAIT)) == 0) return nullptr;  // vmalloc may sleep
  if (size > INT_MAX) {
    if ((flags & __GFP_NOWARN) == 0)
      printk(KERN_ERR "%s: %zu bytes are too many (caller %pS)\n", who.name, size, who.caller);
    return nullptr;
  }
  return space().alloc(size, flags, who);
}

}  // namespace

extern "C" {

void* vmap(struct page** pages, unsigned int count, unsigned long flags, pgprot_t prot) {
  (void)flags;  // says where an area shows up: ours are told apart by how they were made
  return space().map({pages, count}, attr_of(prot), {"vmap", MINK_CALLER()});
}

void vunmap(const void* address) { space().unmap(address, {"vunmap", MINK_CALLER()}); }

int set_memory_ro(unsigned long addr, int numpages) {
  return set_rights(addr, numpages, {.write = false}, {"set_memory_ro", MINK_CALLER()});
}

int set_memory_rw(unsigned long addr, int numpages) {
  return set_rights(addr, numpages, {.write = true}, {"set_memory_rw", MINK_CALLER()});
}

int set_memory_x(unsigned long addr, int numpages) {
  return set_rights(addr, numpages, {.exec = true}, {"set_memory_x", MINK_CALLER()});
}

int set_memory_nx(unsigned long addr, int numpages) {
  return set_rights(addr, numpages, {.exec = false}, {"set_memory_nx", MINK_CALLER()});
}

void* ioremap(phys_addr_t phys, size_t size) {
  return space().map_device(PhysAddr{phys}, size, arch::kDeviceRegs, {"ioremap", MINK_CALLER()});
}

void* ioremap_wc(phys_addr_t phys, size_t size) {
  return space().map_device(PhysAddr{phys}, size, arch::kWriteCombined, {"ioremap_wc", MINK_CALLER()});
}

void iounmap(const volatile void* address) {
  space().unmap_device(const_cast<const void*>(address), {"iounmap", MINK_CALLER()});
}

void* kvmalloc(size_t size, gfp_t flags) { return kvmalloc_for(size, flags, {"kvmalloc", MINK_CALLER()}); }

void* kvzalloc(size_t size, gfp_t flags) {
  return kvmalloc_for(size, flags | __GFP_ZERO, {"kvzalloc", MINK_CALLER()});
}

void kvfree(const void* memory) {
  if (space().contains(memory)) {
    space().free(memory, {"kvfree", MINK_CALLER()});
  } else {
    kfree(memory);
  }
}
}
