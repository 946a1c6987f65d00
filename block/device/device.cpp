// SPDX-License-Identifier: MIT
// The queue and the thread that serves it.
#include <linux/jiffies.h>
#include <linux/sched.h>

#include <arch/irq.hpp>
#include <arch/memory.hpp>
#include <base/assert.hpp>
#include <block/device.hpp>
#include <cstring>
#include <mm/mempool.hpp>
#include <new>

#include "device/inside.hpp"

namespace mink::block {

struct Device::Run {
  Request* first = nullptr;
  unsigned requests = 0;
  std::uint32_t sectors = 0;
};

Device::Device(Driver& driver, mm::SlabAllocator& memory) : driver_{driver}, memory_{memory} {
  init_waitqueue_head(&work_);
  init_waitqueue_head(&returned_);
}

Device::~Device() {
  MINK_ASSERT(queue_.empty());
  static_cast<void>(mm::mempool_exit_from(pool_, MINK_CALLER()));
  if (cache_ != nullptr) static_cast<void>(memory_.destroy(*cache_, MINK_CALLER()));
}

Err Device::init() {
  cache_ = memory_.create({.name = "block_request", .size = sizeof(Request), .align = alignof(Request)},
                          MINK_CALLER());
  if (cache_ == nullptr) return Err::NoMem;
  return mm::mempool_init_in(memory_, pool_, kReserve, alloc_request, free_request, this, GFP_KERNEL,
                             MINK_CALLER());
}

void* Device::alloc_request(gfp_t gfp, void* device) {
  Device& self = *static_cast<Device*>(device);
  return self.memory_.alloc(*self.cache_, gfp, MINK_CALLER());
}

void Device::free_request(void* request, void* device) {
  Device& self = *static_cast<Device*>(device);
  self.memory_.free(*self.cache_, request, MINK_CALLER());
}

Request& Device::get() {
  const Inside scope{*this};
  for (;;) {
    if (void* const memory = mempool_alloc(&pool_, own_gfp_); memory != nullptr) {
      return *::new (memory) Request{};
    }
    // The device's thread gives them back, and needs none itself.
    wait_event_timeout(returned_, pool_.curr_nr != 0, HZ / 10);
  }
}

void Device::put(Request& request) {
  mempool_free(&request, &pool_);
  wake_up(&returned_);
}

void Device::submit(Request& request) {
  if (request.sector > sectors() || request.count > sectors() - request.sector || request.count == 0) {
    return finish(request, Err::Range);
  }
  {
    const arch::IrqGuard guard;
    ++figures_.requests;
    queue_.push_back(request);
  }
  wake_up(&work_);
}

namespace {

// Somebody who waits for one request, on the stack.
struct Waiter {
  wait_queue_head_t queue;
  bool done = false;
  Err result = Err::Ok;
};

void tell(Request& request) {
  auto& waiter = *static_cast<Waiter*>(request.owner);
  waiter.result = request.result;
  const arch::IrqGuard guard;  // once it has seen `done` it is gone
  waiter.done = true;
  wake_up(&waiter.queue);
}

}  // namespace

Err Device::transfer(Direction direction, std::uint32_t sector, std::uint32_t count, void* memory) {
  if (inside()) {
    report_recursion("a transfer is waited for", 0);
    return Err::Busy;
  }
  Waiter waiter;
  init_waitqueue_head(&waiter.queue);
  Request& request = get();
  request.direction = direction;
  request.sector = sector;
  request.count = count;
  request.memory = memory;
  request.done = tell;
  request.owner = &waiter;
  submit(request);
  wait_event(waiter.queue, waiter.done);
  put(request);
  return waiter.result;
}

void Device::finish(Request& request, Err result) {
  request.result = result;
  if (!ok(result)) ++figures_.errors;
  request.done(request);
}

void Device::stop() {
  stopping_ = true;
  wake_up(&work_);
}

void Device::serve() {
  const Inside scope{*this};
  for (;;) {
    wait_event(work_, has_work());
    const Run run = first_run();
    if (run.first == nullptr) return;
    serve_run(run);
  }
}

// The request at the head, with those behind it that go on where it ends.
Device::Run Device::first_run() {
  const arch::IrqGuard guard;
  Run run;
  for (Request& r : queue_) {
    if (run.first == nullptr) {
      run = Run{&r, 1, r.count};
    } else if (r.direction == run.first->direction && r.sector == run.first->sector + run.sectors &&
               run.sectors + r.count <= kJoinSectors) {
      ++run.requests;
      run.sectors += r.count;
    } else {
      break;
    }
  }
  return run;
}

void Device::serve_run(const Run& run) {
  const Direction direction = run.first->direction;
  const std::uint32_t sector = run.first->sector;
  char* buffer = nullptr;
  if (run.requests > 1) {
    // Could be done without, so it is not worth much of the allocator's time.
    buffer = static_cast<char*>(memory_.kmalloc(std::size_t{run.sectors} * kSectorSize,
                                                own_gfp_ | __GFP_NORETRY | __GFP_NOWARN | __GFP_NOMEMALLOC,
                                                MINK_CALLER()));
    if (buffer == nullptr) ++figures_.no_buffer;
  }
  const unsigned requests = buffer != nullptr ? run.requests : 1;
  List<Request, &Request::node> mine;
  std::uint32_t at = 0;
  for (unsigned i = 0; i < requests; ++i) {
    Request* taken = nullptr;
    {
      const arch::IrqGuard guard;
      taken = queue_.pop_front();
    }
    mine.push_back(*taken);
    if (buffer != nullptr && direction == Direction::Write) {
      memcpy(buffer + at, taken->memory, std::size_t{taken->count} * kSectorSize);
    }
    at += taken->count * kSectorSize;
  }
  Err result = move(direction, sector, at / kSectorSize, buffer != nullptr ? buffer : mine.front()->memory);
  if (requests > 1) figures_.joined += requests;
  at = 0;
  while (Request* const r = mine.pop_front()) {
    // One bad sector fails those that it belongs to alone.
    const Err one = !ok(result) && requests > 1 ? move(direction, r->sector, r->count, r->memory) : result;
    if (ok(result) && buffer != nullptr && direction == Direction::Read) {
      memcpy(r->memory, buffer + at, std::size_t{r->count} * kSectorSize);
    }
    at += r->count * kSectorSize;
    finish(*r, one);
  }
  memory_.kfree(buffer, MINK_CALLER());
}

Err Device::move(Direction direction, std::uint32_t sector, std::uint32_t count, void* memory) {
  ++figures_.transfers;
  const Err e = driver_.transfer(direction, sector, count, memory);
  if (ok(e)) (direction == Direction::Read ? figures_.kb_read : figures_.kb_written) += count / 2;
  return e;
}

}  // namespace mink::block
