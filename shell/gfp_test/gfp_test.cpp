// SPDX-License-Identifier: MIT
// The table of demonstrations; see gfp_test.hpp.
#include "gfp_test/gfp_test.hpp"

#include <linux/sched.h>
#include <kernel/reclaim.hpp>

#include "bench/unit.hpp"
#include "gfp_test/rows.hpp"
#include "memory_state.hpp"

namespace mink::shell {
namespace {

struct Row {
  const char* names;  // the flags that it is about, blank-separated
  const char* shows;
  void (*run)(Scene& scene);
};

constexpr Row kRows[] = {
    {"GFP_KERNEL", "memory short: it sleeps until somebody frees", show_kernel},
    {"GFP_ATOMIC", "never sleeps, and has a reserve below min", show_atomic},
    {"context", "GFP_KERNEL where nobody may sleep: reported, served as GFP_NOWAIT", show_wrong_context},
    {"GFP_NOIO", "reclaims, but from nobody who needs I/O for it", show_noio},
    {"GFP_NOFS", "reclaims, but from nobody who enters a file system for it", show_nofs},
    {"GFP_DMA", "only the DMA zone", show_dma},
    {"GFP_HIGHUSER GFP_USER __GFP_HIGHMEM", "zones in order; high memory through windows", show_highmem},
    {"__GFP_HIGH __GFP_MEMALLOC __GFP_NOMEMALLOC", "how deep each may dip", show_depths},
    {"__GFP_NOFAIL", "never NULL: waits until there is memory", show_nofail},
    {"__GFP_NORETRY", "one light try", show_noretry},
    {"__GFP_REPEAT __GFP_RETRY_MAYFAIL", "several rounds, then NULL", show_repeat},
    {"__GFP_NOWARN", "fails in silence", show_nowarn},
    {"__GFP_COLD", "from the cold end of the list", show_cold},
    {"__GFP_ZERO", "zeroed, high memory too", show_zero},
    {"__GFP_COMP", "a block with a head and tails", show_comp},
    {"mempool __GFP_WAIT", "an empty pool: sleeps, or NULL; the reserve is refilled first", show_mempool},
    {"vmalloc", "refused where nobody may sleep; vfree from an interrupt is put off", show_vmalloc},
    {"oom", "who takes all memory is killed, and gives it back", show_oom},
};

constinit Scene scene;

bool is_about(const Row& row, std::string_view name) {
  std::string_view names{row.names};
  while (!names.empty()) {
    const std::size_t end = names.find(' ');
    if (names.substr(0, end) == name) return true;
    names = end == std::string_view::npos ? std::string_view{} : names.substr(end + 1);
  }
  return false;
}

std::size_t settled_free_pages() {
  schedule_timeout_uninterruptible(2);  // the last memory of an ended thread is freed by another
  kernel::drop_slab();
  settle_memory();
  return free_page_count();
}

bool run_row(const Row& row, bool instructions, TextSink& out) {
  print(out, "%s: %s\n", row.names, row.shows);
  const std::size_t before = settled_free_pages();
  scene.begin();
  row.run(scene);
  const std::size_t after = settled_free_pages();
  scene.expect(before == after, "as many pages are free as before: %zu", after);
  scene.print_to(out, instructions);
  print(out, "%s: %s\n", row.names, scene.failed() ? "FAILED" : "ok");
  return !scene.failed();
}

}  // namespace

GfpTestResult gfp_test(std::string_view name, TextSink& out) {
  const bool instructions = clock_counts_instructions();
  unsigned ran = 0, failed = 0;
  for (const Row& row : kRows) {
    if (name != "all" && !is_about(row, name)) continue;
    ++ran;
    if (!run_row(row, instructions, out)) ++failed;
  }
  if (ran == 0) return GfpTestResult::Unknown;
  print(out, "gfp test: %u of %u ok; times in %s\n", ran - failed, ran,
        instructions ? "instructions" : "microseconds");
  return failed == 0 ? GfpTestResult::Ok : GfpTestResult::Failed;
}

void list_gfp_tests(TextSink& out) {
  for (const Row& row : kRows) print(out, "  %-44s %s\n", row.names, row.shows);
}

}  // namespace mink::shell
