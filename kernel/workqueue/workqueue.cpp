// SPDX-License-Identifier: MIT
// A workqueue is a list and a thread that empties it, one work at a time.
#include <base/log.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <arch/irq.hpp>
#include <kernel/workqueue.hpp>

using mink::arch::IrqGuard;

struct workqueue_struct {
  list_head pending;
  wait_queue_head_t more;  // the worker waits here
  wait_queue_head_t idle;  // flushers wait here, woken after each work
  work_struct* running;
  task_struct* worker;
  workqueue_struct* next;
};

namespace {

constinit workqueue_struct* all_queues = nullptr;

work_struct* take(workqueue_struct& wq) {
  const IrqGuard irqs_off;
  if (list_empty(&wq.pending)) return nullptr;
  work_struct* const work = list_first_entry(&wq.pending, work_struct, entry);
  list_del_init(&work->entry);
  wq.running = work;
  return work;
}

int worker(void* data) {
  auto& wq = *static_cast<workqueue_struct*>(data);
  for (;;) {
    wait_event(wq.more, !list_empty(&wq.pending) || kthread_should_stop());
    work_struct* const work = take(wq);
    if (work == nullptr) return 0;  // stopped, and nothing left to do
    work->func(work);               // may free the work
    {
      const IrqGuard irqs_off;
      wq.running = nullptr;
    }
    wake_up_all(&wq.idle);
  }
}

// Interrupts off.
workqueue_struct* queue_running(const work_struct* work) {
  for (workqueue_struct* wq = all_queues; wq != nullptr; wq = wq->next) {
    if (wq->running == work) return wq;
  }
  return nullptr;
}

bool busy(const work_struct* work) {
  const IrqGuard irqs_off;
  return list_empty(&work->entry) == 0 || queue_running(work) != nullptr;
}

bool wait_until_not_running(const work_struct* work) {
  bool waited = false;
  for (;;) {
    workqueue_struct* wq = nullptr;
    {
      const IrqGuard irqs_off;
      wq = queue_running(work);
    }
    if (wq == nullptr) return waited;
    waited = true;
    wait_event(wq->idle, wq->running != work);
  }
}

bool take_back(work_struct* work) {
  const IrqGuard irqs_off;
  if (list_empty(&work->entry)) return false;
  list_del_init(&work->entry);
  return true;
}

}  // namespace

namespace mink::kernel {
void workqueue_init() {
  system_wq = alloc_workqueue("kworker/0", 0, 1);
  if (system_wq == nullptr) panic("no memory for the system workqueue");
}
}  // namespace mink::kernel

extern "C" {

constinit struct workqueue_struct* system_wq = nullptr;

struct workqueue_struct* alloc_workqueue(const char* name, unsigned int, int) {
  auto* wq = static_cast<workqueue_struct*>(kzalloc(sizeof(workqueue_struct), GFP_KERNEL));
  if (wq == nullptr) return nullptr;
  INIT_LIST_HEAD(&wq->pending);
  init_waitqueue_head(&wq->more);
  init_waitqueue_head(&wq->idle);
  task_struct* const thread = kthread_run(worker, wq, "%s", name);
  if (IS_ERR(thread)) {
    kfree(wq);
    return nullptr;
  }
  wq->worker = thread;
  const IrqGuard irqs_off;
  wq->next = all_queues;
  all_queues = wq;
  return wq;
}

void destroy_workqueue(struct workqueue_struct* wq) {
  flush_workqueue(wq);
  kthread_stop(wq->worker);
  {
    const IrqGuard irqs_off;
    workqueue_struct** at = &all_queues;
    while (*at != wq) at = &(*at)->next;
    *at = wq->next;
  }
  kfree(wq);
}

int queue_work(struct workqueue_struct* wq, struct work_struct* work) {
  const IrqGuard irqs_off;
  if (!list_empty(&work->entry)) return 0;
  list_add_tail(&work->entry, &wq->pending);
  wake_up(&wq->more);
  return 1;
}

void mink_delayed_work_timer(struct timer_list* timer) {
  delayed_work* const work = container_of(timer, delayed_work, timer);
  queue_work(work->wq, &work->work);
}

int queue_delayed_work(struct workqueue_struct* wq, struct delayed_work* work, unsigned long delay) {
  const IrqGuard irqs_off;
  if (!list_empty(&work->work.entry) || timer_pending(&work->timer)) return 0;
  if (delay == 0) return queue_work(wq, &work->work);
  work->wq = wq;
  mod_timer(&work->timer, jiffies + delay);
  return 1;
}

int schedule_work(struct work_struct* work) { return queue_work(system_wq, work); }
int schedule_delayed_work(struct delayed_work* work, unsigned long delay) {
  return queue_delayed_work(system_wq, work, delay);
}

int flush_work(struct work_struct* work) {
  if (!busy(work)) return 0;
  // Pending: its worker gets to it. A tick is as good a moment to look again as any.
  while (busy(work)) {
    if (!wait_until_not_running(work)) schedule_timeout_uninterruptible(1);
  }
  return 1;
}

void flush_workqueue(struct workqueue_struct* wq) {
  wait_event(wq->idle, list_empty(&wq->pending) && wq->running == nullptr);
}

int cancel_work_sync(struct work_struct* work) {
  const bool was_pending = take_back(work);
  wait_until_not_running(work);
  return was_pending ? 1 : 0;
}

int cancel_delayed_work(struct delayed_work* work) {
  const IrqGuard irqs_off;
  const bool timed = del_timer(&work->timer) != 0;
  return timed || take_back(&work->work) ? 1 : 0;
}

int cancel_delayed_work_sync(struct delayed_work* work) {
  const int was_pending = cancel_delayed_work(work);
  wait_until_not_running(&work->work);
  return was_pending;
}

}  // extern "C"
