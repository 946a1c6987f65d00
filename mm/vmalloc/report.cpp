// SPDX-License-Identifier: MIT
// What is said: /proc/vmallocinfo, refused frees, failed allocations.
#include <base/log.h>
#include <arch/irq.hpp>
#include <mm/vmalloc.hpp>

#include "report/refusal.hpp"

namespace mink::mm {
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

namespace {

const char* what_is_meant(VmUse use) {
  switch (use) {
    case VmUse::Vmalloc:
      return "vfree is meant";
    case VmUse::Vmap:
      return "vunmap is meant";
    case VmUse::Ioremap:
      return "iounmap is meant";
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

VmallocSpace::Place VmallocSpace::look(const void* address, VmRegion& area) const {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  const arch::IrqGuard guard;
  if (const VmRegion* const r = map_->find(at); r != nullptr) {
    area = *r;
    return Place::Area;
  }
  return map_->waits_for_purge(at) ? Place::Freed : Place::Hole;
}

// Nothing was changed.
void VmallocSpace::refuse_free(const void* address, const Asker& who) {
  const char* wrong = "not an address of vmalloc's";
  VmRegion area;
  if (contains(address)) {
    switch (look(address, area)) {
      case Place::Hole:
        wrong = "no area is there";
        break;
      case Place::Freed:
        wrong = "double free";
        break;
      case Place::Area:
        wrong = area.start != reinterpret_cast<std::uintptr_t>(address) ? "not the start of an area"
                                                                        : what_is_meant(area.use);
        break;
    }
  }
  refuse(wrong, address, who);
}

void VmallocSpace::refuse(const char* wrong, Given given, const Asker& who) {
  ++refused_;
  report_refusal(Memory::around(*pages_, nullptr, this),
                 {.call = who.name, .given = given, .wrong = wrong, .caller = who.caller});
}

void VmallocSpace::report_failure(std::size_t bytes, Err why, gfp_t gfp, const Asker& who) {
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
