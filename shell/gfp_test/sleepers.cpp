// SPDX-License-Identifier: MIT
// Masks that may sleep, memory short: who sleeps, who wakes it, and what it may ask of others.
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/shrinker.h>
#include <cstddef>
#include <kernel/reclaim.hpp>
#include <mm/kernel_memory.hpp>

#include "gfp_test/rows.hpp"
#include "pressure/held_pages.hpp"

namespace mink::shell {
namespace {

constexpr gfp_t kNoKswapd = ~__GFP_KSWAPD_RECLAIM;

// Holds pages, and gives them back when reclaim asks: as a cache would.
class Cache {
 public:
  enum class For { Anyone, Kswapd };
  // needs: what the mask must have, as a cache over a file system needs __GFP_FS.
  explicit Cache(For whom = For::Anyone, gfp_t needs = 0) : whom_{whom}, needs_{needs} {
    link_.base.count_objects = count;
    link_.base.scan_objects = scan;
    link_.base.batch = 32;
    link_.cache = this;
    register_shrinker(&link_.base, "gfp test");
    held.take(kDownToMin);
  }
  ~Cache() { unregister_shrinker(&link_.base); }
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;

  HeldPages held;
  unsigned asked = 0;

 private:
  struct Link {
    shrinker base{};
    Cache* cache = nullptr;
  };
  static Cache& of(shrinker* s) { return *reinterpret_cast<Link*>(s)->cache; }  // its first member
  static unsigned long count(shrinker* s, shrink_control*) {
    ++of(s).asked;
    return of(s).held.count() != 0 ? of(s).held.count() : SHRINK_EMPTY;
  }
  static unsigned long scan(shrinker* s, shrink_control* sc) {
    Cache& me = of(s);
    if (me.whom_ == For::Kswapd && current != kernel::kswapd_task()) return SHRINK_STOP;
    if ((sc->gfp_mask & me.needs_) != me.needs_) return SHRINK_STOP;
    return me.held.release(sc->nr_to_scan);
  }

  Link link_;
  For whom_;
  gfp_t needs_;
};

// A thread that frees pages after a while.
class Friend {
 public:
  Friend(Scene& scene, long ticks) : scene_{scene}, ticks_{ticks}, task_{kthread_run(run, this, "friend")} {}
  ~Friend() {
    if (!IS_ERR(task_)) kthread_stop(task_);
  }
  Friend(const Friend&) = delete;
  Friend& operator=(const Friend&) = delete;
  HeldPages held;

 private:
  static int run(void* self) {
    auto& me = *static_cast<Friend*>(self);
    schedule_timeout_uninterruptible(me.ticks_);
    me.scene_.note("another thread frees %zu pages", me.held.release(256));
    while (!kthread_should_stop()) schedule_timeout_uninterruptible(1);
    return 0;
  }
  Scene& scene_;
  long ticks_;
  task_struct* task_;
};

bool takes_one(gfp_t gfp) {
  page* const p = alloc_page(gfp);
  if (p != nullptr) __free_page(p);
  return p != nullptr;
}

// With a cache that gives to those alone whose mask has `needs`.
void show_held_back(Scene& scene, const char* name, gfp_t gfp, const char* needed, gfp_t needs, bool served) {
  const Cache cache{Cache::For::Anyone, needs};
  const bool given = takes_one((gfp & kNoKswapd) | __GFP_NORETRY | __GFP_NOWARN);
  scene.expect(cache.asked != 0, "%s: a cache that needs %s is asked", name, needed);
  scene.expect(given == served, "  and %s",
               served ? "gives: the allocation succeeds" : "gives nothing: it fails");
}

}  // namespace

void show_kernel(Scene& scene) {
  {
    const Bystander other;  // made while there is memory
    const Cache cache{Cache::For::Kswapd};
    const unsigned long slept = current->nvcsw;
    const unsigned ran = other.ran();
    scene.note("%zu pages held by a cache that gives to kswapd alone", cache.held.count());
    const bool given = takes_one(GFP_KERNEL);
    scene.expect(given, "GFP_KERNEL succeeds");
    scene.expect(current->nvcsw > slept, "  it slept: %lu context switches", current->nvcsw - slept);
    scene.expect(other.ran() > ran, "  others ran meanwhile: %u turns", other.ran() - ran);
  }
  {
    Friend other{scene, 5};
    other.held.take(kDownToMin);
    const unsigned long slept = current->nvcsw;
    scene.note("%zu pages held by another thread, nothing to reclaim", other.held.count());
    scene.expect(takes_one(GFP_KERNEL & kNoKswapd), "GFP_KERNEL succeeds");
    scene.expect(current->nvcsw > slept, "  it slept: %lu context switches", current->nvcsw - slept);
  }
}

void show_nofail(Scene& scene) {
  Friend other{scene, 60};
  other.held.take(down_to_nothing());
  const unsigned long start = jiffies;
  scene.note("%zu pages are free, and nothing to reclaim",
             mm::kernel_memory().pages.free_pages(mm::ZoneType::Normal));
  scene.expect(takes_one(GFP_KERNEL | __GFP_NOFAIL), "__GFP_NOFAIL has its page");
  scene.expect(jiffies - start >= 59, "  and waited for it, %lu ticks: longer than others go on trying",
               jiffies - start);
}

void show_noretry(Scene& scene) {
  const Cache cache{Cache::For::Kswapd};
  const unsigned long slept = current->nvcsw;
  const bool given = takes_one((GFP_KERNEL & kNoKswapd) | __GFP_NORETRY | __GFP_NOWARN);
  scene.expect(!given, "memory short, __GFP_NORETRY: NULL");
  scene.expect(cache.asked == 1, "  after one round of reclaim (%u)", cache.asked);
  scene.expect(current->nvcsw == slept, "  without sleeping");
}

void show_repeat(Scene& scene) {
  const Cache cache{Cache::For::Kswapd};
  const unsigned long slept = current->nvcsw;
  const bool given = takes_one((GFP_KERNEL & kNoKswapd) | __GFP_REPEAT | __GFP_NOWARN);
  scene.expect(!given, "memory short, __GFP_REPEAT: NULL in the end");
  scene.expect(cache.asked > 3, "  after %u rounds of reclaim", cache.asked);
  scene.expect(current->nvcsw > slept + 3, "  and %lu times asleep", current->nvcsw - slept);
}

void show_noio(Scene& scene) {
  show_held_back(scene, "GFP_NOIO", GFP_NOIO, "__GFP_IO", __GFP_IO, false);
  show_held_back(scene, "GFP_NOFS", GFP_NOFS, "__GFP_IO", __GFP_IO, true);
  show_held_back(scene, "GFP_KERNEL", GFP_KERNEL, "__GFP_IO", __GFP_IO, true);
}

void show_nofs(Scene& scene) {
  show_held_back(scene, "GFP_NOIO", GFP_NOIO, "__GFP_FS", __GFP_FS, false);
  show_held_back(scene, "GFP_NOFS", GFP_NOFS, "__GFP_FS", __GFP_FS, false);
  show_held_back(scene, "GFP_KERNEL", GFP_KERNEL, "__GFP_FS", __GFP_FS, true);
}

}  // namespace mink::shell
