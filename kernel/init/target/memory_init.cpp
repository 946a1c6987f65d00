// SPDX-License-Identifier: MIT
// From the boot loader's list to the page allocator.
#include <base/log.h>
#include <algorithm>
#include <arch/kernel_map.hpp>
#include <arch/memory.hpp>
#include <base/sections.hpp>
#include <bit>
#include <inspect/kernel_faults.hpp>
#include <kernel/command_line.hpp>
#include <kernel/iomem.hpp>
#include <kernel/log_options.hpp>
#include <kernel/memory_init.hpp>
#include <kernel/sched.hpp>
#include <lib/cmdline.hpp>
#include <lib/log_sink.hpp>
#include <lib/vsnprintf.hpp>
#include <mm/dma.hpp>
#include <mm/gfp_names.hpp>
#include <mm/kernel_memory.hpp>
#include <mm/vmalloc_init.hpp>

namespace mink::kernel {

namespace {

struct State {
  PhysAddr ram_base;
  VirtAddr page_offset;
  VirtAddr vmalloc_end;
  VirtAddr kmap;
  VirtAddr mapped_end;  // what the first tables map
  BootData data;
  std::uint64_t named;  // data.memory's bytes, before mem=
  MemoryOptions options;
  MemoryPlan plan;
};
constinit State state{};

constexpr const char* kBootTables = "Boot tables";
constexpr std::size_t kRoomForTables = 64 * 1024;
constexpr std::size_t kBootTablesSize = 0x4000;  // below the image (linker/mink.ld)

mm::EarlyMemory& early() { return mm::kernel_memory().early; }

VirtAddr to_virt(PhysAddr pa) { return state.page_offset + (pa - state.ram_base); }
PhysAddr to_phys(const void* p) { return state.ram_base + (virt_of(p) - state.page_offset); }

void reserve(PhysAddr start, std::size_t size, const char* name) {
  if (const Err e = early().reserve(start, size, name); !ok(e)) {
    panic("reserving %s at 0x%08lx: error %d\n", name, static_cast<unsigned long>(start.raw()),
          static_cast<int>(e));
  }
}
void reserve(const char* from, const char* to, const char* name) {
  reserve(to_phys(from), static_cast<std::size_t>(to - from), name);
}

// Second-level tables before the page allocator: pages of early memory that the first tables map.
class EarlyTables final : public arch::TableSource {
 public:
  void* alloc_table_page() override {
    const auto pa =
        early().allocate(kPageSize, kPageSize, "Kernel page tables", mm::EarlyMemory::From::Bottom,
                         state.ram_base, state.ram_base + (state.mapped_end - state.page_offset));
    if (!pa) return nullptr;
    void* const page = ptr_of(to_virt(*pa));
    clear_page(page);
    return page;
  }
  void free_table_page(void*) override {}  // what the kernel's map holds, it holds for ever
};

constinit EarlyTables early_tables;

}  // namespace

const MemoryOptions& memory_options() { return state.options; }
const MemoryPlan& memory_plan() { return state.plan; }
std::uint64_t memory_in_boot_data() { return state.named; }
const MemoryBank& initrd() { return state.data.initrd; }

void read_boot_data(const arch::BootInfo& info, const BoardMemoryMap& map) {
  state.ram_base = info.ram_base;
  state.page_offset = map.page_offset;
  state.vmalloc_end = map.vmalloc_end;
  state.kmap = map.kmap;
  state.mapped_end = info.mapped_end;
  const AtagWindow window{info.ram_base,
                          {ptr_of<const std::byte>(map.page_offset), info.mapped_end - map.page_offset}};
  LogSink report{KERN_WARNING};
  state.data = parse_atags(window, info.atags, map.memory, report);
  if (state.data.list.size == 0 && info.atags != map.usual_atags) {
    print(report, "atags: trying the usual place, 0x%08lx\n",
          static_cast<unsigned long>(map.usual_atags.raw()));
    state.data = parse_atags(window, map.usual_atags, map.memory, report);
  }
  state.named = state.data.memory.total();
  set_command_line(state.data.command_line);
  printk(KERN_NOTICE "Kernel command line: %.*s\n", static_cast<int>(command_line().size()),
         command_line().data());
  state.options = parse_memory_options(CommandLine{command_line()}, state.ram_base, state.named, report);
  const LogOptions log = parse_log_options(CommandLine{command_line()}, report);
  set_console_loglevel(log.console_level);
  set_panic_action(log.panic);
}

void init_early_memory() {
  LogSink report{KERN_WARNING};
  const AddressSpace space{state.ram_base, state.page_offset, state.vmalloc_end, kPageSize << mm::kMaxOrder};
  state.plan = plan_memory(state.data.memory, space, state.options, report);
  const std::uint64_t total = state.data.memory.total();
  const std::size_t image_end = to_phys(__kernel_end) - state.ram_base;
  if (total < kLeastMemory || !state.data.memory.contains(state.ram_base, image_end)) {
    panic("mink needs %zu MB of memory from 0x%08lx on: there are %llu KB in %zu banks\n", kLeastMemory >> 20,
          static_cast<unsigned long>(state.ram_base.raw()), static_cast<unsigned long long>(total >> 10),
          state.data.memory.banks().size());
  }
  for (const MemoryBank& bank : state.data.memory.banks()) {
    if (const Err e = early().add_bank(bank.start, bank.size); !ok(e)) {
      panic("memory bank 0x%08lx: error %d\n", static_cast<unsigned long>(bank.start.raw()),
            static_cast<int>(e));
    }
  }
  // Its first page tables come to lie behind the image.
  if (state.data.initrd.size != 0 && state.data.initrd.start < state.ram_base + image_end + kRoomForTables) {
    print(report, "the initrd lies over the kernel, ignored\n");
    state.data.initrd = {};
  }
  reserve(__text_start, __rodata_end, "Kernel code");
  reserve(__data_start, __bss_end, "Kernel data");
  reserve(to_phys(__kernel_start) - kBootTablesSize, kBootTablesSize, kBootTables);
  if (state.data.list.size != 0) reserve(state.data.list.start, state.data.list.size, "ATAGs");
  if (state.data.initrd.size != 0) reserve(state.data.initrd.start, state.data.initrd.size, "Initrd");
}

void init_kernel_map() {
  arch::LowMemory
      low[MemoryBanks::kMax + 1];  // zone DMA, where coherent memory comes from, ends inside a bank
  std::size_t count = 0;
  for (const MemoryBank& bank : state.data.memory.banks()) {
    const std::uint64_t end = std::min<std::uint64_t>(bank.end(), state.plan.low_end.raw());
    const std::uint64_t dma_end = std::min<std::uint64_t>(end, state.plan.dma_end.raw());
    std::uint64_t at = bank.start.raw();
    for (const std::uint64_t to : {dma_end, end}) {
      if (at >= to) continue;
      low[count++] = {PhysAddr{static_cast<std::uintptr_t>(at)}, static_cast<std::size_t>(to - at),
                      to == dma_end};
      at = to;
    }
  }
  if (!ok(arch::build_kernel_map({low, count}, early_tables)))
    panic("no memory for the kernel's page tables\n");
  arch::switch_to_kernel_map();
  if (!ok(early().release(kBootTables))) panic("the boot tables are not reserved\n");
}

void init_page_allocator() {
  set_gfp_printer(mm::format_gfp);  // what fails from here on is reported with its flags
  const auto banks = early().banks();
  const Pfn start = pfn_of(banks.front().start), end = pfn_of(banks.back().end);
  const std::size_t bytes = align_up(mm::PageAllocator::storage_bytes(start, end), kPageSize);
  const auto storage = early().allocate(bytes, kPageSize, "Page structures", mm::EarlyMemory::From::Top,
                                        state.ram_base, state.plan.low_end);
  if (!storage) panic("no %zu KB in a row for the page structures\n", bytes >> 10);
  for (std::size_t at = 0; at < bytes; at += kPageSize) clear_page(ptr_of(to_virt(*storage + at)));

  mm::PageRange memory[mm::EarlyMemory::kMaxBanks], taken[mm::EarlyMemory::kMaxReservations];
  std::size_t memory_count = 0, taken_count = 0;
  for (const mm::EarlyRange& bank : banks) memory[memory_count++] = {pfn_of(bank.start), pfn_of(bank.end)};
  for (const mm::EarlyRange& range : early().reservations()) {  // whole pages; neighbours may share one
    mm::PageRange pages{pfn_of(range.start), pfn_of(range.end + (kPageSize - 1))};
    if (taken_count != 0 && pages.start < taken[taken_count - 1].end)
      pages.start = taken[taken_count - 1].end;
    if (pages.start < pages.end) taken[taken_count++] = pages;
  }
  mm::PageAllocatorConfig config{};
  config.memory = {memory, memory_count};
  config.reserved = {taken, taken_count};
  config.storage = ptr_of(to_virt(*storage));
  config.linear_base = state.page_offset;
  config.linear_start = pfn_of(state.ram_base);
  config.dma_end = pfn_of(state.plan.dma_end);
  config.highmem_start = pfn_of(state.plan.low_end);
  if (const Err e = mm::kernel_memory().pages.init(config); !ok(e)) {
    panic("the page allocator: error %d\n", static_cast<int>(e));
  }
  arch::set_table_source(mm::kernel_table_source());
}

void init_vmalloc() {
  const Err e =
      mm::init_kernel_vmalloc(state.plan.vmalloc_start, state.plan.vmalloc_end, arch::kernel_mapper());
  if (!ok(e)) panic("vmalloc: error %d\n", static_cast<int>(e));
  if (!state.plan.has_highmem()) return;
  if (const Err k = mm::init_kernel_kmap(state.kmap, arch::kernel_mapper()); !ok(k))
    panic("kmap: error %d\n", static_cast<int>(k));
}

void init_coherent_memory() {
  if (state.options.coherent == 0) return;
  const std::size_t bytes = std::bit_ceil(state.options.coherent);  // one block
  const Err e = mm::init_coherent_memory(bytes, arch::kernel_mapper());
  if (!ok(e)) {
    printk(KERN_WARNING "DMA: no %zu KB of coherent memory in zone DMA: error %d\n", bytes >> 10,
           static_cast<int>(e));
    return;
  }
  iomem().add_reserved(mm::coherent_memory().start(), bytes, "DMA coherent memory");
}

void init_failures() {
  LogSink report{KERN_WARNING};
  inspect::read_fault_options(CommandLine{command_line()}, report);
}

void begin_context_checks() {
  mm::kernel_memory().pages.begin_context_checks();
  mm::kernel_memory().vmalloc.begin_context_checks();
  begin_sleep_checks();
}

}  // namespace mink::kernel
