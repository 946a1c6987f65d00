// SPDX-License-Identifier: MIT
// Windows of address space onto pages without a linear address: shared ones that may be waited for (kmap), and a
// stack of momentary ones for any context (kmap_local_page, kmap_atomic). Objects with their address space and MMU
// injected; <linux/highmem.h> is the face of the kernel's.
//
// A window is one page with an unmapped page behind it, so a run past its end faults.
#pragma once
#include <arch/page_mapper.hpp>
#include <base/addr.hpp>
#include <base/err.hpp>
#include <cstddef>
#include <cstdint>
#include <lib/text_sink.hpp>
#include <mm/page_allocator.hpp>
#include <sync/spinlock.hpp>

namespace mink::mm {

inline constexpr std::size_t kWindowStride = 2 * kPageSize;

// How a thread waits for a window, without mm knowing threads.
class KmapWaiters {
 public:
  // Sleeps until wake_all() (or now and then without it). Thread context.
  virtual void wait(bool (*over)(void* context), void* context) = 0;
  virtual void wake_all() = 0;

 protected:
  ~KmapWaiters() = default;
};

// One window a page, however many use it. A window that its last user left stays mapped ("idle"): the same page has
// it back for nothing. Only when no clean window is left are all idle ones unmapped, with one purge for all; before
// that none of them maps another page. Thread context; preemption off is the lock.
class KmapPool {
 public:
  static constexpr unsigned kMost = 64;

  constexpr KmapPool() = default;
  KmapPool(const KmapPool&) = delete;
  KmapPool& operator=(const KmapPool&) = delete;

  // `windows` (1..kMost) windows from `start` on. Makes their second-level tables, so that map() needs none: NoMem if
  // that fails. `any_page`: a page of memory, mapped meanwhile.
  Err init(arch::PageMapper& mapper, VirtAddr start, unsigned windows, PhysAddr any_page);
  // Without them, a thread that finds no window gets nullptr.
  void set_waiters(KmapWaiters* waiters) { waiters_ = waiters; }

  // The page's window, one user more. Sleeps while all are in use by other pages; in a context that must not sleep
  // (reported by `caller`), or without waiters, nullptr then. O(1), a purge now and then: O(windows).
  [[nodiscard]] void* map(PhysAddr page, const void* caller);
  // One user less. Reported if the page has no window in use. Thread context, or preemption off; never sleeps.
  void unmap(PhysAddr page, const void* caller);
  // The page's window if it has users, else nullptr. Any context.
  [[nodiscard]] void* find(PhysAddr page) const;
  // Unmaps the idle ones now.
  void flush();

  struct Figures {
    unsigned windows, used, idle;
    unsigned long maps, revived, flushes, waits;  // since init
  };
  [[nodiscard]] Figures figures() const;
  // Chains, counts and the translation tables agree. Each finding goes to `why`.
  bool check(TextSink& why) const;

 private:
  static constexpr std::uint8_t kNone = 0xff;
  static constexpr unsigned kBuckets = 64;
  struct Window {
    PhysAddr page{};
    std::uint32_t users = 0;
    std::uint8_t next = kNone;  // of its bucket, or of the clean ones
    bool mapped = false;
  };
  static unsigned bucket(PhysAddr page) { return static_cast<unsigned>(page.raw() >> kPageShift) % kBuckets; }
  [[nodiscard]] VirtAddr at(unsigned i) const { return start_ + i * kWindowStride; }
  [[nodiscard]] std::uint8_t lookup(PhysAddr page) const;
  [[nodiscard]] bool can_serve(PhysAddr page) const;
  void* try_map_locked(PhysAddr page);
  void flush_locked();

  arch::PageMapper* mapper_ = nullptr;
  KmapWaiters* waiters_ = nullptr;
  VirtAddr start_{};
  unsigned count_ = 0;
  unsigned used_ = 0, idle_ = 0;
  unsigned waiting_ = 0;
  unsigned long maps_ = 0, revived_ = 0, flushes_ = 0, waits_ = 0;
  std::uint8_t clean_ = kNone;
  std::uint8_t first_[kBuckets] = {};
  Window window_[kMost];
  mutable sync::SpinLock lock_{"kmap", sync::kRankKmap};
};

// A stack of windows, released in the opposite order. An interrupt's lie above those of what it interrupted; a
// thread's go with it through a context switch, at the same addresses. Interrupts off is the lock.
class LocalWindows final : public PageWindow {
 public:
  static constexpr unsigned kSlots = 16;

  // What a thread that does not run has open.
  struct Saved {
    std::uint16_t depth = 0;
    std::uint16_t released = 0;
    PhysAddr page[kSlots] = {};
  };

  constexpr LocalWindows() = default;
  LocalWindows(const LocalWindows&) = delete;
  LocalWindows& operator=(const LocalWindows&) = delete;

  // As KmapPool::init.
  Err init(arch::PageMapper& mapper, VirtAddr start, PhysAddr any_page);
  [[nodiscard]] bool ready() const { return mapper_ != nullptr; }

  // Panics if kSlots are open: somebody never releases. Any context. O(1).
  [[nodiscard]] void* map(PhysAddr page);
  // Not the innermost one: reported, and its window is taken back when it becomes that. Any context.
  void unmap(const void* address, const void* caller);
  [[nodiscard]] bool holds(const void* address) const {
    return ready() && virt_of(address) - start_ < kSlots * kWindowStride;
  }

  // Context switch, interrupts off.
  [[nodiscard]] unsigned depth() const { return depth_; }
  void save(Saved& out);
  void restore(const Saved& saved);

  // PageWindow: for the page allocator's zeroing.
  void* open(PhysAddr page) override { return map(page); }
  void close() override { unmap(ptr_of<void>(at(depth_ - 1)), nullptr); }

 private:
  [[nodiscard]] VirtAddr at(unsigned i) const { return start_ + i * kWindowStride; }
  void drop_top();

  arch::PageMapper* mapper_ = nullptr;
  VirtAddr start_{};
  unsigned depth_ = 0;
  unsigned released_ = 0;  // bit n: window n is released, but one above it is not
  PhysAddr page_[kSlots] = {};
};

inline constexpr std::size_t kKmapSpace = (KmapPool::kMost + LocalWindows::kSlots) * kWindowStride;

// The kernel's windows, in kKmapSpace bytes from `start` on; the page allocator zeroes HighMem through them. NoMem.
Err init_kernel_kmap(VirtAddr start, arch::PageMapper& mapper);

}  // namespace mink::mm
