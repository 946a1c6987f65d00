// SPDX-License-Identifier: MIT
// Pages found, made, locked, and given back.
#include <base/assert.hpp>
#include <block/page_cache.hpp>
#include <new>

namespace mink::block {

PageCache::CachedPage* PageCache::find_locked(std::uint32_t index) {
  const auto at = tree_.find(index, Less{});
  return at != tree_.end() ? &*at : nullptr;
}

// Pinned. nullptr: no memory.
PageCache::CachedPage* PageCache::get(std::uint32_t index, gfp_t gfp) {
  CachedPage* fresh = nullptr;
  CachedPage* found = nullptr;
  for (;;) {
    {
      const sync::LockGuard guard{lock_};
      found = find_locked(index);
      if (found != nullptr) {
        ++found->pins;
        LruList& list = list_of(*found);
        list.erase(*found);
        list.push_front(*found);
        ++figures_.hits;
      } else if (fresh != nullptr) {
        fresh->pins = 1;
        tree_.insert(*fresh);
        clean_.push_front(*fresh);
        ++figures_.nr_file_pages;
        ++zone_figures(*fresh).file;
        ++figures_.misses;
        return fresh;
      }
    }
    if (found != nullptr) break;
    fresh = make(index, gfp);
    if (fresh == nullptr) return nullptr;
  }
  if (fresh != nullptr) unmake(*fresh);  // somebody else was faster
  return found;
}

PageCache::CachedPage* PageCache::make(std::uint32_t index, gfp_t gfp) {
  void* const memory = memory_.alloc(*cache_, gfp, MINK_CALLER());
  if (memory == nullptr) return nullptr;
  CachedPage& p = *::new (memory) CachedPage{};
  p.index = index;
  p.cache = this;
  p.inode = inodes_.get(index / kPagesPerFile, gfp);
  // Low memory: the driver needs its address.
  p.frame = p.inode != nullptr ? pages_.alloc((gfp & ~__GFP_HIGHMEM), 0, MINK_CALLER()) : nullptr;
  if (p.frame == nullptr) {
    unmake(p);
    return nullptr;
  }
  p.memory = pages_.address(p.frame);
  return &p;
}

void PageCache::unmake(CachedPage& p) {
  if (p.frame != nullptr) pages_.free(p.frame, 0, MINK_CALLER());
  if (p.inode != nullptr) inodes_.put(*p.inode);
  memory_.free(*cache_, &p, MINK_CALLER());
}

void PageCache::release(CachedPage& p) {
  const sync::LockGuard guard{lock_};
  MINK_ASSERT(p.pins != 0);
  --p.pins;
}

// Of a pinned page.
void PageCache::lock_page(CachedPage& p) {
  for (;;) {
    {
      const sync::LockGuard guard{lock_};
      if (!p.locked) {
        p.locked = true;
        return;
      }
    }
    wait_event(unlocked_, !p.locked);
  }
}

void PageCache::unlock_page(CachedPage& p) {
  {
    const sync::LockGuard guard{lock_};
    p.locked = false;
  }
  wake_up_all(&unlocked_);
}

void PageCache::set_dirty_locked(CachedPage& p, bool dirty) {
  if (p.dirty == dirty) return;
  list_of(p).erase(p);
  p.dirty = dirty;
  list_of(p).push_front(p);
  if (dirty) {
    ++figures_.nr_dirty;
    ++zone_figures(p).pending;
  } else {
    --figures_.nr_dirty;
    --zone_figures(p).pending;
  }
}

// Clean, unused pages, the longest unused first. Those in use are few, and passed over.
std::size_t PageCache::evict(std::size_t most) {
  constexpr unsigned kAtATime = 16, kPassOver = 64;
  std::size_t freed = 0;
  for (unsigned passed = 0; freed < most && passed < kPassOver;) {
    LruList victims;
    unsigned count = 0;
    {
      const sync::LockGuard guard{lock_};
      CachedPage* p = nullptr;
      for (; count < kAtATime && freed + count < most && passed < kPassOver; ++figures_.pgscan) {
        p = clean_.back();
        if (p == nullptr) break;
        clean_.erase(*p);
        if (p->pins != 0 || p->locked) {
          clean_.push_front(*p);
          ++passed;
          continue;
        }
        tree_.erase(tree_.iterator_to(*p));
        --figures_.nr_file_pages;
        --zone_figures(*p).file;
        victims.push_back(*p);
        ++count;
      }
    }
    if (count == 0) break;
    while (CachedPage* const p = victims.pop_front()) unmake(*p);
    freed += count;
  }
  return freed;
}

bool PageCache::check(TextSink& why) const {
  const sync::LockGuard guard{lock_};
  const std::size_t all = figures_.nr_file_pages;
  bool good = true;
  const auto complain = [&](const char* what) {
    print(why, "page cache: %s\n", what);
    good = false;
  };
  if (!clean_.check(all) || !dirty_.check(all)) {
    complain("a list is broken");
    return false;
  }
  std::size_t dirty = 0, writeback = 0, in_tree = 0;
  Figures::Zone zone[mm::kZones] = {};
  const CachedPage* before = nullptr;
  for (const CachedPage& p : tree_) {
    ++in_tree;
    if (before != nullptr && before->index >= p.index) complain("the tree is out of order");
    before = &p;
    dirty += p.dirty ? 1 : 0;
    writeback += p.writeback ? 1 : 0;
    Figures::Zone& of_zone = zone[static_cast<unsigned>(mm::zone_of(*p.frame))];
    ++of_zone.file;
    of_zone.pending += p.dirty || p.writeback ? 1 : 0;
    if (p.dirty && !p.uptodate) complain("a page is dirty that was never filled");
    if (p.writeback && !p.locked) complain("a page on its way to the device is not locked");
    if (p.inode == nullptr || p.inode->number != p.index / kPagesPerFile) complain("a page of no file");
  }
  if (in_tree != all || clean_.size() + dirty_.size() != all) complain("pages are missing");
  if (dirty != figures_.nr_dirty || dirty_.size() != dirty) complain("dirty pages do not add up");
  if (writeback != figures_.nr_writeback) complain("pages under writeback do not add up");
  for (unsigned z = 0; z < mm::kZones; ++z) {
    if (zone[z].file != figures_.zone[z].file || zone[z].pending != figures_.zone[z].pending)
      complain("pages of a zone do not add up");
  }
  return good;
}

}  // namespace mink::block
