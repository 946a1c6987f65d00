// SPDX-License-Identifier: MIT
// Taking all free memory and giving it back; see squeeze.hpp.
#include "soak/squeeze.hpp"

#include <linux/gfp.h>
#include <linux/mm.h>
#include <mm/page_state.hpp>

namespace mink::shell {

void Squeeze::hold() {
  for (unsigned order = mm::kOrders; order-- > 0;) {
    while (page* head = alloc_pages(GFP_NOWAIT | __GFP_HIGHMEM | __GFP_NOWARN, order)) {
      head->private_data = order;
      head->next = held_;
      held_ = head;
    }
  }
}

void Squeeze::release() {
  while (held_ != nullptr) {
    page* head = held_;
    held_ = head->next;
    __free_pages(head, static_cast<unsigned>(head->private_data));
  }
}

}  // namespace mink::shell
