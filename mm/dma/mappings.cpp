// SPDX-License-Identifier: MIT
// Buffers handed to a device and back, and what is wrong with those that are refused.
#include <linux/highmem.h>

#include <algorithm>
#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <mm/dma.hpp>
#include <mm/kernel_memory.hpp>

namespace mink::mm {
namespace {

constexpr const char* kDirections[] = {"both ways", "to the device", "from the device"};

// Of what is refused anyway: is it, most likely, a variable of the caller's?
bool near_the_stack(const void* address) {
  constexpr std::uintptr_t kMost = 8192;
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  return reinterpret_cast<std::uintptr_t>(address) - (here - kMost) < 2 * kMost;
}

// What is wrong with `size` bytes from `start` on, wherever that is; nullptr: nothing.
const char* wrong_range(const DmaCall& call, std::uintptr_t start) {
  if (static_cast<unsigned>(call.direction) >= DMA_NONE) return "no direction";
  if (call.size == 0) return "nothing to hand over";
  return start + (call.size - 1) < start ? "ends beyond all addresses" : nullptr;
}

// How the unmap differs from the map; nullptr: it does not.
const char* difference(const DmaCall& map, const DmaCall& unmap) {
  if (map.size != unmap.size) return "mapped with another size";
  if (map.direction != unmap.direction) return "mapped with another direction";
  if (map.dev != unmap.dev) return "mapped for another device";
  return map.by_page == unmap.by_page ? nullptr : "mapped by the other of dma_map_single and dma_map_page";
}

}  // namespace

void refuse_dma(const DmaCall& call, const char* whose, const char* why) {
  printk(KERN_ERR "%s: %s: 0x%08lx, %zu bytes: %s; refused (caller %pS)\n", call.name, whose,
         static_cast<unsigned long>(call.at), call.size, why, call.caller);
}

void DmaMappings::refuse(const DmaCall& call, const char* why) {
  ++refused_;
  refuse_dma(call, dev_name(call.dev), why);
}

// Why a device cannot be given it; nullptr: it is linear mapped, allocated, and no more than one owner has.
const char* DmaMappings::unusable(const void* address, std::size_t size) const {
  const page* const p = memory_.pages.page_of(address);
  const page* const head = p != nullptr ? memory_.pages.block_head(p) : nullptr;
  const bool memory = head != nullptr && kind_of(*head) != PageKind::Reserved;
  if (!memory && near_the_stack(address)) return "on the stack, which no device may write to: use kmalloc()";
  if (memory_.vmalloc.contains(address)) {
    return "vmalloc's address range, whose pages lie anywhere in memory: use kmalloc(), with GFP_DMA for a "
           "device "
           "that does not reach all of it";
  }
  if (p == nullptr) return "no memory that has a linear address";
  if (coherent_memory().contains(address)) return "coherent memory is mapped already, by its handle";
  const auto found = memory_.slab.find(address);
  if (found.cache == nullptr) return unusable_pages(memory_.pages.phys_of_linear(virt_of(address)), size);
  if (!found.allocated) return "a slab object that is free";
  const std::size_t room = found.cache->object_size;
  return found.offset > room || size > room - found.offset ? "beyond the end of its slab object" : nullptr;
}

// Block by block: single pages side by side may have been allocated together.
const char* DmaMappings::unusable_pages(PhysAddr at, std::size_t size) const {
  const std::uintptr_t end = pfn_of(at + (size - 1)).raw() + 1;
  for (std::uintptr_t frame = pfn_of(at).raw(); frame < end;) {
    const page* const p = memory_.pages.page_at(Pfn{frame});
    const page* const head = p != nullptr ? memory_.pages.block_head(p) : nullptr;
    if (head == nullptr) return "where no memory is";
    const PageKind kind = kind_of(*head);
    if (kind == PageKind::Reserved) return "reserved memory: the kernel's image, its mem_map or an initrd";
    if (kind < PageKind::Allocated) return "a free page, or beyond the end of an allocated block";
    if (kind == PageKind::Slab || kind == PageKind::PageTable)
      return "a page of the kernel's own: a slab or a translation table";
    frame = memory_.pages.pfn(head).raw() + (std::uintptr_t{1} << order_of(*head));
  }
  return nullptr;
}

// Page by page where there is no linear address; the cache goes by physical address, so any window does.
void DmaMappings::hand_over(PhysAddr at, const DmaCall& call, bool to_cpu) {
  const auto turn = to_cpu ? arch::dma_to_cpu : arch::dma_to_device;
  const auto flow = static_cast<arch::DmaFlow>(call.direction);
  std::size_t size = call.size;
  page* p = memory_.pages.page_at(pfn_of(at));
  std::size_t offset = at.raw() % kPageSize;
  if (void* const linear = memory_.pages.address(p); linear != nullptr) {
    turn(virt_of(linear) + offset, size, flow);
    return;
  }
  for (; size != 0; ++p, offset = 0) {
    const std::size_t part = std::min(size, kPageSize - offset);
    void* const window = kmap_local_page(p);
    turn(virt_of(window) + offset, part, flow);
    kunmap_local(window);
    size -= part;
  }
}

// The end of every map: the buffer is handed over and noted, or refused.
dma_addr_t DmaMappings::note(const DmaCall& call, PhysAddr at, const char* wrong) {
  if (wrong == nullptr && call.dev != nullptr && call.dev->dma_mask != nullptr &&
      u64{at.raw()} + (call.size - 1) > *call.dev->dma_mask)
    wrong = "the device does not reach it";
  if (wrong != nullptr) {
    refuse(call, wrong);
    return DMA_MAPPING_ERROR;
  }
  hand_over(at, call, false);
  const arch::IrqGuard guard;
  if (count_ < kMost) {
    table_[count_] = call;
    table_[count_++].at = at.raw();
  } else {
    ++unnoted_;
  }
  return at.raw();
}

dma_addr_t DmaMappings::map(const DmaCall& call) {
  const char* wrong = wrong_range(call, call.at);
  if (wrong == nullptr) wrong = unusable(ptr_of(VirtAddr{call.at}), call.size);
  return note(call, memory_.pages.phys_of_linear(VirtAddr{call.at}), wrong);
}

dma_addr_t DmaMappings::map_page(const DmaCall& call, std::size_t offset) {
  auto* const p = reinterpret_cast<page*>(call.at);
  if (!memory_.pages.contains(p)) return note(call, {}, "no page of memory");
  const PhysAddr at = memory_.pages.phys(p) + offset;
  const char* wrong = at < memory_.pages.phys(p) ? "ends beyond all addresses" : wrong_range(call, at.raw());
  if (wrong == nullptr && kind_of(*memory_.pages.block_head(p)) != PageKind::Slab)
    wrong = unusable_pages(at, call.size);
  return note(call, at, wrong);
}

void DmaMappings::unmap(const DmaCall& call) {
  const char* wrong = "nothing is mapped there, or not any more";
  DmaCall like{};
  {
    const arch::IrqGuard guard;
    // Of several mappings of one address the one that fits.
    std::size_t i = 0;
    for (; i < count_; ++i) {
      if (table_[i].at != call.at) continue;
      like = table_[i];
      wrong = difference(like, call);
      if (wrong == nullptr) break;
    }
    if (wrong == nullptr) {
      table_[i] = table_[--count_];
    } else if (like.size == 0 && unnoted_ != 0 && wrong_range(call, call.at) == nullptr) {
      --unnoted_;
      wrong = nullptr;
    }
  }
  if (wrong == nullptr) return hand_over(PhysAddr{call.at}, call, true);
  refuse(call, wrong);
  if (like.size != 0) {
    printk(KERN_ERR "  it was mapped with %zu bytes, %s, by %s (caller %pS)\n", like.size,
           kDirections[like.direction], like.name, like.caller);
  }
}

void DmaMappings::sync(const DmaCall& call, bool for_cpu) {
  const char* wrong = wrong_range(call, call.at);
  if (wrong == nullptr) {
    const arch::IrqGuard guard;
    wrong = unnoted_ != 0 ? nullptr : "nothing is mapped there, or less";
    for (std::size_t i = 0; i < count_; ++i) {
      const DmaCall& m = table_[i];
      if (call.at - m.at >= m.size || call.size > m.size - (call.at - m.at)) continue;
      wrong = m.direction == call.direction ? nullptr : "mapped with another direction";
      if (wrong == nullptr) break;
    }
  }
  if (wrong == nullptr) return hand_over(PhysAddr{call.at}, call, for_cpu);
  refuse(call, wrong);
}

void DmaMappings::print(TextSink& out) const {
  for (std::size_t i = 0;; ++i) {
    DmaCall m{};
    {
      const arch::IrqGuard guard;
      if (i >= count_) return;
      m = table_[i];
    }
    mink::print(out, "  0x%08lx %zu bytes %s, %s, by %pS\n", static_cast<unsigned long>(m.at), m.size,
                kDirections[m.direction], dev_name(m.dev), m.caller);
  }
}

}  // namespace mink::mm
