// SPDX-License-Identifier: MIT
// What is said: /proc/vmallocinfo, refused frees, failed allocations.
#include <base/log.h>
#include <arch/irq.hpp>
#include <mm/vmalloc.hpp>

namespace mink::mm {
namespace {

const char* use_name(VmUse use) {
  switch (use) {
    case VmUse::Vmalloc:
      return "vmalloc";
    case VmUse::Vmap:
      return "vmap";
    case VmUse::Ioremap:
      return "ioremap";
  }
  return "?";
}

const char* freed_by(VmUse use) {
  switch (use) {
    case VmUse::Vmalloc:
      return "vfree";
    case VmUse::Vmap:
      return "vunmap";
    case VmUse::Ioremap:
      return "iounmap";
  }
  return "?";
}

void print_range(TextSink& out, std::uintptr_t start, std::uintptr_t end) {
  print(out, "0x%pK-0x%pK %7lu", reinterpret_cast<void*>(start), reinterpret_cast<void*>(end),
        static_cast<unsigned long>(end - start));
}

}  // namespace

bool VmallocSpace::next_area(std::uintptr_t at, VmRegion& area) const {
  const arch::IrqGuard guard;
  const VmRegion* const r = map_->busy_from(at);
  if (r != nullptr) area = *r;
  return r != nullptr;
}

// Linux 6.1's columns; areas by address, then what waits for the purge. A copy of each under the lock,
// printed outside.
void VmallocSpace::print_vmallocinfo(TextSink& out) const {
  VmRegion copy;
  for (std::uintptr_t cursor = start_; next_area(cursor, copy); cursor = copy.end()) {
    print_range(out, copy.start, copy.end());
    if (copy.caller != nullptr) print(out, " %pS", copy.caller);
    if (copy.use == VmUse::Vmalloc) print(out, " pages=%u", static_cast<unsigned>(copy.page_count));
    if (copy.use == VmUse::Ioremap) print(out, " phys=%pa", &copy.phys);
    print(out, " %s%s\n", use_name(copy.use), copy.user ? " user" : "");
  }
  for (std::size_t i = 0;; ++i) {
    RegionMap::Span span;
    {
      const arch::IrqGuard guard;
      span = map_->lazy_at(i);
    }
    if (span.start == span.end) break;
    print_range(out, span.start, span.end);
    print(out, " unpurged vm_area\n");
  }
}

const char* VmallocSpace::describe(const void* address) const {
  if (!contains(address)) return nullptr;
  const arch::IrqGuard guard;
  const VmRegion* r = map_->find(reinterpret_cast<std::uintptr_t>(address));
  if (r == nullptr) return "an address of vmalloc's range where no area is";
  const bool start = r->start == reinterpret_cast<std::uintptr_t>(address);
  switch (r->use) {
    case VmUse::Vmalloc:
      return start ? "a vmalloc area" : "inside a vmalloc area";
    case VmUse::Vmap:
      return start ? "a vmap area" : "inside a vmap area";
    case VmUse::Ioremap:
      return start ? "an ioremap area" : "inside an ioremap area";
  }
  return nullptr;
}

// Nothing was changed.
void VmallocSpace::refuse_free(const void* address, Asker who) {
  ++refused_;
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  VmRegion found;
  bool busy = false, freed = false;
  {
    const arch::IrqGuard guard;
    if (const VmRegion* r = map_->find(at)) {
      busy = true;
      found = *r;
    } else {
      freed = map_->waits_for_purge(at);
    }
  }
  if (busy && found.start == at) {
    printk(KERN_ERR "%s: %p is of %s, by %pS: %s it is freed with; refused (caller %pS)\n", who.name, address,
           use_name(found.use), found.caller, freed_by(found.use), who.caller);
  } else if (busy) {
    printk(KERN_ERR "%s: %p is inside the %s area at %p of %lu bytes, by %pS; refused (caller %pS)\n",
           who.name, address, use_name(found.use), reinterpret_cast<void*>(found.start),
           static_cast<unsigned long>(found.size - kPageSize), found.caller, who.caller);
  } else if (freed) {
    printk(KERN_ERR "%s: %p is freed already; refused (caller %pS)\n", who.name, address, who.caller);
  } else if (contains(address)) {
    printk(KERN_ERR "%s: %p: no area is there, or not any more; refused (caller %pS)\n", who.name, address,
           who.caller);
  } else if (pages_->page_of(address) != nullptr) {
    printk(KERN_ERR
           "%s: %p is linear mapped memory, of kmalloc or the page allocator; refused (caller %pS)\n",
           who.name, address, who.caller);
  } else {
    printk(KERN_ERR "%s: %p is not an address of vmalloc's; refused (caller %pS)\n", who.name, address,
           who.caller);
  }
}

void VmallocSpace::report_failure(std::size_t bytes, Err why, gfp_t gfp, Asker who) {
  if ((gfp & __GFP_NOWARN) != 0) return;
  const auto n = static_cast<unsigned long>(bytes);
  switch (why) {
    case Err::Inval:
      printk(KERN_ERR "%s: %lu bytes of what was asked for cannot be mapped; refused (caller %pS)\n",
             who.name, n, who.caller);
      break;
    case Err::Range:
      printk(KERN_ERR "%s: %lu bytes are more than there is memory or address space (caller %pS)\n", who.name,
             n, who.caller);
      break;
    case Err::NoSpace:
      printk(
          KERN_ERR
          "%s: no %lu bytes of address space in one piece, the largest hole is %lu: vmalloc=SIZE makes more "
          "(caller %pS)\n",
          who.name, n, static_cast<unsigned long>(figures().largest_hole), who.caller);
      break;
    default:
      printk(KERN_ERR "%s: no pages for %lu bytes, mode %#x(%pGg); all it took is given back (caller %pS)\n",
             who.name, n, gfp, &gfp, who.caller);
      break;
  }
}

}  // namespace mink::mm
