// SPDX-License-Identifier: MIT
// Failures on purpose: what an allocator asks before it allocates, if somebody has told it to.
#pragma once
#include <base/gfp.h>
#include <cstddef>

namespace mink::mm {

class FailureSource {
 public:
  // Shall this allocation of `size` bytes fail? `order` is a block's; of an object 0. Any context, interrupts as the
  // allocation's caller has them. Never asked for __GFP_NOFAIL.
  virtual bool fails(gfp_t gfp, std::size_t size, unsigned order, const void* caller) = 0;

 protected:
  ~FailureSource() = default;
};

}  // namespace mink::mm
