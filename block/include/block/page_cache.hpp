// SPDX-License-Identifier: MIT
// Pages of a block device in memory: read and written through, dirty ones written back later, clean ones given back when
// memory is short. A dirty page leaves memory by being written, in no other way.
//
// Each page is locked while its contents change or are on their way; what links pages together is under one spinlock that
// is held for O(log n) at a time and never across an allocation or a wait.
#pragma once
#include <linux/param.h>
#include <linux/wait.h>

#include <base/err.hpp>
#include <block/device.hpp>
#include <block/inode_cache.hpp>
#include <cstddef>
#include <cstdint>
#include <lib/list.hpp>
#include <lib/text_sink.hpp>
#include <lib/tree.hpp>
#include <mm/page_allocator.hpp>
#include <mm/reclaim_ops.hpp>
#include <mm/slab.hpp>
#include <sync/spinlock.hpp>

namespace mink::block {

class PageCache final : public mm::Shrinker {
 public:
  static constexpr unsigned kSectorsPerPage = kPageSize / kSectorSize;
  static constexpr unsigned kPagesPerFile = 64;  // an Inode is for so many

  struct Options {
    std::size_t dirty_limit = 1024;  // pages: who dirties more writes back himself
    unsigned flush_after = 5 * HZ;   // ticks between the flusher's rounds
  };

  PageCache(Device& device, InodeCache& inodes, mm::PageAllocator& pages, mm::SlabAllocator& memory,
            const Options& options);
  // Clean and unused; see discard().
  ~PageCache();
  PageCache(const PageCache&) = delete;
  PageCache& operator=(const PageCache&) = delete;
  // Once. Thread context. The caller adds it to its page allocator's shrinkers.
  Err init();

  // Bytes [at, at + size) of the device. Thread context; sleeps. Range, NoMem (as far as gfp lets it try), or the device's
  // error: then what was before the page in question has been done.
  Err read(std::uint64_t at, void* to, std::size_t size, gfp_t gfp = GFP_KERNEL);
  Err write(std::uint64_t at, const void* from, std::size_t size, gfp_t gfp = GFP_KERNEL);

  // Writes all that is dirty now, and waits. The first error since the last sync(), those of others' write-backs included;
  // the pages concerned stay dirty. Thread context.
  Err sync();
  // Writes back at most `most` pages, those unused longest with the dirty ones behind them, and waits. Returns how many
  // were written; an error is sync()'s to tell. Thread context.
  std::size_t write_back(std::size_t most);
  // Gives all pages back that are clean and not in use. Returns how many.
  std::size_t drop();
  // Forgets everything, dirty pages too: for tests.
  void discard();

  // The writeback thread: rounds until stop_flusher().
  void flush_rounds();
  void stop_flusher();

  // Clean pages first; then, if gfp has __GFP_IO, dirty ones written back; else the flusher is told to.
  std::size_t shrink(gfp_t gfp, std::size_t pages) override;

  // Under Linux's names, in pages.
  struct Figures {
    std::size_t nr_file_pages, nr_dirty, nr_writeback;
    std::uint32_t nr_dirtied, nr_written;  // ever
    std::uint32_t nr_vmscan_write;         // ... of them by shrink()
    std::uint32_t pgscan, pgsteal;         // looked at, given back by shrink()
    std::uint32_t hits, misses, write_errors;
    struct Zone {
      std::size_t file, pending;  // pages; of them dirty or under writeback
    } zone[mm::kZones];
  };
  [[nodiscard]] Figures figures() const { return figures_; }
  [[nodiscard]] std::uint32_t pages_of_device() const { return device_.sectors() / kSectorsPerPage; }
  [[nodiscard]] Device& device() { return device_; }

  // Every page is in the tree once, in the list that its state names, and the counts add up. O(pages), preemption off.
  bool check(TextSink& why) const;

 private:
  static constexpr std::uint32_t kNone = ~0u;
  struct Batch;
  struct CachedPage {
    TreeNode node;
    ListNode lru;  // of clean_ or dirty_, the latest used first
    std::uint32_t index = 0;
    std::uint32_t pins = 0;  // must not go away
    bool uptodate = false, dirty = false, locked = false, writeback = false;
    page* frame = nullptr;
    void* memory = nullptr;
    Inode* inode = nullptr;
    Batch* batch = nullptr;
    PageCache* cache = nullptr;
  };
  struct Less {
    bool operator()(const CachedPage& a, const CachedPage& b) const { return a.index < b.index; }
    bool operator()(const CachedPage& a, std::uint32_t b) const { return a.index < b; }
    bool operator()(std::uint32_t a, const CachedPage& b) const { return a < b.index; }
  };
  using LruList = List<CachedPage, &CachedPage::lru>;

  // lookup.cpp
  CachedPage* get(std::uint32_t index, gfp_t gfp);
  CachedPage* find_locked(std::uint32_t index) REQUIRES(lock_);
  CachedPage* make(std::uint32_t index, gfp_t gfp);
  void unmake(CachedPage& p);
  void release(CachedPage& p);
  void lock_page(CachedPage& p);
  void unlock_page(CachedPage& p);
  LruList& list_of(const CachedPage& p) { return p.dirty ? dirty_ : clean_; }
  void set_dirty_locked(CachedPage& p, bool dirty) REQUIRES(lock_);
  Figures::Zone& zone_figures(const CachedPage& p) {
    return figures_.zone[static_cast<unsigned>(mm::zone_of(*p.frame))];
  }
  std::size_t evict(std::size_t most);
  // page_cache.cpp
  Err fill(CachedPage& p);
  template <class Move>
  Err for_pages(std::uint64_t at, std::size_t size, gfp_t gfp, Move move);
  // writeback.cpp
  void begin_locked(CachedPage& p, Batch& batch) REQUIRES(lock_);
  void send(CachedPage& p, Request& request);
  static void written(Request& request);
  CachedPage* next_dirty_locked(std::uint32_t before) REQUIRES(lock_);
  CachedPage* pin_dirty_from(std::uint32_t index);

  Device& device_;
  InodeCache& inodes_;
  mm::PageAllocator& pages_;
  mm::SlabAllocator& memory_;
  Options options_;
  kmem_cache* cache_ = nullptr;
  mutable sync::SpinLock lock_{"page cache", sync::kRankPageCache};
  Tree<CachedPage, &CachedPage::node, Less> tree_;
  LruList clean_, dirty_;
  wait_queue_head_t unlocked_;
  wait_queue_head_t flusher_;
  Err deferred_error_ = Err::Ok;
  bool flush_wanted_ = false;
  bool stopping_ = false;
  Figures figures_{};
};

}  // namespace mink::block
