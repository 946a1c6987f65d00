// SPDX-License-Identifier: MIT
#include "soak/churn.hpp"

#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <base/addr.hpp>

namespace mink::shell {

void Churn::step(gfp_t gfp) {
  Slot& slot = held_[at_++ % kHeld];
  give_back(slot);
  slot.which = random_.below(4) == 0;
  if (slot.which == 0) {
    slot.bytes = 1 + random_.below(512);
    slot.item = slot.memory = kmalloc(slot.bytes, gfp);
  } else {
    page* const p = alloc_pages(gfp, 0);
    slot.item = p;
    slot.memory = p != nullptr ? page_address(p) : nullptr;
    slot.bytes = 256;  // of the page: a pattern over all of it would be most of the storm
  }
  if (slot.item == nullptr) {
    ++failures_;
    return;
  }
  ++successes_;
  slot.key = random_.next();
  write_pattern(slot.memory, slot.bytes, slot.key);
}

void Churn::release_all() {
  for (Slot& slot : held_) give_back(slot);
}

void Churn::give_back(Slot& slot) {
  if (slot.item == nullptr) return;
  if (!has_pattern(slot.memory, slot.bytes, slot.key)) ++faults_;
  if (slot.which == 0) {
    kfree(slot.item);
  } else {
    __free_pages(static_cast<page*>(slot.item), 0);
  }
  slot.item = nullptr;
}

}  // namespace mink::shell
