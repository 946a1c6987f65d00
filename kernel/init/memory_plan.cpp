// SPDX-License-Identifier: MIT
// The borders of memory. In 64 bits: memory may end at 2^32.
#include <algorithm>
#include <kernel/memory_plan.hpp>

namespace mink::kernel {

namespace {

using Size = std::uint64_t;

// The address above which `bytes` of memory lie; 0 if there is less than that.
Size split_from_top(const MemoryBanks& banks, Size bytes) {
  const auto all = banks.banks();
  for (std::size_t i = all.size(); i-- != 0;) {
    if (bytes <= all[i].size) return all[i].end() - bytes;
    bytes -= all[i].size;
  }
  return 0;
}

Size bytes_below(const MemoryBanks& banks, Size border) {
  Size bytes = 0;
  for (const MemoryBank& bank : banks.banks()) {
    if (bank.start.raw() < border) bytes += std::min<Size>(bank.end(), border) - bank.start.raw();
  }
  return bytes;
}

// Low memory ends where memory ends, or the address space does, or highmem= says.
Size low_end_of(const MemoryBanks& banks, Size ram_end, const AddressSpace& space,
                const MemoryOptions& options, TextSink& report) {
  const Size mask = ~Size{space.block - 1};
  const Size room = space.vmalloc_end - space.page_offset - options.vmalloc - kVmallocGap;
  const Size end = std::min<Size>(ram_end, (space.ram_base.raw() + room) & mask);
  if (options.highmem == 0) return end;
  const Size border = split_from_top(banks, options.highmem) & mask;
  if (bytes_below(banks, border) < kLeastMemory) {
    print(report, "highmem=%zuM leaves less than %zuM of low memory, ignored\n", options.highmem >> 20,
          kLeastMemory >> 20);
    return end;
  }
  return std::min(end, border);
}

PhysAddr address(Size a) { return PhysAddr{static_cast<std::uintptr_t>(a)}; }

}  // namespace

MemoryPlan plan_memory(MemoryBanks& banks, const AddressSpace& space, const MemoryOptions& options,
                       TextSink& report) {
  banks.limit(options.mem);
  const Size base = space.ram_base.raw();
  const Size ram_end = banks.empty() ? base : banks.banks().back().end();
  const Size low = low_end_of(banks, ram_end, space, options, report);
  const Size block = space.block;
  const Size dma = base + ((options.dma + block - 1) & ~(block - 1));

  MemoryPlan plan;
  plan.low_end = address(low);
  plan.ram_end = address(ram_end);
  plan.dma_end = address(std::min(low, dma));
  plan.high_memory = space.page_offset + static_cast<std::uintptr_t>(low - base);
  // Linux's rule: the multiple of 8 MB that follows, so that the gap is at most that and never nothing.
  plan.vmalloc_start = VirtAddr{align_down(plan.high_memory.raw() + kVmallocGap, kVmallocGap)};
  plan.vmalloc_end = space.vmalloc_end;
  return plan;
}

}  // namespace mink::kernel
