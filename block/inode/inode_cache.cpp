// SPDX-License-Identifier: MIT
#include <base/assert.hpp>
#include <block/inode_cache.hpp>
#include <new>

namespace mink::block {

Err InodeCache::init() {
  cache_ = memory_.create(
      {.name = kCacheName, .size = sizeof(Inode), .align = alignof(Inode), .flags = SLAB_RECLAIM_ACCOUNT},
      MINK_CALLER());
  return cache_ != nullptr ? Err::Ok : Err::NoMem;
}

InodeCache::~InodeCache() {
  while (Inode* const inode = unused_.pop_front()) {
    inodes_.erase(inodes_.iterator_to(*inode));
    memory_.free(*cache_, inode, MINK_CALLER());
  }
  if (cache_ != nullptr) static_cast<void>(memory_.destroy(*cache_, MINK_CALLER()));
}

Inode* InodeCache::find_locked(std::uint32_t number) {
  const auto at = inodes_.find(number, Less{});
  if (at == inodes_.end()) return nullptr;
  if (at->users++ == 0) {
    unused_.erase(*at);
    --figures_.unused;
  }
  return &*at;
}

Inode* InodeCache::get(std::uint32_t number, gfp_t gfp) {
  {
    const sync::LockGuard guard{lock_};
    if (Inode* const known = find_locked(number); known != nullptr) return known;
  }
  void* const memory = memory_.alloc(*cache_, gfp, MINK_CALLER());
  if (memory == nullptr) return nullptr;
  Inode* fresh = ::new (memory) Inode{};
  fresh->number = number;
  fresh->users = 1;
  Inode* known = nullptr;
  {
    const sync::LockGuard guard{lock_};
    known = find_locked(number);  // made by somebody else meanwhile?
    if (known == nullptr) {
      inodes_.insert(*fresh);
      ++figures_.known;
      return fresh;
    }
  }
  memory_.free(*cache_, fresh, MINK_CALLER());
  return known;
}

void InodeCache::hold(Inode& inode) {
  const sync::LockGuard guard{lock_};
  MINK_ASSERT(inode.users != 0);
  ++inode.users;
}

void InodeCache::put(Inode& inode) {
  const sync::LockGuard guard{lock_};
  MINK_ASSERT(inode.users != 0);
  if (--inode.users != 0) return;
  unused_.push_front(inode);
  ++figures_.unused;
}

std::size_t InodeCache::shrink(gfp_t gfp, std::size_t pages) {
  if ((gfp & __GFP_FS) == 0) {
    ++figures_.refused;
    return 0;
  }
  // Objects are what is had by number, pages what is wanted: as many as fill them.
  const std::size_t wanted = pages * (kPageSize / sizeof(Inode));
  for (std::size_t i = 0; i < wanted; ++i) {
    Inode* oldest = nullptr;
    {
      const sync::LockGuard guard{lock_};
      oldest = unused_.pop_back();
      if (oldest == nullptr) break;
      inodes_.erase(inodes_.iterator_to(*oldest));
      --figures_.unused;
      --figures_.known;
      ++figures_.evicted;
    }
    memory_.free(*cache_, oldest, MINK_CALLER());
  }
  return memory_.shrink_cache(*cache_);
}

bool InodeCache::nth(std::size_t n, Inode& copy) const {
  const sync::LockGuard guard{lock_};
  for (const Inode& inode : inodes_) {
    if (n-- != 0) continue;
    copy.number = inode.number;
    copy.users = inode.users;
    copy.reads = inode.reads;
    copy.writes = inode.writes;
    return true;
  }
  return false;
}

}  // namespace mink::block
