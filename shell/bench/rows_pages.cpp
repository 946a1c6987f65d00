// SPDX-License-Identifier: MIT
// The bench's rows about pages and blocks of pages. A new one is a function and a line in the table.
#include <linux/gfp.h>
#include <linux/mm.h>

#include "bench/bench.hpp"
#include "bench/scenes.hpp"

namespace mink::shell {
namespace {

// One set of loops for all orders: the order travels in a register either way.
auto taker(unsigned order) {
  return [order](unsigned) { return reinterpret_cast<void*>(__get_free_pages(GFP_KERNEL, order)); };
}
auto giver(unsigned order) {
  return [order](void* block) { free_pages(reinterpret_cast<unsigned long>(block), order); };
}

bool single(Meter& meter) {
  return meter.pairs(
      meter.times(), [](unsigned) { return reinterpret_cast<void*>(__get_free_page(GFP_KERNEL)); },
      [](void* p) { free_page(reinterpret_cast<unsigned long>(p)); });
}

bool zeroed(Meter& meter) {
  return meter.pairs(
      meter.times(), [](unsigned) { return reinterpret_cast<void*>(get_zeroed_page(GFP_KERNEL)); },
      [](void* p) { free_page(reinterpret_cast<unsigned long>(p)); });
}

bool pairs_of(unsigned order, Meter& meter) { return meter.pairs(meter.times(), taker(order), giver(order)); }

template <unsigned kOrder>
bool listed(Meter& meter) {
  const Listed scene{kOrder};
  return scene.ready() && pairs_of(kOrder, meter);
}

template <unsigned kOrder>
bool split(Meter& meter) {
  const OnlyLargest scene;
  return pairs_of(kOrder, meter);
}

bool random_512(Meter& meter) { return meter.batches(512, meter.times(), Order::Random, taker(0), giver(0)); }

bool bulk(Meter& meter) {
  constexpr unsigned kCount = 512;
  page** const pages = reinterpret_cast<page**>(meter.objects());
  for (unsigned i = 0; i < kCount; ++i) pages[i] = nullptr;
  return meter.bulks(
      kCount, meter.times(), [=] { return alloc_pages_bulk_array(GFP_KERNEL, kCount, pages) == kCount; },
      [=] {
        for (unsigned i = 0; i < kCount; ++i) {
          __free_page(pages[i]);
          pages[i] = nullptr;
        }
      },
      [] { return Meter::some_pointer() != nullptr; });
}

// Every order, out of and back into the largest blocks; single pages, more of them than the lists hold.
bool worst(Meter& meter) {
  const OnlyLargest scene;
  for (unsigned order = 0; order < MAX_ORDER; ++order) {
    const unsigned count = order == 0 ? 1024 : 4;
    for (const Order sequence : {Order::AsTaken, Order::Random}) {
      if (!meter.single_batch(count, sequence, taker(order), giver(order))) return false;
    }
  }
  return true;
}

constexpr BenchRow kRows[] = {
    {"page", "__get_free_page + free_page", 3200, 800, Figure::Pair, single},
    {"page-zeroed", "get_zeroed_page + free_page", 7450, 3200, Figure::Pair, zeroed},
    {"order1", "2 pages, a block of them listed", 3970, 1100, Figure::Pair, listed<1>},
    {"order3", "8 pages, a block of them listed", 4570, 1100, Figure::Pair, listed<3>},
    {"order4", "16 pages, a block of them listed", 6230, 1100, Figure::Pair, listed<4>},
    {"order6", "64 pages, a block of them listed", 11510, 1100, Figure::Pair, listed<6>},
    {"order9", "512 pages, a block of them listed", 60660, 1100, Figure::Pair, listed<9>},
    {"order10", "1024 pages, a block of them listed", 116830, 1100, Figure::Pair, listed<10>},
    {"order1-split", "2 pages, fully split and merged", 3970, 5500, Figure::Pair, split<1>},
    {"order3-split", "8 pages, fully split and merged", 4570, 5500, Figure::Pair, split<3>},
    {"order4-split", "16 pages, fully split and merged", 6230, 5500, Figure::Pair, split<4>},
    {"order6-split", "64 pages, fully split and merged", 11510, 5500, Figure::Pair, split<6>},
    {"order9-split", "512 pages, fully split and merged", 60660, 5500, Figure::Pair, split<9>},
    {"pages-512x", "512 x a page, freed in random order", 4970, 1500, Figure::Pair, random_512},
    {"pages-bulk", "alloc_pages_bulk 512, per page", 1160, 180, Figure::Take, bulk},
    {"free-worst", "worst free of any order", 404960, 4000, Figure::WorstGive, worst},
};

}  // namespace

constinit const std::span<const BenchRow> kPageRows{kRows};

}  // namespace mink::shell
