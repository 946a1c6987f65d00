// SPDX-License-Identifier: MIT
// Who holds how much memory: the largest caches, the threads that are counted, and who asked for it.
#include <arch/irq.hpp>
#include <array>
#include <kernel/reclaim.hpp>
#include <lib/vsnprintf.hpp>
#include <mm/kernel_memory.hpp>
#include <sync/preempt.hpp>

#include "reclaim/parts.hpp"
#include "sched/scheduler.hpp"

namespace mink::kernel {
namespace {

struct User {
  char name[40];
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
  void add(const void* caller, std::size_t kb) {
    char name[sizeof(User::name)];
    format_to(name, sizeof name, "%ps", caller);
    add(name, kb);
  }
  void print_to(TextSink& out, const char* title) const {
    if (count_ != 0) print(out, "%s\n", title);
    for (std::size_t i = 0; i < count_; ++i) print(out, "%-39s %10zukB\n", users_[i].name, users_[i].kb);
  }

 private:
  std::array<User, 6> users_{};
  std::size_t count_ = 0;
};

// Bytes by who asked for them. Beyond its room callers are added up without their names.
class Callers {
 public:
  void add(const void* caller, std::size_t bytes) {
    std::size_t i = 0;
    while (i < count_ && caller_[i] != caller) ++i;
    if (i == count_) {
      if (count_ == caller_.size()) {
        others_ += bytes;
        return;
      }
      caller_[count_] = caller;
      bytes_[count_++] = 0;
    }
    bytes_[i] += bytes;
  }
  void print_to(TextSink& out, const char* title) const {
    Top top;
    for (std::size_t i = 0; i < count_; ++i) {
      if (bytes_[i] >= 1024) top.add(caller_[i], bytes_[i] / 1024);
    }
    if (others_ >= 1024) top.add("(others)", others_ / 1024);
    top.print_to(out, title);
  }

 private:
  std::array<const void*, 64> caller_{};
  std::array<std::size_t, 64> bytes_{};
  std::size_t count_ = 0;
  std::size_t others_ = 0;
};

// Each block of pages knows its caller; slab objects do with track=on alone.
void show_callers(TextSink& out) {
  mm::KernelMemory& memory = mm::kernel_memory();
  Callers callers;
  const page* const map = memory.pages.mem_map();
  for (std::size_t i = 0; i < memory.pages.map_count();) {
    const arch::IrqGuard irqs_off;
    const page& p = map[i];
    const std::size_t pages = std::size_t{1} << mm::order_of(p);
    const mm::PageKind kind = mm::kind_of(p);
    if (kind == mm::PageKind::Allocated || kind == mm::PageKind::Large || kind == mm::PageKind::Vmalloc)
      callers.add(p.caller, pages << kPageShift);
    i += pages;
  }
  memory.slab.visit_users([](const kmem_cache& cache, const void* caller,
                             void* context) { static_cast<Callers*>(context)->add(caller, cache.size); },
                          &callers);
  callers.print_to(out, "Largest callers:");
}

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
  show_callers(out);
}

}  // namespace mink::kernel
