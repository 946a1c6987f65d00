// SPDX-License-Identifier: MIT
// The life of a thread: made with a guarded stack from vmalloc, run, and freed by kthreadd once it has left its stack.
#include <linux/errno.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <arch/cpu.hpp>
#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <cstdarg>
#include <cstring>
#include <kernel/reclaim.hpp>
#include <kernel/sched.hpp>
#include <lib/vsnprintf.hpp>
#include <mm/proc.hpp>
#include <new>
#include <sync/preempt.hpp>
#include "sched/scheduler.hpp"

namespace mink::kernel {

namespace {

struct Threads {
  kmem_cache* cache = nullptr;
  Thread boot{};
  Thread* reaper = nullptr;
  List<Thread, &Thread::dead_node> dead{};
};
constinit Threads threads{};

void release(Thread& thread) {
  {
    const arch::IrqGuard irqs_off;
    if (--thread.references != 0) return;
  }
  scheduler.remove(thread);
  vfree(thread.stack);
  kmem_cache_free(threads.cache, &thread);
}

[[noreturn]] void thread_main(void* argument) {
  auto& self = *static_cast<Thread*>(argument);
  arch::irq_enable();  // schedule() switched here with interrupts off
  self.result = -EINTR;
  if (!self.should_stop) {
    // A fault ends this thread alone. Its report has been printed.
    const bool faulted = arch::run_guarded(
        [](void* me) {
          auto& thread = *static_cast<Thread*>(me);
          thread.result = thread.function(thread.data);
        },
        &self);
    if (faulted) {
      self.result = -EFAULT;
      printk(KERN_ERR "%s[%d]: killed by its fault\n", self.comm, self.pid);
    }
  }
  thread_exit(self.result);
}

// A null return means no memory; half a thread is undone.
Thread* make_thread(int (*function)(void*), void* data, const char* name, int prio) {
  void* const memory = kmem_cache_alloc(threads.cache, GFP_KERNEL);
  if (memory == nullptr) return nullptr;
  void* const stack = vmalloc(kThreadStackSize);
  if (stack == nullptr) {
    kmem_cache_free(threads.cache, memory);
    return nullptr;
  }
  auto* thread = ::new (memory) Thread{};
  thread->function = function;
  thread->data = data;
  thread->flags = PF_KTHREAD;
  thread->references = 1;
  init_completion(&thread->exited);
  thread->stack = stack;
  thread->stack_size = kThreadStackSize;
  thread->context = arch::context_prepare(stack, kThreadStackSize, thread_main, thread);
  scheduler.add(*thread, name, prio);
  return thread;
}

int reap(void*) {
  for (;;) {
    set_current_state(TASK_UNINTERRUPTIBLE);
    Thread* thread = nullptr;
    {
      const arch::IrqGuard irqs_off;
      thread = threads.dead.pop_front();
    }
    if (thread == nullptr) {
      schedule();
      continue;
    }
    __set_current_state(TASK_RUNNING);
    release(*thread);
  }
}

int idle(void*) {
  for (;;) {
    arch::irq_disable();
    // With interrupts off between the look and the wait, a wake-up in between is not slept through: WFI wakes for a
    // masked interrupt too; the handler runs when they are unmasked.
    if (!sync::mink_need_resched) arch::wait_for_interrupt();
    arch::irq_enable();
    schedule();
  }
}

// Of /proc/meminfo's KernelStack. Any context.
std::size_t stack_kilobytes() {
  const arch::IrqGuard irqs_off;
  return (scheduler.all().size() - 1) * kThreadStackSize / 1024;  // the first one has the boot's stack
}

// Preemption off: kthreadd frees nobody meanwhile.
bool alive(const Thread& thread) {
  for (const Thread& each : scheduler.all()) {
    if (&each == &thread) return true;
  }
  return false;
}

}  // namespace

void sched_init() {
  threads.cache = kmem_cache_create("task_struct", sizeof(Thread), alignof(Thread), SLAB_PANIC, nullptr);
  scheduler.start(threads.boot, "init", kPriorityDefault);
  Thread* const idle_thread = make_thread(idle, nullptr, "swapper", kPriorityIdle);
  threads.reaper = make_thread(reap, nullptr, "kthreadd", kPriorityDefault - 8);
  if (idle_thread == nullptr || threads.reaper == nullptr) panic("no memory for the first threads");
  idle_thread->__state = TASK_RUNNING;
  scheduler.set_idle(*idle_thread);
  scheduler.wake(*threads.reaper);
  mm::set_stack_figure(stack_kilobytes);
}

void sched_tick() { scheduler.tick(); }

void thread_exit(int result) {
  Thread& self = scheduler.running();
  MINK_ASSERT(!sync::in_atomic());
  if (self.account != 0) leave_oom(self);
  arch::irq_disable();
  self.result = result;
  self.flags |= PF_EXITING;
  self.__state = TASK_DEAD;
  complete_all(&self.exited);
  threads.dead.push_back(self);
  scheduler.wake(*threads.reaper);
  scheduler.schedule();
  panic("a dead thread ran");
}

void show_threads(TextSink& out) {
  print(out, "  PID PRIO STATE     SWITCHES PREEMPTED    TICKS NAME\n");
  sync::preempt_disable();  // nobody comes or goes
  for (const Thread& thread : scheduler.all()) {
    const char* state = "sleeping";
    if (thread.__state == TASK_RUNNING) state = &thread == &scheduler.running() ? "running" : "ready";
    if (thread.__state == TASK_NEW) state = "new";
    if (thread.__state == TASK_DEAD) state = "dead";
    if (thread.__state == TASK_UNINTERRUPTIBLE) state = "waiting";
    print(out, "%5d %4d %-8s %9lu %9lu %8lu %s\n", thread.pid, thread.prio, state, thread.nvcsw,
          thread.nivcsw, thread.ticks, thread.comm);
  }
  sync::preempt_enable();
}

}  // namespace mink::kernel

using namespace mink::kernel;

extern "C" {

struct task_struct* kthread_create(int (*function)(void* data), void* data, const char* name_format, ...) {
  char name[TASK_COMM_LEN];
  va_list arguments;
  va_start(arguments, name_format);
  mink::vformat_to(name, sizeof name, name_format, arguments);
  va_end(arguments);
  Thread* const thread = make_thread(function, data, name, kPriorityDefault);
  if (thread == nullptr) return static_cast<task_struct*>(ERR_PTR(-ENOMEM));
  return thread;
}

int kthread_stop(struct task_struct* task) {
  Thread& thread = thread_of(task);
  mink::sync::preempt_disable();
  const bool is_thread = alive(thread);
  if (is_thread) get_task_struct(task);
  mink::sync::preempt_enable();
  if (!is_thread) {
    printk(KERN_ERR "BUG: kthread_stop of %px, which is no thread (has it returned?); caller %pS\n",
           static_cast<void*>(task), __builtin_return_address(0));
    return -ESRCH;
  }
  thread.should_stop = true;
  wake_up_process(task);
  wait_for_completion(&thread.exited);
  const int result = thread.result;
  put_task_struct(task);
  return result;
}

int kthread_should_stop(void) { return scheduler.running().should_stop ? 1 : 0; }

struct task_struct* get_task_struct(struct task_struct* task) {
  const mink::arch::IrqGuard irqs_off;
  ++thread_of(task).references;
  return task;
}

void put_task_struct(struct task_struct* task) { release(thread_of(task)); }

}  // extern "C"
