// SPDX-License-Identifier: MIT
// <linux/shrinker.h>: the registered ones, as one shrinker of the page allocator.
#include <linux/shrinker.h>

#include <mm/kernel_memory.hpp>

#include <linux/rwsem.h>
#include <linux/sched.h>

#include "reclaim/parts.hpp"

namespace mink::kernel {
namespace {

constinit list_head registered = {&registered, &registered};
DECLARE_RWSEM(lock);

mm::PageAllocator& pages() { return mm::kernel_memory().pages; }

// Batches until `wanted` pages came back or all objects have been looked at once.
void shrink_one(shrinker& s, gfp_t gfp, std::size_t wanted) {
  shrink_control control{gfp, 0, 0, 0};
  unsigned long left = s.count_objects(&s, &control);
  if (left == SHRINK_EMPTY) return;
  const unsigned long batch = s.batch > 0 ? static_cast<unsigned long>(s.batch) : SHRINK_BATCH;
  const unsigned before = pages().released();
  while (left != 0 && pages().released() - before < wanted) {
    control.nr_to_scan = control.nr_scanned = left < batch ? left : batch;
    const unsigned long looked_at = control.nr_to_scan;
    if (s.scan_objects(&s, &control) == SHRINK_STOP) return;
    pages().events().slabs_scanned += static_cast<unsigned>(control.nr_scanned);
    left -= looked_at;
    cond_resched();
  }
}

class RegisteredShrinkers final : public mm::Shrinker {
 public:
  std::size_t shrink(gfp_t gfp, std::size_t wanted) override {
    if (!down_read_trylock(&lock)) return 0;  // one is being registered: not worth the wait
    const unsigned before = pages().released();
    for (list_head* at = registered.next; at != &registered; at = at->next) {
      const unsigned given = pages().released() - before;
      if (given >= wanted) break;
      shrink_one(*list_entry(at, shrinker, list), gfp, wanted - given);
    }
    up_read(&lock);
    return pages().released() - before;
  }
};
constinit RegisteredShrinkers shrinkers;

}  // namespace

void start_registered_shrinkers() { pages().add_shrinker(shrinkers); }

}  // namespace mink::kernel

using namespace mink::kernel;

extern "C" {

int register_shrinker(struct shrinker* s, const char* format, ...) {
  s->name = format;
  down_write(&lock);
  list_add_tail(&s->list, &registered);
  up_write(&lock);
  return 0;
}

void unregister_shrinker(struct shrinker* s) {
  down_write(&lock);
  list_del_init(&s->list);
  up_write(&lock);
}

}  // extern "C"
