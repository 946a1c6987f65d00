// SPDX-License-Identifier: MIT
#include <arch/irq.hpp>
#include <mm/dma.hpp>
#include <mm/kernel_memory.hpp>
#include <mm/owner.hpp>

namespace mink::mm {

Memory Memory::of_kernel() {
  const KernelMemory& memory = kernel_memory();
  return {memory.pages, &memory.slab, &memory.vmalloc, &coherent_memory()};
}

Memory Memory::around(const PageAllocator& pages, const SlabAllocator* slab, const VmallocSpace* vmalloc) {
  return &pages == &kernel_memory().pages ? of_kernel() : Memory{pages, slab, vmalloc};
}

Owner owner_of(const Memory& memory, const page& head) {
  switch (kind_of(head)) {
    case PageKind::Inner:
      return Owner::Hole;
    case PageKind::Reserved:
      return Owner::Reserved;
    case PageKind::Free:
    case PageKind::Listed:
      return Owner::Free;
    case PageKind::Slab:
      return Owner::Slab;
    case PageKind::PageTable:
      return Owner::Tables;
    case PageKind::Large:
      return Owner::Large;
    case PageKind::Vmalloc:
      return Owner::Vmalloc;
    case PageKind::Allocated:
      break;
  }
  if (memory.coherent != nullptr && memory.coherent->contains(memory.pages.address(&head)))
    return Owner::Coherent;
  return Owner::Pages;
}

void print_owner(TextSink& out, const Memory& memory, const page& head) {
  char name[32] = {};
  Owner owner;
  const void* caller;
  {
    const arch::IrqGuard guard;  // a cache may go away as soon as they are on
    owner = owner_of(memory, head);
    caller = head.caller;
    if (owner == Owner::Slab && head.slab_cache != nullptr) {
      const char* const from = head.slab_cache->name;
      for (std::size_t i = 0; i + 1 < sizeof name && from[i] != '\0'; ++i) name[i] = from[i];
    }
  }
  switch (owner) {
    case Owner::Slab:
      print(out, "%s", name);
      return;
    case Owner::Large:
      print(out, "kmalloc for %ps", caller);
      return;
    case Owner::Vmalloc:
      print(out, "vmalloc for %ps", caller);
      return;
    case Owner::Pages:
      print(out, "pages of %ps", caller);
      return;
    case Owner::Coherent:
      print(out, "coherent memory of %ps", caller);
      return;
    case Owner::Tables:
      print(out, "a translation table");
      return;
    case Owner::Free:
      print(out, "free");
      return;
    case Owner::Reserved:
      print(out, "reserved");
      return;
    case Owner::Hole:
      print(out, "no memory");
      return;
  }
}

}  // namespace mink::mm
