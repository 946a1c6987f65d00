// SPDX-License-Identifier: MIT
// The borders of memory.
#include <algorithm>
#include <kernel/memory_plan.hpp>
#include <lib/parse.hpp>

namespace mink::kernel {

namespace {

using Size = std::uint64_t;

void ignore(TextSink& report, const char* name, Size value, const char* why) {
  print(report, "%s=%lluK %s, ignored\n", name, static_cast<unsigned long long>(value >> 10), why);
}

// The address above which `bytes` of memory lie: nothing if there is less.
std::optional<Size> split_from_top(const MemoryBanks& banks, Size bytes) {
  const auto all = banks.banks();
  for (std::size_t i = all.size(); i-- != 0;) {
    if (bytes <= all[i].size) return all[i].end() - bytes;
    bytes -= all[i].size;
  }
  return std::nullopt;
}

Size bytes_below(const MemoryBanks& banks, Size border) {
  Size bytes = 0;
  for (const MemoryBank& bank : banks.banks()) {
    if (bank.start.raw() < border) bytes += std::min<Size>(bank.end(), border) - bank.start.raw();
  }
  return bytes;
}

Size vmalloc_reserve(const AddressSpace& space, const MemoryOptions& options, TextSink& report) {
  if (!options.vmalloc) return kVmallocDefault;
  const Size most = space.vmalloc_end.raw() - space.page_offset.raw() - kVmallocGap - 2 * kLowMemoryMin;
  if (*options.vmalloc < kVmallocMin) {
    ignore(report, "vmalloc", *options.vmalloc, "is less than 16 MB");
  } else if (*options.vmalloc > most) {
    ignore(report, "vmalloc", *options.vmalloc, "leaves no room for low memory");
  } else {
    return *options.vmalloc;
  }
  return kVmallocDefault;
}

// Low memory ends where the memory ends, or the address space does, or highmem= says.
Size low_end(const MemoryBanks& banks, Size ram_end, const AddressSpace& space, const MemoryOptions& options,
             TextSink& report) {
  const Size reserve = vmalloc_reserve(space, options, report);
  const Size room = space.vmalloc_end.raw() - reserve - kVmallocGap - space.page_offset.raw();
  const Size limit = (space.ram_base.raw() + room) & ~Size{space.block - 1};
  const Size end = std::min<Size>(ram_end, limit);
  if (!options.highmem || *options.highmem == 0) return end;
  const auto asked = split_from_top(banks, *options.highmem);
  const Size border = asked ? *asked & ~Size{space.block - 1} : 0;
  if (bytes_below(banks, border) < kLowMemoryMin) {
    ignore(report, "highmem", *options.highmem, "leaves less than 16 MB of low memory");
    return end;
  }
  return std::min(end, border);
}

Size dma_end(Size low, const AddressSpace& space, const MemoryOptions& options) {
  const Size bytes = options.dma ? *options.dma : Size{space.dma_bytes};
  if (!options.dma && space.dma_bytes == 0) return space.ram_base.raw();
  const Size rounded = (std::min(bytes, low - space.ram_base.raw()) + space.block - 1) & ~Size{space.block - 1};
  return std::min(low, space.ram_base.raw() + rounded);
}

std::optional<Size> read_size(const CommandLine& line, const char* name, TextSink& report) {
  const auto option = line.find(name);
  if (!option) return std::nullopt;
  const ParsedNumber number = parse_size(option->value, UINT32_MAX);
  if (option->has_value && number.ok()) return number.value;
  print(report, "%s=%.*s %s, ignored\n", name, static_cast<int>(std::min<std::size_t>(option->value.size(), 40)),
        option->value.data() != nullptr ? option->value.data() : "", describe(number.error));
  return std::nullopt;
}

}  // namespace

MemoryOptions read_memory_options(const CommandLine& line, TextSink& report) {
  MemoryOptions options;
  options.mem = read_size(line, "mem", report);
  options.highmem = read_size(line, "highmem", report);
  options.vmalloc = read_size(line, "vmalloc", report);
  options.dma = read_size(line, "dma", report);
  options.kmalloc_max = read_size(line, "kmalloc_max", report);
  return options;
}

MemoryPlan plan_memory(MemoryBanks& banks, const AddressSpace& space, const MemoryOptions& options, TextSink& report) {
  if (options.mem) {
    if (*options.mem < kLowMemoryMin) {
      ignore(report, "mem", *options.mem, "is less than 16 MB");
    } else {
      banks.limit(*options.mem);
    }
  }
  const Size ram_end = banks.empty() ? space.ram_base.raw() : banks.banks().back().end();
  const Size low = low_end(banks, ram_end, space, options, report);
  MemoryPlan plan;
  plan.low_end = PhysAddr{static_cast<std::uintptr_t>(low)};
  plan.ram_end = PhysAddr{static_cast<std::uintptr_t>(ram_end)};
  plan.dma_end = PhysAddr{static_cast<std::uintptr_t>(dma_end(low, space, options))};
  plan.high_memory = space.page_offset + static_cast<std::uintptr_t>(low - space.ram_base.raw());
  // As Linux: the next multiple of 8 MB, at least a page short of a whole gap away.
  plan.vmalloc_start = VirtAddr{(plan.high_memory.raw() + kVmallocGap) & ~(std::uintptr_t{kVmallocGap} - 1)};
  plan.vmalloc_end = space.vmalloc_end;
  return plan;
}

}  // namespace mink::kernel
