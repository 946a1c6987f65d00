// SPDX-License-Identifier: MIT
#include <sync/lock_check.h>

#include <base/log.h>
#include <arch/irq.hpp>
#include <array>
#include <sync/lock_stat.hpp>
#include <sync/preempt.hpp>

using namespace mink;

namespace {

// The locks held, in the order they were taken: threads cannot be switched while one is held, so the list belongs to the
// CPU; an interrupt adds its own and takes them off again before it returns.
constexpr unsigned kMaxHeld = 16;
struct Held {
  mink_lock* lock[kMaxHeld] = {};
  std::uint64_t since[kMaxHeld] = {};  // while it is measured
  unsigned count = 0;
};
constinit Held held{};

using Clock = std::uint64_t (*)();
constinit Clock stat_clock = nullptr;
constinit std::uint64_t stat_start = 0;
constinit std::array<sync::LockStat, sync::kLockRanks> stats{};

const char* name_of(const mink_lock* lock) { return lock->name != nullptr ? lock->name : "?"; }

bool report_once(mink_lock* lock) {
  if ((lock->usage & MINK_LOCK_REPORTED) != 0) return false;
  lock->usage = static_cast<unsigned char>(lock->usage | MINK_LOCK_REPORTED);
  return true;
}

void check_order(mink_lock* lock, const void* caller) {
  if (lock->rank == 0) return;
  for (unsigned i = 0; i < held.count; ++i) {
    const mink_lock* const other = held.lock[i];
    if (other->rank < lock->rank) continue;
    if (report_once(lock)) {
      printk(KERN_ERR
             "BUG: lock order: %s %pS (rank %u) taken at %pS while %s %pS (rank %u) is held since %pS\n",
             name_of(lock), static_cast<void*>(lock), lock->rank, caller, name_of(other),
             static_cast<const void*>(other), other->rank, other->taken_by);
      dump_stack();
    }
    return;
  }
}

void check_context(mink_lock* lock, const void* caller) {
  if (sync::in_irq()) {
    lock->usage |= MINK_LOCK_IN_IRQ;
  } else if (!arch::irqs_disabled()) {
    lock->usage |= MINK_LOCK_IRQS_ON;
  }
  constexpr unsigned kBoth = MINK_LOCK_IN_IRQ | MINK_LOCK_IRQS_ON;
  if ((lock->usage & kBoth) == kBoth && report_once(lock)) {
    printk(KERN_ERR
           "BUG: lock %s %pS is taken in interrupt and elsewhere with interrupts on; now at %pS. Use "
           "spin_lock_irqsave\n",
           name_of(lock), static_cast<void*>(lock), caller);
    dump_stack();
  }
}

void note_hold(const mink_lock& lock, std::uint64_t since) {
  if (since < stat_start || lock.rank >= stats.size()) return;  // taken before the measurement began
  sync::LockStat& stat = stats[lock.rank];
  stat.name = lock.name;
  ++stat.released;
  const std::uint64_t hold = stat_clock() - since;
  if (hold < stat.longest) return;
  stat.longest = hold;
  stat.taken_by = lock.taken_by;
}

// False: it was not held.
bool forget(mink_lock* lock) {
  const arch::IrqGuard irqs_off;
  for (unsigned i = held.count; i-- > 0;) {
    if (held.lock[i] != lock) continue;
    if (stat_clock != nullptr) [[unlikely]]
      note_hold(*lock, held.since[i]);
    for (unsigned j = i + 1; j < held.count; ++j) {
      held.lock[j - 1] = held.lock[j];
      held.since[j - 1] = held.since[j];
    }
    --held.count;
    lock->held = 0;
    return true;
  }
  return false;
}

}  // namespace

namespace mink::sync {

void measure_locks(std::uint64_t (*clock)()) {
  const arch::IrqGuard irqs_off;
  if (clock != nullptr) {
    stats = {};
    stat_start = clock();
  }
  stat_clock = clock;
}

LockStat lock_stat(LockRank rank) {
  const arch::IrqGuard irqs_off;
  return stats[rank];
}

}  // namespace mink::sync

extern "C" {

void mink_lock_taken(struct mink_lock* lock, const void* caller) {
  if (lock->held != 0) [[unlikely]] {
    panic("BUG: spinlock %s %pS taken at %pS while held since %pS: it would spin for ever", name_of(lock),
          static_cast<void*>(lock), caller, lock->taken_by);
  }
  check_context(lock, caller);
  check_order(lock, caller);
  const arch::IrqGuard irqs_off;
  lock->held = 1;
  lock->taken_by = caller;
  if (held.count == kMaxHeld) panic("more than %u spinlocks held", kMaxHeld);
  held.lock[held.count] = lock;
  held.since[held.count++] = stat_clock != nullptr ? stat_clock() : 0;
}

void mink_lock_released(struct mink_lock* lock) {
  if (!forget(lock)) [[unlikely]] {
    panic("BUG: spinlock %s %pS released, and nobody holds it", name_of(lock), static_cast<void*>(lock));
  }
}

unsigned mink_locks_held(void) { return held.count; }

}  // extern "C"
