// SPDX-License-Identifier: MIT
// Memory made short, and who has it: pressure and top.
#include <linux/gfp.h>
#include <algorithm>
#include <kernel/reclaim.hpp>
#include <mm/kernel_memory.hpp>

#include "commands/families.hpp"
#include "pressure/pressure.hpp"

namespace mink::shell {
namespace {

constexpr std::size_t kKibPerPage = kPageSize / 1024;
constexpr std::uint64_t kMostSeconds = 24 * 3600;

struct Level {
  std::string_view name;
  PressureLevel level;
};
constexpr Level kLevels[] = {
    {"min", PressureLevel::Min}, {"low", PressureLevel::Low}, {"high", PressureLevel::High}};

void show_pressure(TextSink& out) {
  if (!pressure().holding()) {
    print(out, "nothing is held\n");
    return;
  }
  print(out, "%zu kB held;", pressure().held_pages() * kKibPerPage);
  const mm::PageAllocator& pages = mm::kernel_memory().pages;
  for (unsigned z = 0; z < mm::kZones; ++z) {
    const auto type = static_cast<mm::ZoneType>(z);
    const mm::Zone& zone = pages.zone(type);
    if (!zone.populated()) continue;
    print(out, " %s: %zu pages free (min %zu low %zu high %zu)", mm::zone_name(type), pages.free_pages(type),
          zone.mark.min, zone.mark.low, zone.mark.high);
  }
  print(out, "\n");
}

int run_pressure(Args& args, TextSink& out) {
  if (args.size() == 0 || (args.size() == 1 && args[0] == "show")) {
    show_pressure(out);
    return kOk;
  }
  if (args[0] == "release") {
    if (!args.expect(1, 1)) return kUsage;
    if (pressure().release()) return kOk;
    print(out, "pressure: nothing is held\n");
    return kFailed;
  }
  if (args[0] != "hold") return args.usage("hold, release or show");
  if (!args.expect(2, 3)) return kUsage;
  const auto* const level = std::ranges::find(kLevels, args[1], &Level::name);
  if (level == std::end(kLevels)) return args.usage("the level is min, low or high");
  const auto seconds = args.size() > 2 ? args.number(2, "SECONDS", 1, kMostSeconds) : std::uint64_t{0};
  if (!seconds) return kUsage;
  if (!pressure().hold(level->level, static_cast<unsigned>(*seconds))) {
    print(out, "pressure: no memory for its thread\n");
    return kFailed;
  }
  show_pressure(out);
  return kOk;
}

void print_use(TextSink& out, std::size_t pages, const char* what) {
  if (pages != 0) print(out, "%10zu  %s\n", pages * kKibPerPage, what);
}

int run_top(Args& args, TextSink& out) {
  if (!args.expect(0, 0)) return kUsage;
  const mm::KernelMemory& memory = mm::kernel_memory();
  const std::size_t managed = memory.pages.managed_pages(), free = memory.pages.free_pages();
  std::size_t slab = 0;
  for (const kmem_cache& cache : mm::kernel_memory().slab.caches())
    slab += static_cast<std::size_t>(cache.slab_count) << cache.order;
  const auto vmalloc = memory.vmalloc.figures();
  const std::size_t held = pressure().held_pages();
  const std::size_t known = slab + vmalloc.owned_pages + vmalloc.table_pages + held;
  print(out, "        kB  of %zu kB\n", managed * kKibPerPage);
  print_use(out, free, "free");
  print_use(out, slab, "slab caches");
  print_use(out, vmalloc.owned_pages, "vmalloc, the threads' stacks among it");
  print_use(out, vmalloc.table_pages, "tables of mappings");
  print_use(out, held, "held by `pressure`");
  print_use(out, managed - free > known ? managed - free - known : 0, "pages of others");
  kernel::show_memory_users(out);
  return kOk;
}

constexpr Command kCommands[] = {
    {.name = "pressure",
     .usage = "hold min|low|high [SECONDS]\nrelease\nshow",
     .summary = "keeps free memory at a mark, to watch what others do then",
     .example = "pressure hold low 60",
     .run = run_pressure,
     .details = "A thread takes what others free and gives back what they take, until `pressure release`\n"
                "or for SECONDS. `cat zoneinfo` and `cat vmstat` show what comes of it.",
     .completions = "hold release show"},
    {.name = "top",
     .usage = "",
     .summary = "who has the memory: by use, the largest caches, threads that count theirs, callers",
     .example = "top",
     .run = run_top,
     .details = "Callers of pages are always known; those of slab objects with track=on on the kernel's "
                "command line."},
};

}  // namespace

constinit const Family kPressureFamily{"Memory made short", kCommands};

}  // namespace mink::shell
