// SPDX-License-Identifier: MIT
// Memory as a whole: free, gfp, check.
#include <linux/gfp_types.h>
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
  if (!args.expect(0, 1)) return kUsage;
  if (args.size() == 0) {
    list_gfp(out);
    return kOk;
  }
  const auto mask = gfp_argument(args, 0, 0);
  if (!mask) return kUsage;
  mm::explain_gfp(out, *mask);
  return kOk;
}

int run_check(Args& args, TextSink& out) {
  if (!args.expect(0, 0)) return kUsage;
  return check_memory(out) ? kOk : kFailed;
}

constexpr Command kCommands[] = {
    {.name = "free", .usage = "", .summary = "memory by zone, in kB", .example = "free", .run = run_free},
    {.name = "gfp",
     .usage = "[MASK|NAME]\ntest FLAG|all",
     .summary = "explains a GFP mask: flags, zones in order, watermark, may it sleep; or shows it",
     .example = "gfp GFP_ATOMIC|__GFP_ZERO",
     .run = run_gfp,
     .details =
         "`gfp test GFP_ATOMIC` shows on the running kernel what the flag does, in the order in which it\n"
         "happens; the status tells whether all was as it should be. Memory runs short meanwhile.",
     .completions = "test"},
    {.name = "check",
     .usage = "",
     .summary = "has every structure of the memory subsystem check itself",
     .example = "check",
     .run = run_check},
};

}  // namespace

constinit const Family kMemoryFamily{"Memory as a whole", kCommands};

}  // namespace mink::shell
