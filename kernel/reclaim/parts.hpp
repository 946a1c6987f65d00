// SPDX-License-Identifier: MIT
// Parts of kernel/reclaim that its boot step brings up.
#pragma once
#include <lib/text_sink.hpp>
#include <mm/reclaim_ops.hpp>

namespace mink::kernel {

void start_registered_shrinkers();

// deferred.cpp
void start_deferred_work();

// oom.cpp
mm::OomOutcome out_of_memory(gfp_t gfp, unsigned order, const void* caller);

}  // namespace mink::kernel
