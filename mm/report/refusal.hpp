// SPDX-License-Identifier: MIT
// The one form of a report about a call that was wrong and refused.
#pragma once
#include <mm/what.hpp>

namespace mink::mm {

struct Refusal {
  const char* call;               // "kfree"
  const char* subject = nullptr;  // the cache or pool that was named, if the call names one
  Given given;
  int order = -1;     // what it was given besides
  const char* wrong;  // "double free"
  const void* caller;
};

// Two lines:
//   BUG: kmem_cache_free(inode, 0xc7806040): double free; refused, called from some_exit+0x10/0x40
//     0xc7806040 is object 31 of inode, free
// Any context.
void report_refusal(const Memory& memory, const Refusal& refusal);

}  // namespace mink::mm
