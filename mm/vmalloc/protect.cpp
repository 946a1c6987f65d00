// SPDX-License-Identifier: MIT
// Rights of what vmalloc gave: read-only data, executable text.
#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <mm/vmalloc.hpp>

namespace mink::mm {
namespace {

arch::PageAttr changed(arch::PageAttr attr, VmallocSpace::RightsChange change) {
  attr.write = change.write.value_or(attr.write);
  attr.exec = change.exec.value_or(attr.exec);
  return attr;
}

}  // namespace

Err VmallocSpace::protect(const void* address, std::size_t pages, RightsChange change, const Asker& who) {
  const VirtAddr start = virt_of(address);
  const auto refuse = [&](const char* why) {
    ++refused_;
    printk(KERN_ERR "%s: %p, %zu pages: %s; refused (caller %pS)\n", who.name, address, pages, why,
           who.caller);
    return Err::Inval;
  };
  {
    const arch::IrqGuard guard;
    const VmRegion* r = map_->find(start.raw());
    const bool inside = r != nullptr && r->use == VmUse::Vmalloc && is_aligned(start.raw(), kPageSize) &&
                        pages <= r->page_count - (start.raw() - r->start) / kPageSize;
    if (!inside) return refuse("not pages of one vmalloc area");
  }
  for (std::size_t i = 0; i < pages; ++i) {
    const auto now = mapper_->translate(start + i * kPageSize);
    if (!now) return refuse("not mapped");
    const arch::PageAttr wanted = changed(now->attr, change);
    if (wanted.write && wanted.exec) return refuse("nothing may be writable and executable");
  }
  for (std::size_t i = 0; i < pages;) {
    // As long as the pages have the same rights.
    const arch::PageAttr before = mapper_->translate(start + i * kPageSize)->attr;
    std::size_t run = 1;
    while (i + run < pages && mapper_->translate(start + (i + run) * kPageSize)->attr == before) ++run;
    const arch::PageAttr after = changed(before, change);
    if (after != before) MINK_ASSERT(ok(mapper_->protect_run(start + i * kPageSize, run, after)));
    i += run;
  }
  return Err::Ok;
}

}  // namespace mink::mm
