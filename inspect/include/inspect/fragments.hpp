// SPDX-License-Identifier: MIT
// How broken up free memory is: Linux's two indices, and a map in text.
#pragma once
#include <cstddef>
#include <inspect/owner.hpp>
#include <lib/text_sink.hpp>
#include <optional>

namespace mink::inspect {

// Free memory of one zone as the indices see it.
struct FreeShape {
  std::size_t pages = 0;    // free
  std::size_t blocks = 0;   // that they are in
  std::size_t fitting = 0;  // pages in blocks of the order or larger
};

// Thousandths of free memory that a block of the order cannot use: 0 all of it can, 1000 nothing (also without any
// free memory). Linux: extfrag/unusable_index.
[[nodiscard]] unsigned unusable_index(const FreeShape& shape);
// Why a block of `order` cannot be had: near 0 for want of memory, near 1000 because it is broken up; -1000: it can be had.
// Linux: extfrag/extfrag_index, vm.extfrag_threshold.
[[nodiscard]] int fragmentation_index(const FreeShape& shape, unsigned order);
// Interrupts are off for a few instructions an order.
[[nodiscard]] FreeShape free_shape(const mm::PageAllocator& pages, mm::ZoneType zone, unsigned order);

// Both indices for each zone and order, in Linux's notation ("0.123", "-1.000").
void print_indices(TextSink& out, const mm::PageAllocator& pages);

// One character for each `pages` pages (a power of two; nothing: so many that the map has at most 16 rows): who has most of
// what is in use there, in capitals if nothing is free. A row is of 64 characters, its first frame number before it; below
// it stands what the characters mean and how many pages each has in all. O(blocks); interrupts off for one block at a time.
void print_map(TextSink& out, const Memory& memory, std::optional<std::size_t> pages = std::nullopt);

}  // namespace mink::inspect
