// SPDX-License-Identifier: MIT
// VmallocSpace over both MMUs: each ON_BOTH test runs twice.
#include <initializer_list>

#include "worlds.hpp"

using namespace mink;
using namespace mink::fakes;
using mink::mm::VmRegion;

TEST_GROUP(VmallocHost){};
TEST_GROUP(VmallocArm){};

#define ON_BOTH(name)              \
  static void name##_on(World& w); \
  TEST(VmallocHost, name) {        \
    HostWorld w;                   \
    name##_on(w);                  \
  }                                \
  TEST(VmallocArm, name) {         \
    ArmWorld w;                    \
    name##_on(w);                  \
  }                                \
  static void name##_on(World& w)

namespace {

constexpr std::size_t k64K = 0x10000;
constexpr std::size_t kMiB = 1 << 20;

std::uintptr_t address(const void* p) { return reinterpret_cast<std::uintptr_t>(p); }
void* at(const void* p, std::size_t offset) {
  return const_cast<char*>(static_cast<const char*>(p)) + offset;
}

unsigned next_random(unsigned& state) {
  state = state * 1664525u + 1013904223u;
  return state >> 8;
}

}  // namespace

ON_BOTH(one_page_and_its_guard) {
  void* p = w.alloc(100);
  CHECK_TRUE(p != nullptr);
  CHECK_EQUAL(0u, address(p) % kPageSize);
  CHECK_TRUE(w.mapper().translate(virt_of(p)).has_value());
  CHECK_TRUE(w.mapper().translate(virt_of(p))->attr == arch::kKernelData);
  CHECK_FALSE(w.mapper().translate(virt_of(p) + kPageSize).has_value());
  void* q = w.alloc(2 * kPageSize);
  CHECK_EQUAL(address(p) + 2 * kPageSize, address(q));  // the guard lies between
  CHECK_FALSE(w.mapper().translate(virt_of(q) - kPageSize).has_value());
  CHECK_FALSE(w.mapper().translate(virt_of(q) + 2 * kPageSize).has_value());
  CHECK_EQUAL(3u, w.space.figures().owned_pages);
  w.check();
  w.free(p);
  w.check();
  w.free(q);
  w.check_empty();
}

ON_BOTH(pages_know_their_owner) {
  void* p = w.space.alloc(3 * kPageSize, GFP_KERNEL, {"vmalloc", &w});
  page* head = w.pages.block_head(w.space.page_of(p));
  POINTERS_EQUAL(&w, head->caller);
  POINTERS_EQUAL(nullptr, w.space.page_of(at(p, 3 * kPageSize)));
  POINTERS_EQUAL(nullptr, w.space.page_of(&w));
  w.free(p);
  POINTERS_EQUAL(nullptr, w.space.page_of(p));
  w.check_empty();
}

ON_BOTH(aligned_runs_are_mapped_by_large_pages) {
  void* one = w.alloc(1);  // what follows it is not aligned by itself
  void* p = w.alloc(kMiB);
  for (std::size_t offset = 0; offset < kMiB; offset += kPageSize) {
    CHECK_EQUAL(k64K, w.mapper().translate(virt_of(p) + offset)->granule);
  }
  w.check();
  w.free(p);
  w.free(one);
  w.check_empty();
}

ON_BOTH(fragmented_memory_still_gives_64k_of_scattered_pages) {
  w.fragment();
  void* p = w.alloc(k64K);
  CHECK_TRUE(p != nullptr);
  for (std::size_t i = 0; i < 16; ++i) {
    const page* here = w.space.page_of(at(p, i * kPageSize));
    CHECK_TRUE(here != nullptr);
    for (std::size_t k = 0; k < i; ++k) {
      const page* other = w.space.page_of(at(p, k * kPageSize));
      CHECK_TRUE(here != other && here != other + 1 && other != here + 1);
    }
    CHECK_EQUAL(kPageSize, w.mapper().translate(virt_of(p) + i * kPageSize)->granule);
  }
  w.check();
  w.free(p);
  w.unfragment();
  w.check_empty();
}

ON_BOTH(odd_sizes_take_what_they_need_and_no_more) {
  for (const std::size_t pages : {1u, 2u, 3u, 15u, 16u, 17u, 31u, 100u, 255u, 300u}) {
    const std::size_t before = w.pages.free_pages() + w.mapper().table_pages();
    void* p = w.alloc(pages * kPageSize - 1);
    CHECK_TRUE(p != nullptr);
    CHECK_EQUAL(before - pages, w.pages.free_pages() + w.mapper().table_pages());
    w.check();
    w.free(p);
    w.check();
  }
  w.check_empty();
}

ON_BOTH(nothing_is_reused_before_the_purge) {
  void* p = w.alloc(kPageSize);
  w.free(p);
  for (unsigned i = 0; i < 40; ++i) {
    void* q = w.alloc(kPageSize);
    CHECK_TRUE(q != p || w.space.figures().purges != 0);
    w.free(q);
    w.check();
  }
  CHECK_EQUAL(0u, w.space.figures().purges);
  for (unsigned i = 0; i < 1000; ++i) w.free(w.alloc(kPageSize));
  CHECK_TRUE(w.space.figures().purges >= 10 && w.space.figures().purges <= 20);  // batches, not one for each
  w.check();
  w.check_empty();
}

ON_BOTH(a_full_space_purges_before_it_gives_up) {
  constexpr std::size_t kBig = World::kSpacePages / 2 * kPageSize;
  void* p = w.alloc(kBig - 2 * kPageSize, GFP_KERNEL | __GFP_NOWARN);
  if (p == nullptr) {  // more than there is memory: map the same page all over instead
    page* one = w.pages.alloc(GFP_KERNEL, 0, nullptr);
    std::vector<page*> many(World::kSpacePages - 1, one);
    const mm::VmallocSpace::Asker who{"vmap", nullptr};
    for (unsigned i = 0; i < 3; ++i) {
      p = w.space.map(many, arch::kKernelData, who);
      CHECK_TRUE(p != nullptr);
      POINTERS_EQUAL(nullptr, w.space.map({&one, 1}, arch::kKernelData, who));
      w.check();
      w.space.unmap(p, {"vunmap", nullptr});
    }
    CHECK_TRUE(logged("vmalloc=SIZE"));
    w.pages.free(one, 0, nullptr);
    w.check_empty();
    return;
  }
  w.free(p);
  w.check_empty();
}

ON_BOTH(memory_runs_out_and_all_comes_back) {
  std::vector<void*> got;
  for (;;) {
    void* p = w.alloc(37 * kPageSize, GFP_KERNEL | __GFP_NOWARN);
    if (p == nullptr) break;
    got.push_back(p);
  }
  CHECK_TRUE(got.size() > 50);
  CHECK_TRUE(w.pages.free_pages() < 37);
  CHECK_FALSE(logged("vmalloc"));
  w.check();
  for (void* p : got) w.free(p);
  w.check_empty();
}

ON_BOTH(more_than_there_is_is_refused_at_once) {
  POINTERS_EQUAL(nullptr, w.alloc(0));
  POINTERS_EQUAL(nullptr, w.alloc(World::kPages * kPageSize + 1));
  POINTERS_EQUAL(nullptr, w.alloc(~std::size_t{0}));
  CHECK_TRUE(logged("more than there is"));
  w.check_empty();
}

ON_BOTH(each_failing_mapping_call_leaves_nothing_behind) {
  w.fragment();  // many calls
  for (unsigned n = 1;; ++n) {
    w.fail_mapping_in(n);
    const std::size_t before = w.pages.free_pages() + w.mapper().table_pages();
    void* p = w.alloc(5 * kMiB / 4, GFP_KERNEL | __GFP_NOWARN);
    w.fail_mapping_in(0);
    w.check();
    if (p != nullptr) {
      CHECK_TRUE(n > 1);
      w.free(p);
      break;
    }
    CHECK_EQUAL(before, w.pages.free_pages() + w.mapper().table_pages());
    CHECK_EQUAL(0u, w.space.figures().areas);
    CHECK_EQUAL(0u, w.mapper().table_pages());
  }
  w.unfragment();
  w.check_empty();
}

ON_BOTH(each_failing_region_object_leaves_nothing_behind) {
  bool failed = false;
  for (unsigned n = 1; n < 5; ++n) {
    w.regions.fail_in = n;
    void* p = w.alloc(kPageSize, GFP_KERNEL | __GFP_NOWARN);
    w.regions.fail_in = 0;
    w.check();
    if (p == nullptr) failed = true;
    w.free(p);
  }
  CHECK_TRUE(failed);
  w.check_empty();
}

ON_BOTH(failing_pages_leave_nothing_behind) {
  for (std::size_t left = 0; left < 40; ++left) {
    // All but `left` pages are taken.
    std::vector<page*> taken;
    while (w.pages.free_pages() > left) {
      page* p = w.pages.alloc(GFP_KERNEL | __GFP_NOWARN, 0, nullptr);
      if (p == nullptr) break;
      taken.push_back(p);
    }
    void* p = w.alloc(33 * kPageSize, GFP_KERNEL | __GFP_NOWARN);
    if (p == nullptr) {
      CHECK_EQUAL(left, w.pages.free_pages() + w.mapper().table_pages());
    } else {
      CHECK_TRUE(left >= 33);
      w.free(p);
    }
    w.space.purge();
    w.check();
    for (page* t : taken) w.pages.free(t, 0, nullptr);
  }
  w.check_empty();
}

ON_BOTH(bad_frees_are_named_and_change_nothing) {
  void* p = w.alloc(3 * kPageSize);
  page* low = w.pages.alloc(GFP_KERNEL, 0, nullptr);
  struct Bad {
    const void* address;
    const char* says;
  };
  const Bad bads[] = {
      {at(p, 1), "is byte 1 of the vmalloc area at"},
      {at(p, kPageSize), "is byte 4096 of the vmalloc area at"},
      {at(p, 3 * kPageSize), "is in the guard page of the vmalloc area at"},
      {at(p, 64 * kPageSize), "no area is there"},
      {w.pages.address(low), "is a block of the page allocator of order 0, allocated by"},
      {&bads, "is outside of the memory"},
  };
  for (const Bad& bad : bads) {
    take_log();
    w.free(bad.address);
    CHECK_TRUE(logged(bad.says));
    CHECK_EQUAL(1u, w.space.figures().areas);
    w.check();
  }
  take_log();
  w.space.unmap(p, {"vunmap", nullptr});
  CHECK_TRUE(logged("vfree is meant"));
  w.space.unmap_device(p, {"iounmap", nullptr});
  CHECK_EQUAL(1u, w.space.figures().areas);
  w.free(p);
  take_log();
  w.free(p);
  CHECK_TRUE(logged("double free"));
  w.space.purge();
  take_log();
  w.free(p);
  CHECK_TRUE(logged("no area is there"));
  CHECK_EQUAL(10u, w.space.figures().refused);
  w.free(nullptr);
  CHECK_EQUAL(10u, w.space.figures().refused);
  w.pages.free(low, 0, nullptr);
  w.check_empty();
}

ON_BOTH(refused_in_atomic_context_by_name) {
  sync::mink_preempt_count = sync::kHardirqOffset;
  POINTERS_EQUAL(nullptr, w.alloc(kPageSize));
  CHECK_TRUE(logged("vmalloc: called in atomic context"));
  sync::mink_preempt_count = sync::kPreemptOffset;
  POINTERS_EQUAL(nullptr, w.alloc(kPageSize));
  POINTERS_EQUAL(nullptr,
                 w.space.map_device(PhysAddr{0x101F1000}, 1, arch::kDeviceRegs, {"ioremap", nullptr}));
  CHECK_TRUE(logged("ioremap: called in atomic context"));
  sync::mink_preempt_count = 0;
  fake_irq.disabled = true;
  POINTERS_EQUAL(nullptr, w.alloc(kPageSize));
  fake_irq.disabled = false;
  w.check_empty();
}

ON_BOTH(a_free_in_an_interrupt_is_finished_by_a_thread) {
  void* p = w.alloc(5 * kPageSize);
  const std::size_t before = w.pages.free_pages();
  sync::mink_preempt_count = sync::kHardirqOffset;
  w.free(p);
  CHECK_EQUAL(before, w.pages.free_pages());
  w.free(p);
  CHECK_TRUE(logged("double free"));
  sync::mink_preempt_count = 0;
  CHECK_EQUAL(0u, w.space.figures().areas);
  void* q = w.alloc(kPageSize);
  CHECK_EQUAL(before + 5 - 1, w.pages.free_pages());
  w.free(q);
  w.check_empty();
}

ON_BOTH(registers_keep_their_offset_and_memory_is_refused) {
  const PhysAddr uart{0x101F1234};
  void* p = w.space.map_device(uart, kPageSize, arch::kDeviceRegs, {"ioremap", nullptr});
  CHECK_EQUAL(0x234u, address(p) % kPageSize);
  CHECK_EQUAL(uart.raw(), w.mapper().translate(virt_of(p))->pa.raw());
  CHECK_TRUE(w.mapper().translate(virt_of(p))->attr == arch::kDeviceRegs);
  CHECK_TRUE(
      w.mapper().translate(virt_of(p) + kPageSize).has_value());  // 4096 bytes from 0x234 on are two pages
  POINTERS_EQUAL(nullptr, w.space.map_device(PhysAddr{Arena::kBase + 4 * kPageSize}, 16, arch::kDeviceRegs,
                                             {"ioremap", nullptr}));
  CHECK_TRUE(logged("memory, which is mapped cached already"));
  POINTERS_EQUAL(nullptr, w.space.map_device(uart, 0, arch::kDeviceRegs, {"ioremap", nullptr}));
  POINTERS_EQUAL(nullptr, w.space.map_device(uart, ~std::size_t{0}, arch::kDeviceRegs, {"ioremap", nullptr}));
  w.check();
  take_log();
  w.free(p);  // not vmalloc's
  CHECK_TRUE(logged("of the ioremap area at"));
  w.space.unmap_device(p, {"iounmap", nullptr});
  w.check_empty();
}

ON_BOTH(vmap_shows_the_callers_pages_and_leaves_them_theirs) {
  w.fragment();
  std::vector<page*> mine(w.held.begin(), w.held.begin() + 50);
  void* p = w.space.map(mine, arch::kKernelData, {"vmap", nullptr});
  for (std::size_t i = 0; i < mine.size(); ++i)
    POINTERS_EQUAL(mine[i], w.space.page_of(at(p, i * kPageSize)));
  w.check();
  const std::size_t before = w.pages.free_pages() + w.mapper().table_pages();
  w.space.unmap(p, {"vunmap", nullptr});
  CHECK_EQUAL(before, w.pages.free_pages() + w.mapper().table_pages());
  take_log();
  w.space.unmap(p, {"vunmap", nullptr});
  CHECK_TRUE(logged("double free"));
  POINTERS_EQUAL(nullptr, w.space.map(mine, arch::kDeviceRegs, {"vmap", nullptr}));
  mine[7] = nullptr;
  POINTERS_EQUAL(nullptr, w.space.map(mine, arch::kKernelData, {"vmap", nullptr}));
  w.unfragment();
  w.check_empty();
}

ON_BOTH(vmallocinfo_is_linuxs) {
  void* p = w.alloc(2 * kPageSize);
  void* regs = w.space.map_device(PhysAddr{0x10140000}, 4096, arch::kDeviceRegs, {"ioremap", nullptr});
  void* gone = w.alloc(kPageSize);
  void* user = w.space.alloc(5, GFP_KERNEL, {"vmalloc_user", nullptr}, true);
  w.free(gone);
  char expected[1024], text[1024];
  BufferSink want{expected}, out{text};
  print(want, "0x%pK-0x%pK   12288 pages=2 vmalloc\n", p, at(p, 12288));
  const PhysAddr phys{0x10140000};
  print(want, "0x%pK-0x%pK    8192 phys=%pa ioremap\n", regs, at(regs, 8192), &phys);
  print(want, "0x%pK-0x%pK    8192 pages=1 vmalloc user\n", user, at(user, 8192));
  print(want, "0x%pK-0x%pK    8192 unpurged vm_area\n", gone, at(gone, 8192));
  w.space.print_vmallocinfo(out);
  STRCMP_EQUAL(expected, text);
  w.free(p);
  w.free(user);
  w.space.unmap_device(regs, {"iounmap", nullptr});
  w.check_empty();
}

ON_BOTH(a_thousand_random_operations_end_as_they_began) {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    void* live[40] = {};
    unsigned random = seed;
    for (unsigned step = 0; step < 1000; ++step) {
      void*& slot = live[next_random(random) % 40];
      if (slot != nullptr) {
        w.free(slot);
        slot = nullptr;
      } else {
        slot = w.alloc((1 + next_random(random) % 60) * kPageSize, GFP_KERNEL | __GFP_NOWARN);
      }
      if (next_random(random) % 64 == 0) w.space.purge();
      if (step % 16 == 0) w.check();
    }
    for (void*& p : live) {
      w.free(p);
      p = nullptr;
    }
    w.check();
  }
  w.check_empty();
}

ON_BOTH(a_page_that_nobody_has_is_not_mapped) {
  page* pages[2] = {w.pages.alloc(GFP_KERNEL, 0, nullptr), w.pages.alloc(GFP_KERNEL, 0, nullptr)};
  w.pages.free(pages[1], 0, nullptr);
  w.pages.free(pages[1], 0, nullptr);
  take_log();
  POINTERS_EQUAL(nullptr, w.space.map(pages, arch::kKernelData, {"vmap", nullptr}));
  CHECK_TRUE(logged("nobody has this page; refused"));
  w.pages.free(pages[0], 0, nullptr);
  w.check_empty();
}
