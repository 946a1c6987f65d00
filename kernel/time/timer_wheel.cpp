// SPDX-License-Identifier: MIT
// The timer wheel.
#include <base/log.h>
#include <arch/irq.hpp>
#include <kernel/timer_wheel.hpp>
#include <sync/preempt.hpp>

namespace mink::kernel {

namespace {

using Link = mink_timer_link;

void make_ring(Link& head) { head.next = head.prev = &head; }
bool is_empty(const Link& head) { return head.next == nullptr || head.next == &head; }

void push_back(Link& head, Link& node) {
  if (head.next == nullptr) make_ring(head);
  node.next = &head;
  node.prev = head.prev;
  head.prev->next = &node;
  head.prev = &node;
}

void unlink(Link& node) {
  node.next->prev = node.prev;
  node.prev->next = node.next;
  node = Link{nullptr, nullptr};
}

// All of `from` to the end of `to`, which is empty.
void move_ring(Link& from, Link& to) {
  if (is_empty(from)) {
    make_ring(to);
    return;
  }
  to = from;
  to.next->prev = &to;
  to.prev->next = &to;
  make_ring(from);
}

timer_list& timer_of(Link& node) { return *from_timer(static_cast<timer_list*>(nullptr), &node, entry); }

}  // namespace

Link& TimerWheel::slot(unsigned level, unsigned long jiffy) {
  if (level == 0) return slots_[jiffy & (kNear - 1)];
  return slots_[kNear + (level - 1) * kFar + ((jiffy >> shift_of(level)) & (kFar - 1))];
}

Link& TimerWheel::slot_for(unsigned long expires) {
  unsigned long ahead = expires - next_;
  if (static_cast<long>(ahead) < 0) return slot(0, next_);  // past: the next to run
  if (ahead > 0xfffffffful) {  // a 64-bit host: as far as the wheel goes, then again
    ahead = 0xfffffffful;
    expires = next_ + ahead;
  }
  unsigned level = 0;
  while (level + 1 < kLevels && (ahead >> shift_of(level + 1)) != 0) ++level;
  return slot(level, expires);
}

void TimerWheel::insert(timer_list& timer) { push_back(slot_for(timer.expires), timer.entry); }

int TimerWheel::mod(timer_list& timer, unsigned long expires) {
  if (timer.function == nullptr) {
    printk(KERN_WARNING "mod_timer: a timer without a function\n");
    dump_stack();
    return 0;
  }
  const arch::IrqGuard guard;
  const bool was = timer_pending(&timer) != 0;
  if (was) {
    if (timer.expires == expires) return 1;
    unlink(timer.entry);
  } else {
    ++pending_;
  }
  timer.expires = expires;
  insert(timer);
  return was ? 1 : 0;
}

int TimerWheel::del(timer_list& timer) {
  const arch::IrqGuard guard;
  if (timer_pending(&timer) == 0) return 0;
  unlink(timer.entry);
  --pending_;
  return 1;
}

int TimerWheel::try_to_del_sync(timer_list& timer) {
  const arch::IrqGuard guard;
  return running_ == &timer ? -1 : del(timer);
}

// The slot of `level` that covers next_ has come near: each of its timers goes to where it belongs now.
void TimerWheel::deal_out(unsigned level) {
  Link ring{};
  move_ring(slot(level, next_), ring);
  while (!is_empty(ring)) {
    timer_list& timer = timer_of(*ring.next);
    unlink(timer.entry);
    insert(timer);
  }
}

// Level 0 comes round: from the top down, so that what comes from above may go on at once.
void TimerWheel::deal_out_near() {
  for (unsigned level = kLevels - 1; level != 0; --level) {
    if ((next_ & ((1ul << shift_of(level)) - 1)) == 0) deal_out(level);
  }
}

// The next timer that is due, off the wheel, or nullptr.
timer_list* TimerWheel::take_due() {
  const arch::IrqGuard guard;
  if (is_empty(due_)) return nullptr;
  timer_list& timer = timer_of(*due_.next);
  unlink(timer.entry);
  --pending_;
  running_ = &timer;
  return &timer;
}

void TimerWheel::run(unsigned long now) {
  while (time_after_eq(now, next_)) {
    {
      const arch::IrqGuard guard;
      if ((next_ & (kNear - 1)) == 0) [[unlikely]]
        deal_out_near();
      Link& now_due = slot(0, next_);
      ++next_;  // before the functions run: what they start fires from the next jiffy on
      if (is_empty(now_due)) continue;
      move_ring(now_due, due_);
    }
    while (timer_list* const timer = take_due()) {
      const unsigned before = sync::preempt_count();
      void (*const function)(timer_list*) = timer->function;
      function(timer);  // the timer may be freed memory from here on
      if (sync::preempt_count() != before) {
        printk(KERN_ERR "timer: %pS preempt leak: %08x -> %08x\n", reinterpret_cast<void*>(function), before,
               sync::preempt_count());
        sync::mink_preempt_count = before;
      }
      running_ = nullptr;
    }
  }
}

bool TimerWheel::check_slot(const Link& head, unsigned level, unsigned index, std::size_t& count) const {
  if (head.next == nullptr) return head.prev == nullptr;
  for (const Link* at = &head; at->next != &head; at = at->next) {
    if (at->next == nullptr || at->next->prev != at) return false;
    if (++count > pending_) return false;  // also ends a ring that does not close
    const timer_list& timer = timer_of(*at->next);
    const unsigned long ahead = timer.expires - next_;
    const bool past = static_cast<long>(ahead) < 0;
    const unsigned long jiffy = past ? next_ : timer.expires;
    const unsigned slots = level == 0 ? kNear : kFar;
    if (ahead <= 0xfffffffful && !past && ((jiffy >> shift_of(level)) & (slots - 1)) != index) return false;
    if (past && level != 0) return false;
    if (!past && level + 1 < kLevels && (ahead >> shift_of(level + 1)) != 0) return false;
  }
  return head.prev->next == &head;
}

bool TimerWheel::check() const {
  const arch::IrqGuard guard;
  std::size_t count = 0;
  for (unsigned i = 0; i < kNear; ++i) {
    if (!check_slot(slots_[i], 0, i, count)) return false;
  }
  for (unsigned level = 1; level < kLevels; ++level) {
    for (unsigned i = 0; i < kFar; ++i) {
      if (!check_slot(slots_[kNear + (level - 1) * kFar + i], level, i, count)) return false;
    }
  }
  for (const Link* at = due_.next; at != nullptr && at != &due_; at = at->next) ++count;
  return count == pending_;
}

}  // namespace mink::kernel
