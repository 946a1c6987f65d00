// SPDX-License-Identifier: MIT
#include <mm/what.hpp>

#include <arch/irq.hpp>
#include <mm/kernel_memory.hpp>

#include "slab/debug.hpp"

namespace mink::mm {
namespace {

constinit PlaceNames place_names = nullptr;

// What was found with interrupts off; a cache may go away, and an object change hands, as soon as they are on.
struct Found {
  Owner owner = Owner::Hole;
  // Slab
  char cache[32] = {};
  SlabAllocator::ObjectInfo object;
  Track users[2] = {};
  // other blocks
  unsigned order = 0;
  std::size_t page_number = 0;  // in its block
  int references = 0;
  const void* caller = nullptr;
};

void find_object(Found& found, const kmem_cache& cache, const void* address) {
  found.object = cache.owner->find(address);
  if (found.object.object == nullptr) return;
  const Track* const users = SlabDebug::tracks(cache, found.object.object);
  if (users == nullptr) return;
  found.users[0] = users[0];
  found.users[1] = users[1];
}

Found find(const Memory& memory, const page& p, const void* address) {
  Found found;
  const arch::IrqGuard guard;
  if (p.slab_cache != nullptr) {
    const char* const name = p.slab_cache->name;
    for (std::size_t i = 0; i + 1 < sizeof found.cache && name[i] != '\0'; ++i) found.cache[i] = name[i];
    if (address != nullptr) {
      found.owner = Owner::Slab;
      find_object(found, *p.slab_cache, address);
      return found;
    }
  }
  const page* const head = memory.pages.block_head(&p);
  if (head == nullptr) return found;
  found.owner = owner_of(memory, *head);
  found.order = order_of(*head);
  found.page_number = static_cast<std::size_t>(&p - head);
  found.references = head->_refcount;
  found.caller = head->caller;
  return found;
}

void print_object(TextSink& out, const Found& found) {
  const SlabAllocator::ObjectInfo& info = found.object;
  if (info.object == nullptr) {
    print(out, "in a slab of %s, behind its last object", found.cache);
    return;
  }
  const auto offset = static_cast<long>(info.offset);
  if (offset < 0) print(out, "%ld bytes before ", -offset);
  if (offset > 0) print(out, "byte %ld of ", offset);
  print(out, "object %u of %s", info.index, found.cache);
  if (offset != 0) print(out, " (at 0x%px)", info.object);
  print(out, ", %s", info.allocated ? "allocated" : "free");
  if (found.users[0].caller != nullptr) print(out, ", taken last by %pS", found.users[0].caller);
  if (found.users[1].caller != nullptr) print(out, ", freed last by %pS", found.users[1].caller);
}

void print_block(TextSink& out, const Found& found) {
  const auto print_size = [&](const char* what) {
    if (found.page_number != 0) print(out, "page %zu of ", found.page_number);
    print(out, "%s of order %u", what, found.order);
  };
  switch (found.owner) {
    case Owner::Hole:
      print(out, "where no memory is");
      return;
    case Owner::Reserved:
      print(out, "reserved memory (kernel image, mem_map, initrd)");
      return;
    case Owner::Tables:
      print(out, "a translation table");
      return;
    case Owner::Free:
      print_size("a free block");
      if (found.page_number == 0 && found.caller != nullptr) print(out, ", freed last by %pS", found.caller);
      return;
    case Owner::Slab:
      print_size("a slab");
      if (found.cache[0] != '\0') print(out, " of %s", found.cache);
      return;
    case Owner::Large:
      print_size("a block of kmalloc");
      break;
    case Owner::Vmalloc:
      print_size("a block behind a vmalloc area");
      break;
    case Owner::Coherent:
      print_size("the coherent memory, a block");
      break;
    case Owner::Pages:
      print_size("a block of the page allocator");
      break;
  }
  print(out, ", allocated by %pS", found.caller);
  if (found.references != 1) print(out, ", %d references", found.references);
}

bool print_area(TextSink& out, const VmallocSpace& space, const void* address) {
  if (!space.contains(address)) return false;
  VmRegion area;
  switch (space.look(address, area)) {
    case VmallocSpace::Place::Hole:
      print(out, "in vmalloc's range, where no area is");
      return true;
    case VmallocSpace::Place::Freed:
      print(out, "in vmalloc's range, in an area that is freed already");
      return true;
    case VmallocSpace::Place::Area:
      break;
  }
  const std::uintptr_t offset = reinterpret_cast<std::uintptr_t>(address) - area.start;
  const std::size_t pages = (area.size >> kPageShift) - 1;
  if (offset >= pages << kPageShift) {
    print(out, "in the guard page of ");
  } else if (offset != 0) {
    print(out, "byte %lu of ", static_cast<unsigned long>(offset));
  }
  print(out, "the %s area at 0x%px of %zu pages, by %pS", use_name(area.use),
        reinterpret_cast<const void*>(area.start), pages, area.caller);
  return true;
}

void print_address(TextSink& out, const Memory& memory, const void* address) {
  if (address == nullptr) {
    print(out, "NULL");
    return;
  }
  if (const char* const name = place_names != nullptr ? place_names(address) : nullptr; name != nullptr) {
    print(out, "%s", name);
    return;
  }
  if (memory.vmalloc != nullptr && print_area(out, *memory.vmalloc, address)) return;
  const page* const p = memory.pages.page_of(address);
  if (p == nullptr) {
    print(out, "outside of the memory that is allocated from");
    return;
  }
  const Found found = find(memory, *p, address);
  if (found.owner == Owner::Slab) return print_object(out, found);
  const std::uintptr_t offset = reinterpret_cast<std::uintptr_t>(address) & (kPageSize - 1);
  if (offset != 0 && found.owner != Owner::Hole)
    print(out, "byte %lu of ", static_cast<unsigned long>(offset));
  print_block(out, found);
}

void print_page(TextSink& out, const Memory& memory, const page* p) {
  if (!memory.pages.contains(p)) {
    print(out, "no page of the mem_map");
    return;
  }
  print(out, "pfn 0x%lx, ", static_cast<unsigned long>(memory.pages.pfn(p).raw()));
  if (const void* const address = memory.pages.address(p); address != nullptr)
    print(out, "at 0x%px, ", address);
  print_block(out, find(memory, *p, nullptr));
}

}  // namespace

PlaceNames set_place_names(PlaceNames names) {
  const PlaceNames before = place_names;
  place_names = names;
  return before;
}

void print_what(TextSink& out, const Memory& memory, Given given) {
  given.is_page ? print_page(out, memory, given.page) : print_address(out, memory, given.address);
}

}  // namespace mink::mm
