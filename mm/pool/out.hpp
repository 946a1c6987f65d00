// SPDX-License-Identifier: MIT
// Which elements of a pool are out, so that what comes back is known to be the pool's, and out. The one that the allocator
// gave last is remembered by itself (last_out). The one taken last from the reserve stays where it lay, at
// elements[curr_nr]; if there is none, nullptr lies there, and nothing but nullptr behind it. So a pair of calls finds what
// it left and writes next to nothing. Those taken before stand in a table behind the reserve's array, at one of kReach
// places from their own on. An element that finds none is only counted (`uncounted`), and while there are such, a free that
// is not in the table is believed unless the element lies in the reserve.
#pragma once
#include <linux/mempool.h>

#include <mm/owner.hpp>

namespace mink::mm {

// All with interrupts off.
class MempoolOut {
 public:
  // Words behind the array of a pool with a reserve of `min_nr`: a last nullptr, and a table for at least twice as many
  // elements.
  static unsigned words_behind(int min_nr);

  // What the allocator gave (nullptr: nothing), or else the reserve's top, goes out. nullptr: there is neither.
  static void* add(mempool_t& pool, void* given);
  // False: the element is not out.
  static bool remove(mempool_t& pool, void* element);

  // What was taken last from the reserve stands in the table from now on.
  static void list_top(mempool_t& pool) { list(pool, pool.elements[pool.curr_nr]); }
  // Becomes the reserve's top, for which there is room; was it, and is the pool's no more.
  static void push(mempool_t& pool, void* element);
  static void* pop(mempool_t& pool);

  // Another array of `room` elements, and words_behind(room), for the reserve, and all that is out. O(room).
  static void move(mempool_t& pool, void** elements, int room);
  // Nothing is out any more, and nothing in the reserve, nor ever will be.
  static void forget(mempool_t& pool);

  // Is it in the reserve? O(reserve).
  static bool in_reserve(const mempool_t& pool, const void* element);

 private:
  static constexpr unsigned kReach = 16;
  [[gnu::noinline]] static void list(mempool_t& pool, void*& element);
};

// What a pool's reports describe addresses by.
Memory memory_of(const mempool_t& pool);

}  // namespace mink::mm
