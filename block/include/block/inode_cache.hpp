// SPDX-License-Identifier: MIT
// What is known of the files of a card, which are extents of a fixed size: one object each, from a slab cache, kept as
// long as pages of it are cached, and then until memory is short.
#pragma once
#include <base/err.hpp>
#include <cstddef>
#include <cstdint>
#include <lib/list.hpp>
#include <lib/tree.hpp>
#include <mm/page_allocator.hpp>
#include <mm/reclaim_ops.hpp>
#include <mm/slab.hpp>
#include <sync/spinlock.hpp>

namespace mink::block {

struct Inode {
  TreeNode node;
  ListNode unused;  // in the list of those without users, the longest unused last
  std::uint32_t number = 0;
  std::uint32_t users = 0;              // cached pages, and who holds it
  std::uint32_t reads = 0, writes = 0;  // pages
};

// The shrinker is that of a file system: it acts only for masks with __GFP_FS.
class InodeCache final : public mm::Shrinker {
 public:
  static constexpr const char* kCacheName = "card_inode_cache";

  explicit InodeCache(mm::SlabAllocator& memory) : memory_{memory} {}
  ~InodeCache();
  InodeCache(const InodeCache&) = delete;
  InodeCache& operator=(const InodeCache&) = delete;
  // Once. Thread context.
  Err init();

  // One user more; made if it is not known. nullptr: no memory. Any context that gfp allows. O(log n).
  [[nodiscard]] Inode* get(std::uint32_t number, gfp_t gfp);
  // One user more of one that has users.
  void hold(Inode& inode);
  void put(Inode& inode);

  // Gives unused ones back, and the slabs that they leave empty. Returns pages. Without __GFP_FS: 0, untouched.
  std::size_t shrink(gfp_t gfp, std::size_t pages) override;

  struct Figures {
    std::uint32_t known, unused;
    std::uint32_t evicted;
    std::uint32_t refused;  // calls of shrink() without __GFP_FS
  };
  [[nodiscard]] Figures figures() const { return figures_; }

  // The n-th known file in order of numbers, copied: for lists. False: no more. O(n).
  bool nth(std::size_t n, Inode& copy) const;

 private:
  struct Less {
    using Key = std::uint32_t;
    bool operator()(const Inode& a, const Inode& b) const { return a.number < b.number; }
    bool operator()(const Inode& a, Key b) const { return a.number < b; }
    bool operator()(Key a, const Inode& b) const { return a < b.number; }
  };
  Inode* find_locked(std::uint32_t number) REQUIRES(lock_);

  mm::SlabAllocator& memory_;
  kmem_cache* cache_ = nullptr;
  mutable sync::SpinLock lock_{"card inodes", sync::kRankCardInodes};
  Tree<Inode, &Inode::node, Less> inodes_;
  List<Inode, &Inode::unused> unused_;
  Figures figures_{};
};

}  // namespace mink::block
