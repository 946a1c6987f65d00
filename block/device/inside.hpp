// SPDX-License-Identifier: MIT
// Which threads are inside the block layer of a device.
#pragma once
#include <linux/sched.h>

#include <arch/irq.hpp>
#include <block/device.hpp>

namespace mink::block {

// Marks the running thread for a scope. The marks form a chain through the stacks of those inside.
class Device::Inside {
 public:
  explicit Inside(Device& device) : device_{device}, thread_{current} {
    const arch::IrqGuard guard;
    next_ = device_.inside_;
    device_.inside_ = this;
  }
  ~Inside() {
    const arch::IrqGuard guard;
    Inside** link = &device_.inside_;
    while (*link != this) link = &(*link)->next_;
    *link = next_;
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

  [[nodiscard]] const Inside* next() const { return next_; }
  [[nodiscard]] const task_struct* thread() const { return thread_; }

 private:
  Device& device_;
  const task_struct* thread_;
  Inside* next_ = nullptr;
};

}  // namespace mink::block
