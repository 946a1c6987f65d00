// SPDX-License-Identifier: MIT
// The tree of physical addresses.
#include <base/log.h>
#include <kernel/iomem.hpp>
#include <utility>

namespace mink::kernel {

namespace {

constinit ResourceTree tree;

bool holds(const resource& r, std::uintptr_t start, std::uintptr_t last) {
  return r.start <= start && last <= r.end;
}

}  // namespace

ResourceTree& iomem() { return tree; }

resource* ResourceTree::take() {
  if (free_ != nullptr) return std::exchange(free_, free_->sibling);
  return taken_ < kMax ? &pool_[taken_++] : nullptr;
}

resource* ResourceTree::insert(resource*& first, resource* parent, std::uintptr_t start, std::size_t size,
                               const char* name, unsigned long flags) {
  const std::uintptr_t last = start + size - 1;
  if (size == 0 || last < start) return nullptr;
  resource** at = &first;
  while (*at != nullptr && (*at)->end < start) at = &(*at)->sibling;
  if (*at != nullptr && (*at)->start <= last) return nullptr;
  resource* const r = take();
  if (r == nullptr) return nullptr;
  *r = resource{start, last, name, flags, parent, *at, nullptr};
  *at = r;
  return r;
}

resource* ResourceTree::add_ram(PhysAddr start, std::size_t size, const char* name) {
  return insert(first_, nullptr, start.raw(), size, name, IORESOURCE_MEM | IORESOURCE_SYSTEM_RAM);
}

resource* ResourceTree::add_reserved(PhysAddr start, std::size_t size, const char* name) {
  for (resource* r = first_; r != nullptr; r = r->sibling) {
    if ((r->flags & IORESOURCE_SYSTEM_RAM) != 0 && holds(*r, start.raw(), start.raw() + size - 1)) {
      return insert(r->child, r, start.raw(), size, name, IORESOURCE_MEM | IORESOURCE_BUSY);
    }
  }
  return nullptr;
}

resource* ResourceTree::request(resource_size_t start, resource_size_t size, const char* name) {
  return insert(first_, nullptr, start, size, name, IORESOURCE_MEM | IORESOURCE_BUSY);
}

bool ResourceTree::release(resource_size_t start, resource_size_t size) {
  for (resource** at = &first_; *at != nullptr; at = &(*at)->sibling) {
    resource* const r = *at;
    if (r->start != start || resource_size(r) != size || (r->flags & IORESOURCE_BUSY) == 0) continue;
    *at = r->sibling;
    r->sibling = std::exchange(free_, r);
    return true;
  }
  return false;
}

void ResourceTree::show_level(TextSink& out, const resource* first, int depth) {
  for (const resource* r = first; r != nullptr; r = r->sibling) {
    print(out, "%*s%08lx-%08lx : %s\n", depth * 2, "", static_cast<unsigned long>(r->start),
          static_cast<unsigned long>(r->end), r->name);
    show_level(out, r->child, depth + 1);
  }
}

void ResourceTree::show(TextSink& out) const { show_level(out, first_, 0); }

}  // namespace mink::kernel

extern "C" {

struct resource* request_mem_region(resource_size_t start, resource_size_t n, const char* name) {
  return mink::kernel::iomem().request(start, n, name);
}

void release_mem_region(resource_size_t start, resource_size_t n) {
  if (mink::kernel::iomem().release(start, n)) return;
  printk(KERN_WARNING "Trying to free nonexistent resource <%08lx-%08lx>\n",
         static_cast<unsigned long>(start), static_cast<unsigned long>(start + n - 1));
  dump_stack();
}

}  // extern "C"
