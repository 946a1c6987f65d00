// SPDX-License-Identifier: MIT
// Dirty pages on their way to the device. A page is clean as soon as its request is under way, and locked until it has
// arrived; if it does not arrive it is dirty again.
#include <linux/jiffies.h>

#include <block/page_cache.hpp>

namespace mink::block {

// Pages whose end somebody waits for, on the stack.
struct PageCache::Batch {
  unsigned under_way = 0;  // lock_ held
  unsigned written = 0;
  Err result = Err::Ok;
};

// A locked, pinned, dirty page becomes one under way; written() drops lock and pin.
void PageCache::begin_locked(CachedPage& p, Batch& batch) {
  p.writeback = true;
  set_dirty_locked(p, false);
  ++figures_.nr_writeback;
  ++zone_figures(p).pending;
  p.batch = &batch;
  ++batch.under_way;
}

void PageCache::send(CachedPage& p, Request& request) {
  request.direction = Direction::Write;
  request.sector = p.index * kSectorsPerPage;
  request.count = kSectorsPerPage;
  request.memory = p.memory;
  request.done = written;
  request.owner = &p;
  device_.submit(request);
}

// In the device's thread.
void PageCache::written(Request& request) {
  CachedPage& p = *static_cast<CachedPage*>(request.owner);
  PageCache& cache = *p.cache;
  {
    const sync::LockGuard guard{cache.lock_};
    Batch& batch = *p.batch;
    p.writeback = false;
    --cache.figures_.nr_writeback;
    --cache.zone_figures(p).pending;
    if (ok(request.result)) {
      ++cache.figures_.nr_written;
      ++batch.written;
    } else {
      ++cache.figures_.write_errors;
      if (ok(batch.result)) batch.result = request.result;
      cache.set_dirty_locked(p, true);
    }
    p.locked = false;
    p.batch = nullptr;
    --p.pins;
    --batch.under_way;  // with 0 it is gone as soon as the lock is
  }
  cache.device_.put(request);
  wake_up_all(&cache.unlocked_);
}

// The neighbour behind page `before` if it is dirty and free, else the page that has been dirty and unused longest.
PageCache::CachedPage* PageCache::next_dirty_locked(std::uint32_t before) {
  if (before != kNone) {
    CachedPage* const next = find_locked(before + 1);
    if (next != nullptr && next->dirty && !next->locked) return next;
  }
  for (unsigned passed = 0; passed < 16; ++passed) {  // those in use just now are few
    CachedPage* const p = dirty_.back();
    if (p == nullptr || !p->locked) return p;
    dirty_.erase(*p);
    dirty_.push_front(*p);
  }
  return nullptr;
}

std::size_t PageCache::write_back(std::size_t most) {
  Batch batch;
  std::uint32_t before = kNone;
  for (std::size_t started = 0; started < most; ++started) {
    Request& request = device_.get();  // may sleep, so before the page is chosen
    CachedPage* p = nullptr;
    {
      const sync::LockGuard guard{lock_};
      p = next_dirty_locked(before);
      if (p != nullptr) {
        ++p->pins;
        p->locked = true;
        begin_locked(*p, batch);
        before = p->index;
      }
    }
    if (p == nullptr) {
      device_.put(request);
      break;
    }
    send(*p, request);
  }
  wait_event(unlocked_, batch.under_way == 0);
  const sync::LockGuard guard{lock_};
  if (ok(deferred_error_)) deferred_error_ = batch.result;
  return batch.written;
}

// The first dirty page from `index` on, pinned. nullptr: none.
PageCache::CachedPage* PageCache::pin_dirty_from(std::uint32_t index) {
  constexpr unsigned kAtATime = 128;
  for (;;) {
    const sync::LockGuard guard{lock_};
    auto at = tree_.lower_bound(index, Less{});
    for (unsigned i = 0; i < kAtATime; ++i, ++at) {
      if (at == tree_.end()) return nullptr;
      if (!at->dirty) continue;
      ++at->pins;
      return &*at;
    }
    if (at == tree_.end()) return nullptr;
    index = at->index;
  }
}

// One sweep in the order of the device: what is dirtied behind it is for the next time.
Err PageCache::sync() {
  Batch batch;
  {
    const sync::LockGuard guard{lock_};
    batch.result = deferred_error_;
    deferred_error_ = Err::Ok;
  }
  for (std::uint32_t from = 0;;) {
    CachedPage* const p = pin_dirty_from(from);
    if (p == nullptr) break;
    from = p->index + 1;
    lock_page(*p);
    Request& request = device_.get();
    bool dirty = false;
    {
      const sync::LockGuard guard{lock_};
      dirty = p->dirty;  // or has somebody else written it meanwhile?
      if (dirty) begin_locked(*p, batch);
    }
    if (dirty) {
      send(*p, request);
    } else {
      device_.put(request);
      unlock_page(*p);
      release(*p);
    }
  }
  wait_event(unlocked_, batch.under_way == 0);
  wait_event(unlocked_, figures_.nr_writeback == 0);  // what others have started
  return batch.result;
}

void PageCache::flush_rounds() {
  while (!stopping_) {
    wait_event_timeout(flusher_, flush_wanted_ || stopping_, options_.flush_after);
    flush_wanted_ = false;
    // A round is what was dirty at its start. After an error: not before the next round.
    for (std::size_t left = figures_.nr_dirty; left != 0 && !stopping_;) {
      const std::size_t wrote = write_back(left < 32 ? left : 32);
      if (wrote == 0) break;
      left -= wrote < left ? wrote : left;
    }
  }
}

void PageCache::stop_flusher() {
  stopping_ = true;
  wake_up(&flusher_);
}

}  // namespace mink::block
