// SPDX-License-Identifier: MIT
// The card in the board's slot, with all that stands on it.
#pragma once
#include <block/device.hpp>
#include <block/inode_cache.hpp>
#include <block/page_cache.hpp>

namespace mink::block {

struct Card {
  Device& device;
  InodeCache& inodes;
  PageCache& cache;
  void (*describe)(TextSink& out);  // a line about what is in the slot
};

// Has `find` called by a worker thread, so that nobody waits who does not want the card. find: start_card(), if there is one.
// Once; thread context.
void search_card(void (*find)());
// nullptr: the slot is empty. Waits until the search is over: may sleep; not from `find`.
Card* card();

// Makes all of it over `driver`, in the kernel's memory, with its threads and shrinkers. Once; thread context.
Err start_card(Driver& driver, void (*describe)(TextSink& out));

}  // namespace mink::block
