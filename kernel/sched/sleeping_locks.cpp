// SPDX-License-Identifier: MIT
// Completion, mutex, semaphore, rwsem: each is a condition over a wait queue. The state is changed with interrupts off;
// on one CPU that is the lock of the lock.
#include <base/log.h>
#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <arch/irq.hpp>

using mink::arch::IrqGuard;

namespace {

// Sleeps in `queue` until take() takes what it wants, or `timeout` ticks have passed. Exclusive: one wake-up, one taker.
// True if it took. take() is called with interrupts off.
template <class Take>
bool wait_to_take(wait_queue_head_t& queue, Take take, long timeout = MAX_SCHEDULE_TIMEOUT) {
  const auto attempt = [&take] {
    const IrqGuard irqs_off;
    return take();
  };
  if (attempt()) return true;
  wait_queue_entry_t wait;
  init_wait(&wait);
  bool taken = false;
  for (;;) {
    prepare_to_wait_exclusive(&queue, &wait, TASK_UNINTERRUPTIBLE);
    taken = attempt();
    if (taken || timeout == 0) break;
    timeout = schedule_timeout(timeout);
  }
  finish_wait(&queue, &wait);
  return taken;
}

bool take_one(unsigned& count) {
  if (count == 0) return false;
  if (count != UINT_MAX) --count;  // UINT_MAX: complete_all, for ever
  return true;
}

}  // namespace

extern "C" {

void init_completion(struct completion* x) {
  x->done = 0;
  init_waitqueue_head(&x->wait);
}
void reinit_completion(struct completion* x) { x->done = 0; }

void complete(struct completion* x) {
  const IrqGuard irqs_off;
  if (x->done != UINT_MAX) ++x->done;
  wake_up(&x->wait);
}
void complete_all(struct completion* x) {
  const IrqGuard irqs_off;
  x->done = UINT_MAX;
  wake_up_all(&x->wait);
}
void wait_for_completion(struct completion* x) {
  might_sleep();
  wait_to_take(x->wait, [x] { return take_one(x->done); });
}
unsigned long wait_for_completion_timeout(struct completion* x, unsigned long timeout) {
  might_sleep();
  const unsigned long start = jiffies;
  if (!wait_to_take(
          x->wait, [x] { return take_one(x->done); }, static_cast<long>(timeout)))
    return 0;
  const unsigned long passed = jiffies - start;
  return passed < timeout ? timeout - passed : 1;
}
int try_wait_for_completion(struct completion* x) {
  const IrqGuard irqs_off;
  return take_one(x->done) ? 1 : 0;
}
int completion_done(struct completion* x) { return x->done != 0 ? 1 : 0; }

void mutex_init(struct mutex* lock) {
  lock->owner = nullptr;
  init_waitqueue_head(&lock->wait);
}
int mutex_trylock(struct mutex* lock) {
  const IrqGuard irqs_off;
  if (lock->owner != nullptr) return 0;
  lock->owner = current;
  return 1;
}
void mutex_lock(struct mutex* lock) {
  might_sleep();
  if (lock->owner == current) {
    printk(KERN_ERR "BUG: mutex %pS taken again by its owner %s/%d\n", static_cast<void*>(lock),
           current->comm, current->pid);
    dump_stack();
    return;
  }
  wait_to_take(lock->wait, [lock] { return mutex_trylock(lock) != 0; });
}
int mutex_lock_interruptible(struct mutex* lock) {
  mutex_lock(lock);
  return 0;
}
void mutex_unlock(struct mutex* lock) {
  if (lock->owner != current) {
    printk(KERN_ERR "BUG: mutex %pS released by %s/%d, which does not hold it\n", static_cast<void*>(lock),
           current->comm, current->pid);
    dump_stack();
    return;
  }
  const IrqGuard irqs_off;
  lock->owner = nullptr;
  wake_up(&lock->wait);
}
int mutex_is_locked(const struct mutex* lock) { return lock->owner != nullptr ? 1 : 0; }

void sema_init(struct semaphore* sem, int value) {
  sem->count = static_cast<unsigned>(value);
  init_waitqueue_head(&sem->wait);
}
int down_trylock(struct semaphore* sem) {
  const IrqGuard irqs_off;
  if (sem->count == 0) return 1;
  --sem->count;
  return 0;
}
void down(struct semaphore* sem) {
  might_sleep();
  wait_to_take(sem->wait, [sem] { return down_trylock(sem) == 0; });
}
int down_interruptible(struct semaphore* sem) {
  down(sem);
  return 0;
}
int down_timeout(struct semaphore* sem, long timeout) {
  might_sleep();
  return wait_to_take(
             sem->wait, [sem] { return down_trylock(sem) == 0; }, timeout)
             ? 0
             : -ETIME;
}
void up(struct semaphore* sem) {
  const IrqGuard irqs_off;
  ++sem->count;
  wake_up(&sem->wait);
}

void init_rwsem(struct rw_semaphore* sem) {
  sem->holders = 0;
  sem->writers_waiting = 0;
  init_waitqueue_head(&sem->wait);
}
int down_read_trylock(struct rw_semaphore* sem) {
  const IrqGuard irqs_off;
  if (sem->holders < 0 || sem->writers_waiting != 0) return 0;
  ++sem->holders;
  return 1;
}
int down_write_trylock(struct rw_semaphore* sem) {
  const IrqGuard irqs_off;
  if (sem->holders != 0) return 0;
  sem->holders = -1;
  return 1;
}
void down_read(struct rw_semaphore* sem) {
  might_sleep();
  wait_event(sem->wait, down_read_trylock(sem) != 0);
}
void down_write(struct rw_semaphore* sem) {
  might_sleep();
  {
    const IrqGuard irqs_off;
    ++sem->writers_waiting;
  }
  wait_event(sem->wait, down_write_trylock(sem) != 0);
  const IrqGuard irqs_off;
  --sem->writers_waiting;
}
void up_read(struct rw_semaphore* sem) {
  const IrqGuard irqs_off;
  if (--sem->holders == 0) wake_up_all(&sem->wait);
}
void up_write(struct rw_semaphore* sem) {
  const IrqGuard irqs_off;
  sem->holders = 0;
  wake_up_all(&sem->wait);
}
void downgrade_write(struct rw_semaphore* sem) {
  const IrqGuard irqs_off;
  sem->holders = 1;
  wake_up_all(&sem->wait);
}

}  // extern "C"
