// SPDX-License-Identifier: MIT
// A block device: a queue of requests, and a thread of the device's own that serves them in order.
//
// Memory under pressure is written back through here, so nothing in here may wait for memory that only a write-back
// frees: requests come from a mempool with GFP_NOIO, the buffer for joined requests is done without if it cannot be had,
// and whoever reclaims with __GFP_IO inside the layer is found out (without_recursion) instead of waiting for itself.
#pragma once
#include <linux/mempool.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include <base/err.hpp>
#include <block/driver.hpp>
#include <cstddef>
#include <cstdint>
#include <lib/list.hpp>
#include <mm/slab.hpp>
#include <sync/spinlock.hpp>

namespace mink::block {

struct Request {
  ListNode node;
  Direction direction = Direction::Read;
  std::uint32_t sector = 0;
  std::uint32_t count = 0;  // sectors
  void* memory = nullptr;   // word aligned; stays the submitter's until done()
  // In the device's thread, `result` is set; puts or reuses the request. Must not wait for this device.
  void (*done)(Request& request) = nullptr;
  void* owner = nullptr;
  Err result = Err::Ok;
};

class Device {
 public:
  static constexpr int kReserve = 16;  // requests that memory pressure cannot take away
  static constexpr unsigned kJoinSectors =
      64;  // neighbours in the queue become one transfer of at most so many

  Device(Driver& driver, mm::SlabAllocator& memory);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  // Once. NoMem: no cache or no reserve. Thread context.
  Err init();

  // The device's thread: serves until stop() and the queue is empty.
  void serve();
  void stop();

  // Thread context, may sleep; never fails: waits for a request to come back.
  [[nodiscard]] Request& get();
  void put(Request& request);
  // Hands the request over; done() will be called, at once if its sectors do not exist. Any context; O(1).
  void submit(Request& request);
  // A request from beginning to end. Thread context; sleeps. Busy, and reported, in the device's own thread.
  Err transfer(Direction direction, std::uint32_t sector, std::uint32_t count, void* memory);

  // For shrinkers, before they do what `gfp` allows: without __GFP_IO and __GFP_FS if this thread is inside the block
  // layer already, which is a bug of whoever allocated and is reported with a backtrace and "use GFP_NOIO here". (A thread
  // that waits for itself would hang.) O(threads inside).
  [[nodiscard]] gfp_t without_recursion(gfp_t gfp);
  // Times that found one.
  [[nodiscard]] unsigned recursions() const { return recursions_; }

  // For tests of the above: what the layer's own allocations are made with. GFP_KERNEL is the bug.
  void set_own_gfp(gfp_t gfp) { own_gfp_ = gfp; }
  [[nodiscard]] gfp_t own_gfp() const { return own_gfp_; }

  [[nodiscard]] const char* name() const { return driver_.name(); }
  [[nodiscard]] std::uint32_t sectors() const { return driver_.sectors(); }
  struct Figures {
    std::uint32_t requests, transfers, joined, errors;
    std::uint32_t kb_read, kb_written;  // Linux's pgpgin and pgpgout
    std::uint32_t no_buffer;            // neighbours served one by one for want of memory
  };
  [[nodiscard]] const Figures& figures() const { return figures_; }

 private:
  class Inside;
  struct Run;  // neighbours at the head of the queue

  Run first_run();
  void serve_run(const Run& run);
  Err move(Direction direction, std::uint32_t sector, std::uint32_t count, void* memory);
  void finish(Request& request, Err result);
  [[nodiscard]] bool inside() const;
  void report_recursion(const char* what, gfp_t gfp);
  [[nodiscard]] bool has_work() const { return !queue_.empty() || stopping_; }
  static void* alloc_request(gfp_t gfp, void* device);
  static void free_request(void* request, void* device);

  Driver& driver_;
  mm::SlabAllocator& memory_;
  kmem_cache* cache_ = nullptr;
  mempool_t pool_{};
  gfp_t own_gfp_ = GFP_NOIO;
  List<Request, &Request::node> queue_;  // interrupts off
  wait_queue_head_t work_;
  wait_queue_head_t returned_;
  Inside* inside_ = nullptr;
  bool stopping_ = false;
  unsigned recursions_ = 0;
  Figures figures_{};
};

}  // namespace mink::block
