// SPDX-License-Identifier: MIT
// The kernel's one card: its threads, its shrinkers, and the last write-back before the power goes.
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/workqueue.h>

#include <base/log.h>
#include <block/card.hpp>
#include <kernel/power.hpp>
#include <lib/late.hpp>
#include <mm/kernel_memory.hpp>
#include <mm/proc.hpp>
#include <optional>

namespace mink::block {

namespace {

constinit Late<Device> device;
constinit Late<InodeCache> inodes;
constinit Late<PageCache> cache;
constinit std::optional<Card> the_card;

constinit void (*find_card)() = nullptr;
void run_search(work_struct*) { find_card(); }
constinit DECLARE_WORK(search, run_search);

int serve(void*) {
  device->serve();
  return 0;
}

int flush(void*) {
  cache->flush_rounds();
  return 0;
}

mm::FileFigures file_figures() {
  const PageCache::Figures c = cache->figures();
  const Device::Figures& d = device->figures();
  mm::FileFigures f{.pages = c.nr_file_pages,
                    .dirty = c.nr_dirty,
                    .writeback = c.nr_writeback,
                    .dirtied = c.nr_dirtied,
                    .written = c.nr_written,
                    .written_by_reclaim = c.nr_vmscan_write,
                    .kb_read = d.kb_read,
                    .kb_written = d.kb_written,
                    .zone = {}};
  for (unsigned z = 0; z < mm::kZones; ++z) f.zone[z] = {c.zone[z].file, c.zone[z].pending};
  return f;
}

void write_all() {
  if (const Err e = cache->sync(); !ok(e)) {
    printk(KERN_ERR "%s: %zu dirty pages are lost: error %d\n", device->name(), cache->figures().nr_dirty,
           static_cast<int>(e));
  }
}

}  // namespace

void search_card(void (*find)()) {
  find_card = find;
  schedule_work(&search);
}

Card* card() {
  flush_work(&search);
  return the_card ? &*the_card : nullptr;
}

Err start_card(Driver& driver, void (*describe)(TextSink& out)) {
  mm::KernelMemory& memory = mm::kernel_memory();
  device.make(driver, memory.slab);
  inodes.make(memory.slab);
  // A tenth of memory may be dirty before its writers write back themselves.
  cache.make(*device, *inodes, memory.pages, memory.slab,
             PageCache::Options{.dirty_limit = memory.pages.managed_pages() / 10});
  for (const Err e : {device->init(), inodes->init(), cache->init()}) {
    if (!ok(e)) return e;
  }
  if (IS_ERR(kthread_run(serve, nullptr, "%s", driver.name()))) return Err::NoMem;
  // Asked in the reverse order: pages first, then what only they held.
  memory.pages.add_shrinker(*inodes);
  memory.pages.add_shrinker(*cache);
  the_card.emplace(Card{*device, *inodes, *cache, describe});
  kernel::set_last_task(write_all);
  mm::set_file_figures(file_figures);
  if (IS_ERR(kthread_run(flush, nullptr, "flush-%s", driver.name()))) {
    printk(KERN_WARNING "%s: no memory for the flusher: pages are written back by sync and by reclaim\n",
           driver.name());
  }
  return Err::Ok;
}

}  // namespace mink::block
