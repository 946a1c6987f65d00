// SPDX-License-Identifier: MIT
// A pool's reserve: elements[0 .. curr_nr), the last one goes first.
#pragma once
#include <linux/mempool.h>

#include <mm/owner.hpp>

namespace mink::mm {

// The reserve's top element, or nullptr. Irqs off.
inline void* pop(mempool_t& pool) { return pool.curr_nr > 0 ? pool.elements[--pool.curr_nr] : nullptr; }

// What its reports describe addresses by.
Memory memory_of(const mempool_t& pool);

}  // namespace mink::mm
