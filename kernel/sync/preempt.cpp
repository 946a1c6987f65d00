// SPDX-License-Identifier: MIT
#include <sync/preempt.hpp>

extern "C" {
constinit unsigned mink_preempt_count = 0;
constinit bool mink_need_resched = false;
}
