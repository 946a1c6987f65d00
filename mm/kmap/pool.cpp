// SPDX-License-Identifier: MIT
// Shared windows, one a page; see <mm/kmap.hpp>.
#include <algorithm>
#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <mm/kmap.hpp>

namespace mink::mm {

Err KmapPool::init(arch::PageMapper& mapper, VirtAddr start, unsigned windows, PhysAddr any_page) {
  MINK_ASSERT(windows >= 1 && windows <= kMost);
  for (unsigned i = 0; i < windows; ++i) {
    const VirtAddr window = start + i * kWindowStride;
    if (const Err e = mapper.map_run(window, any_page, 1, arch::kKernelData); !ok(e)) return e;
    mapper.unmap_run(window, 1);
    window_[i].next = i + 1 < windows ? static_cast<std::uint8_t>(i + 1) : kNone;
  }
  mapper.purge(start, start + windows * kWindowStride);
  std::ranges::fill(first_, kNone);
  clean_ = 0;
  mapper_ = &mapper;
  start_ = start;
  count_ = windows;
  return Err::Ok;
}

std::uint8_t KmapPool::lookup(PhysAddr page) const {
  if (count_ == 0) return kNone;
  std::uint8_t i = first_[bucket(page)];
  while (i != kNone && window_[i].page != page) i = window_[i].next;
  return i;
}

bool KmapPool::can_serve(PhysAddr page) const {
  return clean_ != kNone || idle_ != 0 || lookup(page) != kNone;
}

void* KmapPool::try_map_locked(PhysAddr page) {
  std::uint8_t i = lookup(page);
  if (i == kNone) {
    if (clean_ == kNone && idle_ != 0) flush_locked();
    if (clean_ == kNone) return nullptr;
    i = clean_;
    Window& fresh = window_[i];
    // The tables are there since init().
    if (!ok(mapper_->map_run(at(i), page, 1, arch::kKernelData))) return nullptr;
    clean_ = fresh.next;
    fresh.page = page;
    fresh.mapped = true;
    fresh.next = first_[bucket(page)];
    first_[bucket(page)] = i;  // last: find() may look from an interrupt
  } else if (window_[i].users == 0) {
    --idle_;
    ++revived_;
  }
  if (window_[i].users++ == 0) ++used_;
  ++maps_;
  return ptr_of<void>(at(i));
}

void* KmapPool::map(PhysAddr page, const void* caller) {
  MINK_ASSERT(is_aligned(page.raw(), kPageSize));
  if (count_ == 0) return nullptr;
  const bool may_sleep = !sync::in_atomic() && !arch::irqs_disabled();
  if (!may_sleep && waiters_ != nullptr && printk_ratelimit() != 0) {
    printk(KERN_ERR
           "BUG: sleeping function called from invalid context at %pS: kmap; use kmap_local_page here\n",
           caller);
    dump_stack();
  }
  if (sync::in_interrupt()) return nullptr;  // it may have interrupted one who changes the chains
  for (;;) {
    {
      const sync::LockGuard guard{lock_};
      if (void* const window = try_map_locked(page); window != nullptr) return window;
      if (!may_sleep || waiters_ == nullptr) return nullptr;
      ++waiting_;
      ++waits_;
    }
    struct Wish {
      const KmapPool* pool;
      PhysAddr page;
    } wish{this, page};
    waiters_->wait(
        [](void* context) {
          const Wish& w = *static_cast<const Wish*>(context);
          const sync::LockGuard guard{w.pool->lock_};
          return w.pool->can_serve(w.page);
        },
        &wish);
    const sync::LockGuard guard{lock_};
    --waiting_;
  }
}

void KmapPool::unmap(PhysAddr page, const void* caller) {
  if (sync::in_interrupt()) {  // as kmap: it may have interrupted one who changes the chains
    printk(KERN_ERR "BUG: kunmap in an interrupt, at %pS: not done\n", caller);
    dump_stack();
    return;
  }
  bool wake = false;
  {
    const sync::LockGuard guard{lock_};
    const std::uint8_t i = lookup(page);
    if (i == kNone || window_[i].users == 0) {
      printk(KERN_ERR "BUG: kunmap of page 0x%08lx, which has no window in use, at %pS\n",
             static_cast<unsigned long>(page.raw()), caller);
      dump_stack();
      return;
    }
    if (--window_[i].users == 0) {
      --used_;
      ++idle_;
      wake = waiting_ != 0;
    }
  }
  // All: one of them may want the very page that another will map first.
  if (wake && waiters_ != nullptr) waiters_->wake_all();
}

void* KmapPool::find(PhysAddr page) const {
  const std::uint8_t i = lookup(page);
  return i != kNone && window_[i].users != 0 ? ptr_of<void>(at(i)) : nullptr;
}

void KmapPool::flush() {
  const sync::LockGuard guard{lock_};
  if (idle_ != 0) flush_locked();
}

// Every idle window becomes clean. None is mapped anew before the purge: the lock is held.
void KmapPool::flush_locked() {
  for (std::uint8_t& head : first_) {
    for (std::uint8_t* link = &head; *link != kNone;) {
      const std::uint8_t i = *link;
      Window& w = window_[i];
      if (w.users != 0) {
        link = &w.next;
        continue;
      }
      *link = w.next;
      w.next = clean_;
      w.mapped = false;
      clean_ = i;
      mapper_->unmap_run(at(i), 1);
    }
  }
  mapper_->purge(start_, start_ + count_ * kWindowStride);
  idle_ = 0;
  ++flushes_;
}

KmapPool::Figures KmapPool::figures() const {
  return {count_, used_, idle_, maps_, revived_, flushes_, waits_};
}

bool KmapPool::check(TextSink& why) const {
  const sync::LockGuard guard{lock_};
  unsigned used = 0, idle = 0, clean = 0;
  bool good = true;
  if (count_ != 0) {
    for (std::uint8_t i = clean_; i != kNone && clean <= count_; i = window_[i].next) ++clean;
    for (unsigned b = 0; b < kBuckets; ++b) {
      for (std::uint8_t i = first_[b]; i != kNone && used + idle <= count_; i = window_[i].next) {
        ++(window_[i].users != 0 ? used : idle);
        if (bucket(window_[i].page) == b) continue;
        print(why, "kmap window %u is in a wrong bucket\n", i);
        good = false;
      }
    }
  }
  for (unsigned i = 0; i < count_; ++i) {
    const auto now = mapper_->translate(at(i));
    const bool right = window_[i].mapped ? now && now->pa == window_[i].page : !now;
    if (right && !mapper_->translate(at(i) + kPageSize)) continue;
    print(why, "kmap window %u: the tables say otherwise\n", i);
    good = false;
  }
  if (used != used_ || idle != idle_ || used + idle + clean != count_) {
    print(why, "kmap: %u used, %u idle, %u clean windows found; %u and %u of %u counted\n", used, idle, clean,
          used_, idle_, count_);
    good = false;
  }
  return good;
}

}  // namespace mink::mm
