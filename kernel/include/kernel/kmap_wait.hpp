// SPDX-License-Identifier: MIT
// How threads wait for a kmap window: one wait queue for all pools.
#pragma once
#include <mm/kmap.hpp>

namespace mink::kernel {

// Needs threads.
mm::KmapWaiters& kmap_waiters();

}  // namespace mink::kernel
