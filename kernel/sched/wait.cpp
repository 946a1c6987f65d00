// SPDX-License-Identifier: MIT
// Wait queues: non-exclusive sleepers stand in front, exclusive ones behind, each in the order they came.
#include <linux/wait.h>
#include <arch/irq.hpp>

using mink::arch::IrqGuard;

namespace {

void enqueue(wait_queue_head_t* queue, wait_queue_entry_t* wait, unsigned state, bool exclusive) {
  const IrqGuard irqs_off;
  wait->exclusive = exclusive ? 1 : 0;
  if (list_empty(&wait->entry)) {
    list_head* position = &queue->head;
    if (!exclusive) {
      // Behind the last non-exclusive one.
      position = queue->head.next;
      while (position != &queue->head && list_entry(position, wait_queue_entry_t, entry)->exclusive == 0) {
        position = position->next;
      }
    }
    list_add_tail(&wait->entry, position);
  }
  set_current_state(state);
}

}  // namespace

extern "C" {

void init_waitqueue_head(wait_queue_head_t* queue) { INIT_LIST_HEAD(&queue->head); }

void init_wait(wait_queue_entry_t* wait) {
  INIT_LIST_HEAD(&wait->entry);
  wait->task = current;
  wait->exclusive = 0;
}

void prepare_to_wait(wait_queue_head_t* queue, wait_queue_entry_t* wait, unsigned int state) {
  enqueue(queue, wait, state, false);
}

void prepare_to_wait_exclusive(wait_queue_head_t* queue, wait_queue_entry_t* wait, unsigned int state) {
  enqueue(queue, wait, state, true);
}

void finish_wait(wait_queue_head_t*, wait_queue_entry_t* wait) {
  __set_current_state(TASK_RUNNING);
  const IrqGuard irqs_off;
  list_del_init(&wait->entry);
}

void __wake_up(wait_queue_head_t* queue, unsigned int mode, int exclusive) {
  const IrqGuard irqs_off;
  for (list_head *at = queue->head.next, *next = at->next; at != &queue->head; at = next, next = at->next) {
    wait_queue_entry_t* const wait = list_entry(at, wait_queue_entry_t, entry);
    if ((wait->task->__state & mode) == 0) continue;
    // Taken out by the waker, so that a second wake-up goes to the next sleeper.
    const bool was_exclusive = wait->exclusive != 0;
    list_del_init(&wait->entry);
    wake_up_process(wait->task);
    if (was_exclusive && --exclusive == 0) break;
  }
}

int waitqueue_active(const wait_queue_head_t* queue) { return list_empty(&queue->head) ? 0 : 1; }

}  // extern "C"
