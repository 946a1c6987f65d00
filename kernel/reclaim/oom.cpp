// SPDX-License-Identifier: MIT
// Nothing is left to reclaim: who holds how much, and who has to go.
#include <kernel/reclaim.hpp>
#include <mm/kernel_memory.hpp>

#include "reclaim/parts.hpp"

namespace mink::kernel {

mm::OomOutcome out_of_memory(gfp_t, unsigned, const void*) { return mm::OomOutcome::Nothing; }

void print_memory_users(TextSink& out) { show_memory_users(out); }

namespace {
constexpr unsigned kShownCaches = 5;
}

void show_memory_users(TextSink& out) {
  // The largest caches, one selection a line: few, and no memory to sort in.
  std::size_t below = ~std::size_t{0};
  for (unsigned n = 0; n < kShownCaches; ++n) {
    const kmem_cache* largest = nullptr;
    std::size_t most = 0;
    for (const kmem_cache& cache : mm::kernel_memory().slab.caches()) {
      const std::size_t bytes = static_cast<std::size_t>(cache.slab_count) << (kPageShift + cache.order);
      if (bytes > most && bytes < below) most = bytes, largest = &cache;
    }
    if (largest == nullptr) break;
    if (n == 0) print(out, "Largest caches:\n");
    print(out, "%-17s %10zuKB\n", largest->name, most / 1024);
    below = most;
  }
}

}  // namespace mink::kernel
