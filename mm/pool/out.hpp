// SPDX-License-Identifier: MIT
// Which elements of a pool are out, so that what comes back is known to be the pool's, and out. The one taken last is
// remembered by itself, which is all that a pair of calls costs; those before it stand in a table behind the reserve's array,
// at one of kReach places from their own on. An element that finds none is only counted (`uncounted`), and while there are
// such, a free that is not in the table is believed unless the element lies in the reserve.
#pragma once
#include <linux/mempool.h>

namespace mink::mm {

class MempoolOut {
 public:
  // Words that the table of a pool with a reserve of `min_nr` takes: room for at least twice as many elements.
  static unsigned table_words(int min_nr);

  // Irqs off. An element goes out; comes back: false if it is not out.
  [[gnu::always_inline]] static void add(mempool_t& pool, void* element) {
    if (pool.last_out != nullptr) [[unlikely]]
      list(pool, pool.last_out);
    pool.last_out = element;
  }
  [[gnu::always_inline]] static bool remove(mempool_t& pool, void* element) {
    if (element != pool.last_out) [[unlikely]]
      return unlist(pool, element);
    pool.last_out = nullptr;
    return true;
  }
  // Another table: whoever is out stands there from now on. Irqs off. O(words).
  static void move(mempool_t& pool, void** table, unsigned words);

  // Is it in the reserve? Irqs off. O(reserve).
  static bool in_reserve(const mempool_t& pool, const void* element);

 private:
  static constexpr unsigned kReach = 16;
  static void list(mempool_t& pool, void* element);
  static bool unlist(mempool_t& pool, void* element);
};

}  // namespace mink::mm
