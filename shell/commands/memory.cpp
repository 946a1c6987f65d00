// SPDX-License-Identifier: MIT
// Memory as a whole: free, gfp, check.
#include <linux/gfp_types.h>
#include <linux/vmalloc.h>
#include <bit>
#include <inspect/census.hpp>
#include <inspect/fragments.hpp>
#include <inspect/why.hpp>
#include <mm/gfp_names.hpp>
#include <mm/kernel_memory.hpp>

#include "commands/families.hpp"
#include "gfp_argument.hpp"
#include "gfp_test/gfp_test.hpp"
#include "memory_state.hpp"

namespace mink::shell {
namespace {

constexpr std::size_t kKibPerPage = kPageSize / 1024;

int run_free(Args& args, TextSink& out) {
  if (!args.expect(0, 0)) return kUsage;
  const mm::PageAllocator& pages = mm::kernel_memory().pages;
  print(out, "kB       %10s %10s %10s   marks of free pages: min low high\n", "total", "used", "free");
  for (unsigned i = 0; i < mm::kZones; ++i) {
    const auto type = static_cast<mm::ZoneType>(i);
    const mm::Zone& zone = pages.zone(type);
    if (!zone.populated()) continue;
    const std::size_t free = pages.free_pages(type);
    print(out, "%-8s %10zu %10zu %10zu   %zu %zu %zu\n", mm::zone_name(type), zone.managed * kKibPerPage,
          (zone.managed - free) * kKibPerPage, free * kKibPerPage, zone.mark.min, zone.mark.low,
          zone.mark.high);
  }
  const std::size_t managed = pages.managed_pages(), free = pages.free_pages();
  print(out, "%-8s %10zu %10zu %10zu   besides, %zu kB are the kernel's image and its mem_map\n", "all",
        managed * kKibPerPage, (managed - free) * kKibPerPage, free * kKibPerPage,
        (present_page_count() - managed) * kKibPerPage);
  return kOk;
}

// Without a mask: what there is to explain.
void list_gfp(TextSink& out) {
  mm::GfpName row{};
  for (unsigned n = 0; mm::gfp_group(n, row); ++n)
    print(out, "%-24s 0x%08x  %s\n", row.name, row.mask, row.meaning);
  for (unsigned n = 0; mm::gfp_flag(n, row); ++n)
    print(out, "%-24s 0x%08x  %s\n", row.name, row.mask, row.meaning);
}

int run_gfp_test(Args& args, TextSink& out) {
  if (!args.expect(2, 2)) return kUsage;
  const GfpTestResult result = gfp_test(args[1], out);
  if (result == GfpTestResult::Unknown) {
    args.usage("there is no test of that name; there are all, and");
    list_gfp_tests(out);
    return kUsage;
  }
  return result == GfpTestResult::Ok ? kOk : kFailed;
}

int run_gfp(Args& args, TextSink& out) {
  if (args[0] == "test") return run_gfp_test(args, out);
  if (!args.expect(0, 2)) return kUsage;
  if (args.size() == 0) {
    list_gfp(out);
    return kOk;
  }
  const auto mask = gfp_argument(args, 0, 0);
  if (!mask) return kUsage;
  const auto order = args.size() > 1 ? args.number(1, "ORDER", 0, 31) : std::uint64_t{0};
  if (!order) return kUsage;
  inspect::explain_gfp(out, *mask);
  print(out, "now        ");
  inspect::explain(out, inspect::Memory::of_kernel(), *mask, static_cast<unsigned>(*order));
  print(out, "\n");
  return kOk;
}

int run_frag(Args& args, TextSink& out) {
  if (!args.expect(0, 1)) return kUsage;
  std::optional<std::size_t> cell;
  if (args.size() == 1) {
    const auto pages = args.number(0, "PAGES", 1, std::size_t{1} << mm::kMaxOrder);
    if (!pages) return kUsage;
    if (!std::has_single_bit(*pages)) return args.usage("PAGES is a power of two");
    cell = static_cast<std::size_t>(*pages);
  }
  inspect::print_indices(out, mm::kernel_memory().pages);
  inspect::print_map(out, inspect::Memory::of_kernel(), cell);
  return kOk;
}

// Both moments' rooms are taken at the first, so that neither shows in the difference.
struct LeakSearch {
  inspect::Census before, after;
};
constinit LeakSearch* leak_search = nullptr;

int run_leak(Args& args, TextSink& out) {
  if (!args.expect(1, 1)) return kUsage;
  const inspect::Memory memory = inspect::Memory::of_kernel();
  if (args[0] == "mark") {
    if (leak_search == nullptr) leak_search = static_cast<LeakSearch*>(vmalloc(sizeof(LeakSearch)));
    if (leak_search == nullptr) {
      print(out, "leak: no memory for the list of what is live\n");
      return kFailed;
    }
    settle_memory();
    leak_search->before.take(memory);
    return kOk;
  }
  if (args[0] == "end") {
    vfree(leak_search);
    leak_search = nullptr;
    return kOk;
  }
  if (args[0] != "diff") return args.usage("mark, diff or end");
  if (leak_search == nullptr) {
    print(out, "leak: nothing to compare with; `leak mark` first\n");
    return kFailed;
  }
  settle_memory();
  leak_search->after.take(memory);
  inspect::print_difference(out, memory, leak_search->before, leak_search->after);
  return kOk;
}

int run_check(Args& args, TextSink& out) {
  if (!args.expect(0, 0)) return kUsage;
  return check_memory(out) ? kOk : kFailed;
}

constexpr Command kCommands[] = {
    {.name = "free", .usage = "", .summary = "memory by zone, in kB", .example = "free", .run = run_free},
    {.name = "gfp",
     .usage = "[MASK|NAME [ORDER]]\ntest FLAG|all",
     .summary = "explains a GFP mask, and whether it would get a block of ORDER (0) now; or shows it",
     .example = "gfp GFP_ATOMIC|__GFP_ZERO",
     .run = run_gfp,
     .details =
         "`gfp test GFP_ATOMIC` shows on the running kernel what the flag does, in the order in which it\n"
         "happens; the status tells whether all was as it should be. Memory runs short meanwhile.",
     .completions = "test"},
    {.name = "frag",
     .usage = "[PAGES]",
     .summary = "how broken up free memory is: Linux's two indices, and a map of all pages by owner",
     .example = "watch frag",
     .run = run_frag,
     .details =
         "unusable: the part of free memory that a block of the order cannot use. fragmentation: why such\n"
         "a block cannot be had: near 0 for want of memory, near 1 because it is broken up; -1: it can.\n"
         "Each character of the map is PAGES pages (a power of two; by itself as many as make 16 rows)."},
    {.name = "leak",
     .usage = "mark|diff|end",
     .summary = "what is live now and was not at the mark: by cache, size and caller",
     .example = "leak mark; soak 5; leak diff",
     .run = run_leak,
     .details = "Columns: allocations more (or fewer), bytes, what. Callers of slab objects are known with\n"
                "track=on on the kernel's command line; those of pages and areas always.",
     .completions = "mark diff end"},
    {.name = "check",
     .usage = "",
     .summary = "has every structure of the memory subsystem check itself",
     .example = "check",
     .run = run_check},
};

}  // namespace

constinit const Family kMemoryFamily{"Memory as a whole", kCommands};

}  // namespace mink::shell
