// SPDX-License-Identifier: MIT
// Counting, tidying and checking the kernel's memory; see memory_state.hpp.
#include "memory_state.hpp"

#include <arch/kernel_map.hpp>
#include <inspect/ledger.hpp>
#include <kernel/timer_wheel.hpp>
#include <mm/dma.hpp>
#include <mm/kernel_memory.hpp>
#include <sync/preempt.hpp>

namespace mink::shell {
namespace {

bool check_pages(TextSink& out) { return mm::kernel_memory().pages.check(out); }
bool check_slab(TextSink& out) { return mm::kernel_memory().slab.check(out); }
bool check_areas(TextSink& out) { return mm::kernel_memory().vmalloc.check(out); }

bool check_tables(TextSink& out) {
  const sync::PreemptGuard no_thread;                       // maps meanwhile; no interrupt does
  if (!mm::kernel_memory().vmalloc.settled()) return true;  // half-way: nothing certain can be said
  VirtAddr where;
  const char* wrong = arch::check_kernel_map(where);
  if (wrong != nullptr) print(out, "at 0x%08lx: %s\n", static_cast<unsigned long>(where.raw()), wrong);
  return wrong == nullptr;
}

bool check_figures(TextSink& out) {
  inspect::Ledger ledger;
  ledger.take(inspect::Memory::of_kernel());
  return ledger.adds_up(out);
}

bool check_coherent(TextSink& out) { return mm::coherent_memory().check(out); }

bool check_timers(TextSink& out) {
  const bool ok = kernel::timer_wheel().check();
  if (!ok) print(out, "a timer is not where its time belongs\n");
  return ok;
}

struct Validator {
  const char* what;
  bool (*check)(TextSink& out);
};
constexpr Validator kValidators[] = {
    {"pages: every block, free list, hot/cold list and count of each zone", check_pages},
    {"slab: every cache, slab, free map and list", check_slab},
    {"vmalloc: every area against the translation tables, and the holes", check_areas},
    {"tables: every descriptor of the kernel's translation tables", check_tables},
    {"figures: pages by owner against the books of all of them", check_figures},
    {"coherent: every run of uncached pages", check_coherent},
    {"timers: every timer of the wheel", check_timers},
};

}  // namespace

std::size_t free_page_count() { return mm::kernel_memory().pages.free_pages(); }

std::size_t present_page_count() {
  std::size_t pages = 0;
  for (unsigned zone = 0; zone < mm::kZones; ++zone) {
    pages += mm::kernel_memory().pages.zone(static_cast<mm::ZoneType>(zone)).present;
  }
  return pages;
}

void settle_memory() {
  mm::KernelMemory& memory = mm::kernel_memory();
  memory.vmalloc.purge();
  memory.slab.shrink(GFP_KERNEL, SIZE_MAX);
  memory.pages.drain_lists();
}

bool check_memory(TextSink& out) {
  bool all = true;
  for (const Validator& validator : kValidators) {
    const bool ok = validator.check(out);
    print(out, "%s: %s\n", validator.what, ok ? "ok" : "WRONG");
    all = all && ok;
  }
  return all;
}

bool check_memory_quietly(TextSink& out) {
  bool all = true;
  for (const Validator& validator : kValidators) all = validator.check(out) && all;
  return all;
}

}  // namespace mink::shell
