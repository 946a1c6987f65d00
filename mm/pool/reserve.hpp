// SPDX-License-Identifier: MIT
// A pool's reserve: elements[0 .. curr_nr), the last one goes first.
#pragma once
#include <linux/mempool.h>

namespace mink::mm {

// The reserve's top element, or nullptr. Irqs off.
inline void* pop(mempool_t& pool) { return pool.curr_nr > 0 ? pool.elements[--pool.curr_nr] : nullptr; }

}  // namespace mink::mm
