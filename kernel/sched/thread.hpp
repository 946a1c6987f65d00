// SPDX-License-Identifier: MIT
// The whole of a thread. Linux's task_struct is its first part, so drivers see what they know.
#pragma once
#include <linux/completion.h>
#include <linux/sched.h>
#include <arch/context.hpp>
#include <cstddef>
#include <lib/list.hpp>
#include <mm/kmap.hpp>

namespace mink::kernel {

struct Thread : task_struct {
  ListNode run_node;  // in the run queue: ready, and not running
  ListNode all_node;  // in the list of all threads, by age
  arch::ThreadContext context;
  void* stack;  // lowest address
  std::size_t stack_size;
  unsigned saved_preempt_count;
  unsigned slice;       // ticks left of its turn
  unsigned long ticks;  // ticks it was found running
  int (*function)(void*);
  void* data;
  int result;  // of function
  bool should_stop;
  bool reclaims;         // inside direct reclaim: it allocates from the reserve and does not reclaim again
  bool memalloc_before;  // it had PF_MEMALLOC of its own
  bool oom_victim;       // told to die for want of memory
  unsigned account;  // mm's mark of the pages it takes (PageAllocator::set_account); 0: nobody counts them
  void (*oom_release)(task_struct* task, void* data);  // frees what it holds when it ends
  void* oom_data;
  unsigned references;  // one of its own until it has exited, one for each get_task_struct()
  completion exited;
  ListNode dead_node;               // exited, not yet freed
  mm::LocalWindows::Saved windows;  // its kmap_local_page() ones, while it does not run
};

inline Thread& thread_of(task_struct* task) { return *static_cast<Thread*>(task); }

}  // namespace mink::kernel
