// SPDX-License-Identifier: MIT
// /proc/slabinfo as Linux 6.1 prints it (version 2.1), and the figures for /proc/meminfo. Counts come from
// the maps, not from counters: the fast paths keep none.
#include <arch/irq.hpp>
#include <mm/slab.hpp>
#include <sync/preempt.hpp>

#include "slab/free_map.hpp"
#include "slab/round.hpp"

namespace mink::mm {

// Irqs are off for one slab at a time, however many there are. Exact unless an interrupt changes the cache meanwhile.
std::size_t SlabAllocator::live_objects(const kmem_cache& cache) const {
  std::size_t live = 0;
  std::size_t walked = 0;
  const auto count = [&](const page& slab) {
    live += cache.objects - free_objects(cache, slab);
    ++walked;
  };
  std::size_t slabs = 0;
  const sync::PreemptGuard one_round_at_a_time;
  {
    const arch::IrqGuard guard;
    if (cache.current != nullptr) count(*cache.current);
    slabs = cache.slab_count;
  }
  SlabRound round{const_cast<kmem_cache&>(cache)};
  for (;;) {
    const arch::IrqGuard guard;
    page* const slab = round.take();
    if (slab == nullptr) break;
    count(*slab);
    round.put_back(*slab);
  }
  if (slabs > walked) live += (slabs - walked) * cache.objects;  // the full ones
  return live;
}

void SlabAllocator::print_slabinfo(TextSink& out) const {
  print(out, "slabinfo - version: 2.1\n");
  print(out,
        "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> "
        "<batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n");
  for (kmem_cache& cache : caches_) {
    const std::size_t live = live_objects(cache);
    const std::size_t slabs = cache.slab_count;
    print(out, "%-17s %6zu %6zu %6u %4u %4d : tunables %4u %4u %4u : slabdata %6zu %6zu %6u\n", cache.name,
          live, slabs * cache.objects, cache.size, cache.objects, 1 << cache.order, 0u, 0u, 0u, slabs, slabs,
          0u);
  }
}

SlabFigures SlabAllocator::figures() const {
  const arch::IrqGuard guard;
  return {reclaimable_pages_, unreclaimable_pages_, large_pages_};
}

}  // namespace mink::mm
