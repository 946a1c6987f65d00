// SPDX-License-Identifier: MIT
// Threads that wait for a kmap window.
#include <linux/wait.h>
#include <kernel/kmap_wait.hpp>

namespace mink::kernel {
namespace {

constinit DECLARE_WAIT_QUEUE_HEAD(queue);

class Waiters final : public mm::KmapWaiters {
 public:
  void wait(bool (*over)(void*), void* context) override { wait_event(queue, over(context)); }
  void wake_all() override { wake_up_all(&queue); }
};

constinit Waiters waiters;

}  // namespace

mm::KmapWaiters& kmap_waiters() { return waiters; }

}  // namespace mink::kernel
