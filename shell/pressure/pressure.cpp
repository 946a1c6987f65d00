// SPDX-License-Identifier: MIT
#include "pressure/pressure.hpp"

#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <arch/irq.hpp>
#include <climits>
#include <mm/kernel_memory.hpp>

namespace mink::shell {
namespace {

constexpr unsigned kStep = 512;  // pages of a zone that the thread moves at a tick, at most
constexpr gfp_t kMaskOfZone[mm::kZones] = {__GFP_DMA, 0, __GFP_HIGHMEM};

mm::PageAllocator& pages() { return mm::kernel_memory().pages; }
constinit Pressure the_pressure;

}  // namespace

Pressure& pressure() { return the_pressure; }

std::size_t Pressure::target(mm::ZoneType type, PressureLevel level) {
  const mm::Zone& zone = pages().zone(type);
  const std::size_t mark = level == PressureLevel::Min   ? zone.mark.min
                           : level == PressureLevel::Low ? zone.mark.low
                                                         : zone.mark.high;
  return mark + zone.lowmem_reserve[static_cast<unsigned>(mm::ZoneType::Normal)];
}

std::size_t Pressure::held_pages() const {
  std::size_t all = 0;
  for (const Stock& stock : stock_) all += stock.count;
  return all;
}

bool Pressure::hold(PressureLevel level, unsigned seconds) {
  release();
  task_struct* const task = kthread_create(run, this, "pressure");  // while there is memory
  if (IS_ERR(task)) return false;
  level_ = level;
  limited_ = seconds != 0;
  until_ = jiffies + static_cast<unsigned long>(seconds) * HZ;
  adjust(UINT_MAX);
  task_ = task;
  wake_up_process(task);
  return true;
}

bool Pressure::release() {
  task_struct* task = nullptr;
  {
    const arch::IrqGuard guard;
    task = task_;
    task_ = nullptr;
    if (task != nullptr) get_task_struct(task);  // it may be about to end by itself
  }
  if (task == nullptr) return false;
  kthread_stop(task);
  put_task_struct(task);
  return true;
}

int Pressure::run(void* self) {
  auto& me = *static_cast<Pressure*>(self);
  while (!kthread_should_stop() && !(me.limited_ && time_after_eq(jiffies, me.until_))) {
    me.adjust(kStep);
    schedule_timeout_interruptible(1);
  }
  me.give_all();
  const arch::IrqGuard guard;
  if (me.task_ == current) me.task_ = nullptr;
  return 0;
}

void Pressure::adjust(unsigned most) {
  for (unsigned z = 0; z < mm::kZones; ++z) {
    const auto type = static_cast<mm::ZoneType>(z);
    if (!pages().zone(type).populated()) continue;
    const std::size_t wanted = target(type, level_);
    Stock& stock = stock_[z];
    for (unsigned n = 0; n < most && pages().free_pages(type) > wanted; ++n) {
      page* const p = alloc_page(kMaskOfZone[z] | __GFP_MEMALLOC | __GFP_NOWARN);
      if (p == nullptr) break;
      if (mm::zone_of(*p) != type) {
        __free_page(p);
        break;
      }
      p->next = stock.first;
      stock.first = p;
      ++stock.count;
    }
    for (unsigned n = 0; n < most && pages().free_pages(type) < wanted && stock.first != nullptr; ++n) {
      page* const p = stock.first;
      stock.first = p->next;
      --stock.count;
      __free_page(p);
    }
  }
}

void Pressure::give_all() {
  for (Stock& stock : stock_) {
    while (stock.first != nullptr) {
      page* const p = stock.first;
      stock.first = p->next;
      --stock.count;
      __free_page(p);
    }
  }
}

}  // namespace mink::shell
