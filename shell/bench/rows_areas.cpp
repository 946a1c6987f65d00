// SPDX-License-Identifier: MIT
// The bench's rows about vmalloc. A new one is a function and a line in the table.
#include <linux/vmalloc.h>

#include "bench/bench.hpp"
#include "bench/scenes.hpp"
#include "memory_state.hpp"

namespace mink::shell {
namespace {

template <unsigned long kBytes>
bool area(Meter& meter) {
  // A megabyte costs a hundred times what a page does.
  const unsigned times = kBytes >= 1ul << 20 ? meter.times() / 20 : meter.times();
  return meter.pairs(
      times, [](unsigned) { return vmalloc(kBytes); }, [](void* memory) { vfree(memory); });
}

bool megabyte(Meter& meter) {
  settle_memory();
  return area<1ul << 20>(meter);
}

bool megabyte_of_singles(Meter& meter) {
  const OnlySingles scene;
  return area<1ul << 20>(meter);
}

// As many as are freed before a purge, several times over; freed as they came, and in random order.
bool worst(Meter& meter) {
  settle_memory();
  for (const Order order : {Order::AsTaken, Order::Random}) {
    if (!meter.single_batch(
            2048, order, [](unsigned) { return vmalloc(4096); }, [](void* memory) { vfree(memory); })) {
      return false;
    }
  }
  return true;
}

constexpr BenchRow kRows[] = {
    {"vmalloc4k", "vmalloc + vfree, 4 K", 21920, 6500, Figure::Pair, area<4096>},
    {"vmalloc64k", "vmalloc + vfree, 64 K", 72010, 17000, Figure::Pair, area<65536>},
    {"vmalloc1m", "vmalloc + vfree, 1 M, unfragmented", 876050, 50000, Figure::Pair, megabyte},
    {"vmalloc1m-singles", "vmalloc + vfree, 1 M, of single pages", 876050, 160000, Figure::Pair,
     megabyte_of_singles},
    {"vfree-worst", "worst vfree of 4 K", 463640, 25000, Figure::WorstGive, worst},
};

}  // namespace

constinit const std::span<const BenchRow> kAreaRows{kRows};

}  // namespace mink::shell
