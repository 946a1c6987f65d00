// SPDX-License-Identifier: MIT
// Reading and writing through the cache, and giving it back.
#include <arch/irq.hpp>
#include <arch/memory.hpp>
#include <base/assert.hpp>
#include <block/page_cache.hpp>
#include <cstring>
#include <sync/preempt.hpp>

namespace mink::block {

PageCache::PageCache(Device& device, InodeCache& inodes, mm::PageAllocator& pages, mm::SlabAllocator& memory,
                     const Options& options)
    : device_{device}, inodes_{inodes}, pages_{pages}, memory_{memory}, options_{options} {
  init_waitqueue_head(&unlocked_);
  init_waitqueue_head(&flusher_);
}

PageCache::~PageCache() {
  drop();
  MINK_ASSERT(tree_.empty());
  if (cache_ != nullptr) static_cast<void>(memory_.destroy(*cache_, MINK_CALLER()));
}

Err PageCache::init() {
  cache_ = memory_.create({.name = "cached_page",
                           .size = sizeof(CachedPage),
                           .align = alignof(CachedPage),
                           .flags = SLAB_RECLAIM_ACCOUNT},
                          MINK_CALLER());
  return cache_ != nullptr ? Err::Ok : Err::NoMem;
}

// Of a locked page: its contents.
Err PageCache::fill(CachedPage& p) {
  if (p.uptodate) return Err::Ok;
  const Err e = device_.transfer(Direction::Read, p.index * kSectorsPerPage, kSectorsPerPage, p.memory);
  if (ok(e)) p.uptodate = true;
  return e;
}

// move(page, offset in it, size, bytes done before), with the page locked, for each page of the range.
template <class Move>
Err PageCache::for_pages(std::uint64_t at, std::size_t size, gfp_t gfp, Move move) {
  const std::uint64_t end = std::uint64_t{pages_of_device()} * kPageSize;
  if (at > end || size > end - at) return Err::Range;
  for (std::size_t done = 0; done < size;) {
    const auto offset = static_cast<std::size_t>((at + done) % kPageSize);
    const std::size_t part = size - done < kPageSize - offset ? size - done : kPageSize - offset;
    CachedPage* const p = get(static_cast<std::uint32_t>((at + done) / kPageSize), gfp);
    if (p == nullptr) return Err::NoMem;
    lock_page(*p);
    const Err e = move(*p, offset, part, done);
    unlock_page(*p);
    release(*p);
    if (!ok(e)) return e;
    done += part;
  }
  return Err::Ok;
}

Err PageCache::read(std::uint64_t at, void* to, std::size_t size, gfp_t gfp) {
  return for_pages(at, size, gfp, [&](CachedPage& p, std::size_t offset, std::size_t part, std::size_t done) {
    const Err e = fill(p);
    if (!ok(e)) return e;
    ++p.inode->reads;
    memcpy(static_cast<char*>(to) + done, static_cast<char*>(p.memory) + offset, part);
    return e;
  });
}

Err PageCache::write(std::uint64_t at, const void* from, std::size_t size, gfp_t gfp) {
  const Err result =
      for_pages(at, size, gfp, [&](CachedPage& p, std::size_t offset, std::size_t part, std::size_t done) {
        if (part != kPageSize) {  // a whole page need not be read first
          if (const Err e = fill(p); !ok(e)) return e;
        }
        memcpy(static_cast<char*>(p.memory) + offset, static_cast<const char*>(from) + done, part);
        const sync::LockGuard guard{lock_};
        p.uptodate = true;
        ++p.inode->writes;
        if (!p.dirty) ++figures_.nr_dirtied;
        set_dirty_locked(p, true);
        return Err::Ok;
      });
  while (figures_.nr_dirty > options_.dirty_limit && write_back(32) != 0) {
  }
  return result;
}

std::size_t PageCache::drop() {
  std::size_t freed = 0;
  while (const std::size_t n = evict(256)) freed += n;
  return freed;
}

void PageCache::discard() {
  {
    const sync::LockGuard guard{lock_};
    while (CachedPage* const p = dirty_.front()) set_dirty_locked(*p, false);
  }
  drop();
}

std::size_t PageCache::shrink(gfp_t gfp, std::size_t pages) {
  gfp = device_.without_recursion(gfp);
  std::size_t freed = evict(pages);
  if (freed < pages && figures_.nr_dirty != 0) {
    const bool may_sleep = !sync::in_atomic() && !arch::irqs_disabled();
    if ((gfp & __GFP_IO) != 0 && may_sleep) {
      const auto written_pages = static_cast<std::uint32_t>(write_back(pages - freed));
      figures_.nr_vmscan_write += written_pages;
      freed += evict(pages - freed);
    } else {
      flush_wanted_ = true;
      wake_up(&flusher_);
    }
  }
  figures_.pgsteal += static_cast<std::uint32_t>(freed);
  return freed;
}

}  // namespace mink::block
