// SPDX-License-Identifier: MIT
// Who holds how much memory: the largest caches, and the threads that are counted.
#include <arch/irq.hpp>
#include <array>
#include <kernel/reclaim.hpp>
#include <mm/kernel_memory.hpp>
#include <sync/preempt.hpp>

#include "reclaim/parts.hpp"
#include "sched/scheduler.hpp"

namespace mink::kernel {
namespace {

struct User {
  char name[24];
  std::size_t kb;
};

void copy_name(User& user, const char* name) {
  std::size_t i = 0;
  for (; i + 1 < sizeof user.name && name[i] != '\0'; ++i) user.name[i] = name[i];
  user.name[i] = '\0';
}

// The largest, largest first.
class Top {
 public:
  void add(const char* name, std::size_t kb) {
    std::size_t at = count_;
    while (at > 0 && users_[at - 1].kb < kb) --at;
    if (at == users_.size()) return;
    if (count_ < users_.size()) ++count_;
    for (std::size_t i = count_ - 1; i > at; --i) users_[i] = users_[i - 1];
    users_[at].kb = kb;
    copy_name(users_[at], name);
  }
  void print_to(TextSink& out, const char* title) const {
    if (count_ != 0) print(out, "%s\n", title);
    for (std::size_t i = 0; i < count_; ++i) print(out, "%-23s %10zukB\n", users_[i].name, users_[i].kb);
  }

 private:
  std::array<User, 6> users_{};
  std::size_t count_ = 0;
};

}  // namespace

void show_memory_users(TextSink& out) {
  Top caches;
  sync::preempt_disable();  // no cache can be destroyed
  for (const kmem_cache& cache : mm::kernel_memory().slab.caches()) {
    const std::size_t kb = (static_cast<std::size_t>(cache.slab_count) << (kPageShift + cache.order)) / 1024;
    if (kb != 0) caches.add(cache.name, kb);
  }
  sync::preempt_enable();
  caches.print_to(out, "Largest caches:");

  std::array<std::size_t, mm::page_state::kAccounts> held;
  mm::kernel_memory().pages.count_accounts(held);
  Top threads;
  {
    const arch::IrqGuard irqs_off;
    for (const Thread& thread : scheduler.all()) {
      if (thread.account != 0) threads.add(thread.comm, held[thread.account] * (kPageSize / 1024));
    }
  }
  threads.print_to(out, "Threads that may be killed, by what they hold:");
}

}  // namespace mink::kernel
