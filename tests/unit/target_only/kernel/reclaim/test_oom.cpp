// SPDX-License-Identifier: MIT
// The killer of last resort: whom it takes, when it must not, and that the memory comes back.
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "unit/target_only/kernel/reclaim/pressure.hpp"

using namespace mink;
using namespace mink::pressure;

namespace {

// A thread that opted in: takes memory, then sleeps until it is told to stop.
struct Hog {
  Held held{};
  gfp_t gfp = kToMin;
  std::size_t keep = 0;  // free pages it leaves
  volatile bool full = false, released = false;
  task_struct* task = nullptr;  // from start() to stop()

  void start(const char* name) {
    task = kthread_create(run, this, "%s", name);
    get_task_struct(task);
    LONGS_EQUAL(0, static_cast<int>(kernel::set_oom_killable(task, release, this)));
    wake_up_process(task);
    while (!full) schedule_timeout_uninterruptible(1);
  }
  // Who was killed has ended by itself, or will at once.
  void stop() {
    if (task == nullptr) return;
    kthread_stop(task);
    put_task_struct(task);
    task = nullptr;
  }
  static int run(void* self) {
    auto& me = *static_cast<Hog*>(self);
    me.held.take(me.gfp, me.keep);
    me.full = true;
    for (;;) {
      set_current_state(TASK_UNINTERRUPTIBLE);  // first: who tells it to stop after the look wakes it
      if (kthread_should_stop()) break;
      schedule();
    }
    __set_current_state(TASK_RUNNING);
    return 0;
  }
  static void release(task_struct*, void* self) {
    auto& me = *static_cast<Hog*>(self);
    me.held.release(~std::size_t{0});
    me.released = true;
  }
};

unsigned kills() { return pages().events().oom_kills; }

}  // namespace

// A failed check leaves the test by a jump past its destructors, and its hogs would go on in a stack that is gone: they
// belong to the group, which stops them.
TEST_GROUP(OomKiller) {
  Hog hog, other;
  std::size_t free_before = 0;
  void setup() override { free_before = settle(); }
  void teardown() override {
    hog.stop();
    other.stop();
    UNSIGNED_LONGS_EQUAL(free_before, settle());
    fakes::take_log();
  }
};

TEST(OomKiller, TheOneThatHoldsTheMostDiesAndWhoAskedGetsItsMemory) {
  Hog &modest = other, &greedy = hog;
  modest.keep = pages().free_pages() - 100;
  modest.start("modest");
  greedy.start("greedy");
  CHECK(modest.held.count() > 50);
  UNSIGNED_LONGS_EQUAL(modest.held.count(), kernel::pages_held(modest.task));
  UNSIGNED_LONGS_EQUAL(greedy.held.count(), kernel::pages_held(greedy.task));
  fakes::take_log();
  const unsigned before = kills();
  page* const p = alloc_page(GFP_KERNEL);
  CHECK(p != nullptr);
  UNSIGNED_LONGS_EQUAL(before + 1, kills());
  for (int patience = kPatience; patience != 0 && !greedy.released; --patience)
    schedule_timeout_uninterruptible(1);
  CHECK_TRUE(greedy.released);
  CHECK_FALSE(modest.released);
  CHECK(fakes::logged("invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0"));
  CHECK(fakes::logged("Largest caches:"));
  CHECK(fakes::logged("(greedy) total-vm:"));
  __free_page(p);
}

TEST(OomKiller, ADriverThatEatsAllMemoryKillsItself) {
  hog.gfp = GFP_KERNEL;
  hog.start("scull");
  for (int patience = kPatience; patience != 0 && !hog.released; --patience)
    schedule_timeout_uninterruptible(1);
  CHECK_TRUE(hog.released);
  CHECK(pages().free_pages() + 100 > free_before);
}

TEST(OomKiller, KmallocsMemoryIsCountedForTheThread) {
  hog.keep = ~std::size_t{0};
  hog.start("none");
  static void* blocks[64];
  LONGS_EQUAL(0, static_cast<int>(kernel::set_oom_killable(current)));
  for (void*& b : blocks) b = kmalloc(2048, GFP_KERNEL);
  const std::size_t held = kernel::pages_held(current);
  for (void* b : blocks) kfree(b);
  kernel::leave_oom(*current);
  CHECK(held >= 28);  // part of a slab may have been there before
  UNSIGNED_LONGS_EQUAL(0, kernel::pages_held(hog.task));
}

TEST(OomKiller, NobodyDiesForWhatLinuxDoesNotKillFor) {
  hog.start("hog");
  Held dma;
  dma.take(GFP_DMA);  // what others had to leave there
  fakes::take_log();
  const unsigned before = kills();
  struct Row {
    gfp_t gfp;
    unsigned order;
  };
  const Row rows[] = {{GFP_KERNEL, 4},
                      {GFP_KERNEL | __GFP_RETRY_MAYFAIL, 0},
                      {GFP_KERNEL | __GFP_NORETRY, 0},
                      {GFP_KERNEL | GFP_DMA, 0},
                      {GFP_NOFS, 0},
                      {GFP_NOWAIT, 0}};
  for (const Row& row : rows) POINTERS_EQUAL(nullptr, alloc_pages(row.gfp | __GFP_NOWARN, row.order));
  UNSIGNED_LONGS_EQUAL(before, kills());
  CHECK_FALSE(hog.released);
}

TEST(OomKiller, AFailureNamesTheThreadsThatCouldHaveHelped) {
  hog.start("hog");
  fakes::take_log();
  POINTERS_EQUAL(nullptr, alloc_pages(GFP_KERNEL, 4));
  CHECK(fakes::logged("page allocation failure: order:4"));
  CHECK(fakes::logged("Threads that may be killed"));
  CHECK(fakes::logged("hog"));
}
