// SPDX-License-Identifier: MIT
// Momentary windows, a stack; see <mm/kmap.hpp>.
#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <mm/kmap.hpp>

namespace mink::mm {

Err LocalWindows::init(arch::PageMapper& mapper, VirtAddr start, PhysAddr any_page) {
  for (unsigned i = 0; i < kSlots; ++i) {
    const VirtAddr window = start + i * kWindowStride;
    if (const Err e = mapper.map_run(window, any_page, 1, arch::kKernelData); !ok(e)) return e;
    mapper.unmap_run(window, 1);
  }
  mapper.purge(start, start + kSlots * kWindowStride);
  start_ = start;
  mapper_ = &mapper;
  return Err::Ok;
}

void* LocalWindows::map(PhysAddr page) {
  const arch::IrqGuard guard;
  if (!ready()) return nullptr;
  if (depth_ == kSlots) panic("kmap_local_page: %u windows are open and none is released\n", kSlots);
  if (!ok(mapper_->map_run(at(depth_), page, 1, arch::kKernelData))) return nullptr;
  page_[depth_] = page;
  return ptr_of<void>(at(depth_++));
}

void LocalWindows::drop_top() {
  --depth_;
  mapper_->unmap_run(at(depth_), 1);
  mapper_->purge(at(depth_), at(depth_) + kPageSize);
}

void LocalWindows::unmap(const void* address, const void* caller) {
  const arch::IrqGuard guard;
  const auto i = static_cast<unsigned>((virt_of(address) - start_) / kWindowStride);
  if (i >= depth_ || (released_ >> i & 1) != 0) {
    printk(KERN_ERR "BUG: kunmap_local of 0x%08lx, which is not open, at %pS\n",
           static_cast<unsigned long>(virt_of(address).raw()), caller);
    dump_stack();
    return;
  }
  if (i + 1 != depth_) {
    printk(KERN_ERR
           "BUG: kunmap_local of window %u while window %u is open, at %pS: release the last one first\n",
           i, depth_ - 1, caller);
    dump_stack();
    released_ |= 1u << i;
    return;
  }
  drop_top();
  while (depth_ != 0 && (released_ >> (depth_ - 1) & 1) != 0) {
    drop_top();
    released_ &= ~(1u << depth_);
  }
}

void LocalWindows::save(Saved& out) {
  out.depth = static_cast<std::uint16_t>(depth_);
  out.released = static_cast<std::uint16_t>(released_);
  for (unsigned i = 0; i < out.depth; ++i) out.page[i] = page_[i];
  while (depth_ != 0) drop_top();
  released_ = 0;
}

void LocalWindows::restore(const Saved& saved) {
  MINK_ASSERT(depth_ == 0);
  for (unsigned i = 0; i < saved.depth; ++i) {
    const Err e = mapper_->map_run(at(i), saved.page[i], 1, arch::kKernelData);
    MINK_ASSERT(ok(e));  // the tables are there since init()
    page_[i] = saved.page[i];
  }
  depth_ = saved.depth;
  released_ = saved.released;
}

}  // namespace mink::mm
