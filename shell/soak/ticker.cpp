// SPDX-License-Identifier: MIT
// GFP_ATOMIC at every tick; see ticker.hpp.
#include "soak/ticker.hpp"

#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <base/addr.hpp>

namespace mink::shell {

void Ticker::start(std::uint32_t seed) {
  random_ = Random{seed};
  timer_setup(&timer_, fire, 0);
  mod_timer(&timer_, jiffies + 1);
}

void Ticker::stop() {
  del_timer_sync(&timer_);
  for (Slot& slot : held_) give_back(slot);
}

void Ticker::fire(timer_list* timer) {
  auto* ticker = reinterpret_cast<Ticker*>(reinterpret_cast<char*>(timer) - offsetof(Ticker, timer_));
  ticker->tick();
  mod_timer(timer, jiffies + 1);
}

void Ticker::tick() {
  Slot& slot = held_[at_++ % kHeld];
  give_back(slot);
  slot.which = random_.below(4) == 0;  // a page now and then
  if (slot.which == 0) {
    slot.bytes = 1 + random_.below(1024);
    slot.item = slot.memory = kmalloc(slot.bytes, GFP_ATOMIC | __GFP_NOWARN);
  } else {
    page* p = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0);
    slot.item = p;
    slot.memory = p != nullptr ? page_address(p) : nullptr;
    slot.bytes = kPageSize;
  }
  if (slot.item == nullptr) {
    ++failures_;
    return;
  }
  ++allocations_;
  slot.key = random_.next();
  write_pattern(slot.memory, slot.bytes, slot.key);
}

void Ticker::give_back(Slot& slot) {
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
