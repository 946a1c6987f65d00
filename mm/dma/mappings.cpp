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

bool valid(dma_data_direction direction) { return static_cast<unsigned>(direction) < DMA_NONE; }
arch::DmaFlow flow_of(dma_data_direction direction) { return static_cast<arch::DmaFlow>(direction); }

// Of what is refused anyway: is it, most likely, a variable of the caller's?
bool near_the_stack(const void* address) {
  constexpr std::uintptr_t kMost = 8192;
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  return reinterpret_cast<std::uintptr_t>(address) - (here - kMost) < 2 * kMost;
}
constexpr const char* kOnStack = "on the stack, which no device may write to: use kmalloc()";

}  // namespace

bool DmaMappings::refuse(const char* why, const void* address, std::size_t size, DmaAsker who) {
  ++refused_;
  printk(KERN_ERR "%s: %px, %zu bytes: %s; refused (caller %pS)\n", who.name, address, size, why, who.caller);
  return false;
}

// Memory that a device can be given: linear mapped, allocated, and no more of it than one owner has.
bool DmaMappings::usable(const void* address, std::size_t size, DmaAsker who) {
  const bool vmalloced = memory_.vmalloc.contains(address);
  const page* const p = memory_.pages.page_of(address);
  const page* const head = p != nullptr ? memory_.pages.block_head(p) : nullptr;
  const bool memory = head != nullptr && kind_of(*head) != PageKind::Reserved;
  if (!memory && near_the_stack(address)) return refuse(kOnStack, address, size, who);
  if (vmalloced) {
    return refuse(
        "vmalloc's address range, whose pages lie anywhere in memory: use kmalloc(), with GFP_DMA for a "
        "device "
        "that does not reach all of it",
        address, size, who);
  }
  if (p == nullptr) return refuse("no memory that has a linear address", address, size, who);
  if (coherent_memory().contains(address))
    return refuse("coherent memory is mapped already, by its handle", address, size, who);
  const auto found = memory_.slab.find(address);
  if (found.cache == nullptr) {
    return usable_pages(memory_.pages.phys_of_linear(virt_of(address)), size, address, who);
  }
  if (!found.allocated) return refuse("a slab object that is free", address, size, who);
  const std::size_t room = found.cache->object_size;
  if (found.offset > room || size > room - found.offset)
    return refuse("beyond the end of its slab object", address, size, who);
  return true;
}

// Block by block: single pages side by side may have been allocated together.
bool DmaMappings::usable_pages(PhysAddr at, std::size_t size, const void* address, DmaAsker who) {
  const std::uintptr_t end = pfn_of(at + (size - 1)).raw() + 1;
  for (std::uintptr_t frame = pfn_of(at).raw(); frame < end;) {
    const page* const p = memory_.pages.page_at(Pfn{frame});
    const page* const head = p != nullptr ? memory_.pages.block_head(p) : nullptr;
    if (head == nullptr) return refuse("where no memory is", address, size, who);
    switch (kind_of(*head)) {
      case PageKind::Allocated:
      case PageKind::Large:
      case PageKind::Vmalloc:
        break;
      case PageKind::Reserved:
        return refuse("reserved memory: the kernel's image, its mem_map or an initrd", address, size, who);
      case PageKind::Free:
      case PageKind::Listed:
        return refuse("a free page, or beyond the end of an allocated block", address, size, who);
      default:
        return refuse("a page of the kernel's own: a slab or a translation table", address, size, who);
    }
    frame = memory_.pages.pfn(head).raw() + (std::uintptr_t{1} << order_of(*head));
  }
  return true;
}

// Page by page where there is no linear address; the cache goes by physical address, so any window does.
void DmaMappings::hand_over(PhysAddr at, std::size_t size, arch::DmaFlow flow, bool to_cpu) {
  const auto turn = to_cpu ? arch::dma_to_cpu : arch::dma_to_device;
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

dma_addr_t DmaMappings::map_range(const device* dev, PhysAddr at, std::size_t size,
                                  dma_data_direction direction, bool by_page, DmaAsker who) {
  const dma_addr_t address = at.raw();
  if (dev != nullptr && dev->dma_mask != nullptr && u64{address} + (size - 1) > *dev->dma_mask) {
    ++refused_;
    printk(KERN_ERR "%s: 0x%08lx, %zu bytes: %s does not reach it; refused (caller %pS)\n", who.name,
           static_cast<unsigned long>(address), size, dev_name(dev), who.caller);
    return DMA_MAPPING_ERROR;
  }
  hand_over(at, size, flow_of(direction), false);
  const arch::IrqGuard guard;
  if (count_ < kMost) {
    table_[count_++] = {address, size, dev, who.caller, direction, by_page};
  } else {
    ++unnoted_;
  }
  return address;
}

dma_addr_t DmaMappings::map(const device* dev, const void* address, std::size_t size,
                            dma_data_direction direction, DmaAsker who) {
  bool fine = true;
  if (!valid(direction)) {
    fine = refuse("no direction", address, size, who);
  } else if (size == 0) {
    fine = refuse("nothing to map", address, size, who);
  } else if (virt_of(address) + (size - 1) < virt_of(address)) {
    fine = refuse("ends beyond all addresses", address, size, who);
  } else {
    fine = usable(address, size, who);
  }
  if (!fine) return DMA_MAPPING_ERROR;
  return map_range(dev, memory_.pages.phys_of_linear(virt_of(address)), size, direction, false, who);
}

dma_addr_t DmaMappings::map_page(const device* dev, page* p, std::size_t offset, std::size_t size,
                                 dma_data_direction direction, DmaAsker who) {
  bool fine = memory_.pages.contains(p);
  if (!fine) {
    refuse("no page of memory", p, size, who);
  } else if (!valid(direction)) {
    fine = refuse("no direction", p, size, who);
  } else if (size == 0 || offset + size < size) {
    fine = refuse(size == 0 ? "nothing to map" : "ends beyond all addresses", p, size, who);
  } else {
    const PhysAddr at = memory_.pages.phys(p) + offset;
    fine = at.raw() + (size - 1) >= at.raw() || refuse("ends beyond all addresses", p, size, who);
    fine =
        fine && (kind_of(*memory_.pages.block_head(p)) == PageKind::Slab || usable_pages(at, size, p, who));
  }
  if (!fine) return DMA_MAPPING_ERROR;
  return map_range(dev, memory_.pages.phys(p) + offset, size, direction, true, who);
}

void DmaMappings::unmap(const device* dev, dma_addr_t address, std::size_t size, dma_data_direction direction,
                        bool by_page, DmaAsker who) {
  const char* wrong = nullptr;
  Mapping found{};
  {
    const arch::IrqGuard guard;
    std::size_t i = count_;
    // Of several mappings of one address the one that fits.
    std::size_t exact = count_;
    for (std::size_t k = 0; k < count_; ++k) {
      if (table_[k].at != address) continue;
      i = k;
      if (table_[k].size == size && table_[k].direction == direction) exact = k;
    }
    if (exact != count_) i = exact;
    if (i == count_) {
      if (unnoted_ != 0 && size != 0 && valid(direction)) {
        --unnoted_;
        found = {address, size, dev, who.caller, direction, by_page};
      } else {
        wrong = "nothing is mapped there, or not any more";
      }
    } else {
      found = table_[i];
      if (found.size != size)
        wrong = "mapped with another size";
      else if (found.direction != direction)
        wrong = "mapped with another direction";
      else if (found.dev != dev)
        wrong = "mapped for another device";
      else if (found.by_page != by_page)
        wrong = found.by_page ? "mapped by dma_map_page" : "mapped by dma_map_single";
      else
        table_[i] = table_[--count_];
    }
  }
  if (wrong == nullptr) return hand_over(PhysAddr{address}, size, flow_of(direction), true);
  ++refused_;
  printk(KERN_ERR "%s: 0x%08lx, %zu bytes: %s; refused (caller %pS)\n", who.name,
         static_cast<unsigned long>(address), size, wrong, who.caller);
  if (found.size != 0) {
    printk(KERN_ERR "  it was mapped with %zu bytes, %s, by %pS\n", found.size, kDirections[found.direction],
           found.caller);
  }
}

void DmaMappings::sync(dma_addr_t address, std::size_t size, dma_data_direction direction, bool for_cpu,
                       DmaAsker who) {
  const char* wrong = size == 0 ? "nothing to hand over" : valid(direction) ? nullptr : "no direction";
  if (wrong == nullptr) {
    const arch::IrqGuard guard;
    wrong = unnoted_ != 0 ? nullptr : "nothing is mapped there, or less";
    for (std::size_t i = 0; i < count_; ++i) {
      const Mapping& m = table_[i];
      if (address - m.at >= m.size || size > m.size - (address - m.at)) continue;
      wrong = m.direction == direction ? nullptr : "mapped with another direction";
      if (wrong == nullptr) break;
    }
  }
  if (wrong == nullptr) return hand_over(PhysAddr{address}, size, flow_of(direction), for_cpu);
  ++refused_;
  printk(KERN_ERR "%s: 0x%08lx, %zu bytes: %s; refused (caller %pS)\n", who.name,
         static_cast<unsigned long>(address), size, wrong, who.caller);
}

void DmaMappings::print(TextSink& out) const {
  for (std::size_t i = 0;; ++i) {
    Mapping m{};
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
