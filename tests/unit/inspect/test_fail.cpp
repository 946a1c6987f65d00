// SPDX-License-Identifier: MIT
// Which allocations fail, by table; what the allocators do when told to; and sweeps that must find what is wrong.
#include <CppUTest/TestHarness.h>

#include <cstring>
#include <inspect/sweep.hpp>

#include <linux/errno.h>

#include "unit/mm/slab/slab_box.hpp"

using namespace mink;
using namespace mink::inspect;
using mm::SlabBox;

namespace {

constexpr auto kSlab = FaultAttr::Kind::Slab, kPages = FaultAttr::Kind::Pages;
const void* const kCaller = reinterpret_cast<const void*>(0x1234);

// Of `calls` allocations, which fail: "..x.x".
SimpleString pattern(FaultAttr& attr, unsigned calls, std::size_t size = 64, unsigned order = 0,
                     gfp_t gfp = GFP_ATOMIC) {
  SimpleString text;
  for (unsigned i = 0; i < calls; ++i) text += attr.fails(gfp, size, order, kCaller) ? "x" : ".";
  return text;
}
SimpleString pattern_of(const char* settings, unsigned calls, FaultAttr::Kind kind = kSlab,
                        std::size_t size = 64, unsigned order = 0, gfp_t gfp = GFP_ATOMIC) {
  FaultAttr attr{kind};
  FaultSettings s = attr.settings();
  for (const char* at = settings; *at != '\0';) {
    const std::size_t length = std::strcspn(at, " ");
    const char* const wanted = set_fault({at, length}, s);
    if (wanted != nullptr) FAIL(wanted);
    at += length + (at[length] == ' ' ? 1 : 0);
  }
  attr.set(s);
  return pattern(attr, calls, size, order, gfp);
}

}  // namespace

TEST_GROUP(FaultAttr){};

TEST(FaultAttr, linux_parameters) {
  STRCMP_EQUAL(".....", pattern_of("times=-1", 5).asCharString());
  STRCMP_EQUAL("x....", pattern_of("probability=100", 5).asCharString());  // times is 1
  STRCMP_EQUAL("xxx..", pattern_of("probability=100 times=3", 5).asCharString());
  STRCMP_EQUAL("xxxxx", pattern_of("probability=100 times=-1", 5).asCharString());
  STRCMP_EQUAL("..x..x", pattern_of("probability=100 times=-1 interval=3", 6).asCharString());
  STRCMP_EQUAL("...xx",
               pattern_of("probability=100 times=-1 space=200", 5).asCharString());  // 3 x 64 bytes go
  STRCMP_EQUAL("..xxx",
               pattern_of("probability=100 times=-1 space=192", 5).asCharString());  // ... or two, exactly
  STRCMP_EQUAL("..xx", pattern_of("probability=100 times=-1 space=10", 4, kPages, 16384, 2).asCharString());
  STRCMP_EQUAL("..x..", pattern_of("nth=3", 5).asCharString());
}

TEST(FaultAttr, a_percentage) {
  FaultAttr attr{kSlab};
  FaultSettings s;
  s.probability = 30;
  s.times = -1;
  attr.set(s);
  for (unsigned i = 0; i < 10000; ++i) (void)attr.fails(GFP_ATOMIC, 64, 0, kCaller);
  UNSIGNED_LONGS_EQUAL(10000, attr.asked());
  CHECK(attr.failed() > 2700 && attr.failed() < 3300);
}

TEST(FaultAttr, filters) {
  struct Row {
    const char* settings;
    FaultAttr::Kind kind;
    std::size_t size;
    unsigned order;
    gfp_t gfp;
    bool fails;
  };
  const Row rows[] = {
      {"", kSlab, 64, 0, GFP_ATOMIC, true},
      {"", kSlab, 64, 0, GFP_KERNEL, false},  // Linux: ignore-gfp-wait is Y
      {"ignore-gfp-wait=N", kSlab, 64, 0, GFP_KERNEL, true},
      {"ignore_gfp_wait=0", kSlab, 64, 0, GFP_KERNEL, true},
      {"", kPages, 4096, 0, GFP_ATOMIC, false},  // Linux: min-order is 1
      {"", kPages, 8192, 1, GFP_ATOMIC, true},
      {"min-order=0", kPages, 4096, 0, GFP_ATOMIC, true},
      {"order=2-3", kPages, 8192, 1, GFP_ATOMIC, false},
      {"order=2-3", kPages, 32768, 3, GFP_ATOMIC, true},
      {"order=2-3", kPages, 65536, 4, GFP_ATOMIC, false},
      {"", kPages, 8192, 1, GFP_ATOMIC | __GFP_HIGHMEM, false},
      {"ignore-gfp-highmem=N", kPages, 8192, 1, GFP_ATOMIC | __GFP_HIGHMEM, true},
      {"size=64-128", kSlab, 63, 0, GFP_ATOMIC, false},
      {"size=64-128", kSlab, 128, 0, GFP_ATOMIC, true},
      {"size=64", kSlab, 65, 0, GFP_ATOMIC, false},
      {"gfp=__GFP_ZERO|__GFP_HIGH", kSlab, 64, 0, GFP_ATOMIC, false},
      {"gfp=__GFP_ZERO|__GFP_HIGH", kSlab, 64, 0, GFP_ATOMIC | __GFP_ZERO, true},
  };
  for (const Row& row : rows) {
    const SimpleString settings = SimpleString("probability=100 times=-1 ") + row.settings;
    STRCMP_EQUAL_TEXT(
        row.fails ? "x" : ".",
        pattern_of(settings.asCharString(), 1, row.kind, row.size, row.order, row.gfp).asCharString(),
        settings.asCharString());
  }
  FaultAttr attr{kSlab};
  FaultSettings s;
  s.nth = 1;
  s.caller_start = 0x1234;
  s.caller_end = 0x1235;
  attr.set(s);
  CHECK(attr.fails(GFP_ATOMIC, 64, 0, kCaller));
  s.caller_start = 0x1235;
  s.caller_end = 0x2000;
  attr.set(s);
  CHECK(!attr.fails(GFP_ATOMIC, 64, 0, kCaller));
  attr.set(FaultSettings{.ignore_gfp_wait = false, .nth = 1}, [] { return false; });
  CHECK(!attr.fails(GFP_ATOMIC, 64, 0, kCaller));
}

TEST(FaultAttr, text) {
  FaultSettings s;
  CHECK(parse_fault_option("2,50,4096,-1", s));
  UNSIGNED_LONGS_EQUAL(2, s.interval);
  UNSIGNED_LONGS_EQUAL(50, s.probability);
  UNSIGNED_LONGS_EQUAL(4096, s.space);
  LONGS_EQUAL(-1, s.times);
  char text[256];
  BufferSink out{text};
  print_fault(out, s);
  STRCMP_EQUAL(
      "probability=50 interval=2 times=-1 space=4096 ignore-gfp-wait=Y ignore-gfp-highmem=Y order=1-31",
      text);
  for (const char* bad :
       {"", "1", "1,2,3", "1,2,3,4,5", "1,101,0,1", "a,1,1,1", "1,1,1,-2", "1,1,1,", ",,,"}) {
    CHECK_TEXT(!parse_fault_option(bad, s), bad);
  }
  UNSIGNED_LONGS_EQUAL(2, s.interval);  // untouched
  for (const char* bad : {"", "probability", "probability=", "probability=101", "times=-2", "size=9-3",
                          "gfp=__GFP_SOON", "nthh=1", "ignore-gfp-wait=maybe", "caller=no_such_function"}) {
    CHECK_TEXT(set_fault(bad, s) != nullptr, bad);
  }
}

TEST_GROUP(FailedAllocation){};

TEST(FailedAllocation, every_one_asks_while_armed_and_none_afterwards) {
  SlabBox box{256};
  FaultAttr attr{kSlab};
  void* const warm = box.kmalloc(64);
  box.slab.set_failures(&attr);
  FaultSettings s;
  s.nth = 3;
  s.ignore_gfp_wait = false;
  attr.set(s);
  void* got[5];
  for (void*& p : got) p = box.kmalloc(64);
  CHECK(got[0] != nullptr && got[1] != nullptr && got[2] == nullptr && got[3] != nullptr &&
        got[4] != nullptr);
  UNSIGNED_LONGS_EQUAL(5, attr.asked());
  POINTERS_EQUAL(nullptr, (attr.set(FaultSettings{.ignore_gfp_wait = false, .nth = 1}), box.kmalloc(64)));
  attr.set(FaultSettings{.ignore_gfp_wait = false, .nth = 1});
  void* const insisted = box.kmalloc(64, GFP_KERNEL | __GFP_NOFAIL);
  CHECK(insisted != nullptr);
  UNSIGNED_LONGS_EQUAL(0, attr.asked());
  box.slab.set_failures(nullptr);
  void* const after = box.kmalloc(64);
  CHECK(after != nullptr);
  UNSIGNED_LONGS_EQUAL(0, attr.asked());
  box.check();
  for (void* p : got) box.kfree(p);
  for (void* p : {warm, insisted, after}) box.kfree(p);
  box.close();
}

TEST(FailedAllocation, of_pages_too) {
  fakes::TestArena arena{{.pages = 64}};
  mm::PageAllocator& pages = arena.pages();
  page* const warm = pages.alloc(GFP_ATOMIC, 0, kCaller);
  FaultAttr attr{kPages};
  FaultSettings s{.times = -1, .min_order = 0};
  s.probability = 100;
  attr.set(s);
  pages.set_failures(&attr);
  for (unsigned order = 0; order < 4; ++order)
    POINTERS_EQUAL(nullptr, pages.alloc(GFP_ATOMIC, order, kCaller));
  page* several[4] = {};
  UNSIGNED_LONGS_EQUAL(0, pages.alloc_bulk(GFP_ATOMIC, several, kCaller));
  UNSIGNED_LONGS_EQUAL(5, attr.failed());
  page* const insisted = pages.alloc(GFP_ATOMIC | __GFP_NOFAIL, 0, kCaller);
  CHECK(insisted != nullptr);
  pages.set_failures(nullptr);
  page* const after = pages.alloc(GFP_ATOMIC, 0, kCaller);
  for (page* p : {warm, insisted, after}) {
    CHECK(p != nullptr);
    pages.free(p, 0, kCaller);
  }
  UNSIGNED_LONGS_EQUAL(64, pages.free_pages());
}

namespace {

Census before, after;  // too large for the target's stack

// Operations of a private slab allocator.
struct Bench {
  SlabBox box{256};
  void* held[4] = {};

  static Bench& of(void* self) { return *static_cast<Bench*>(self); }
  SweepPlace place() {
    return {.memory = {box.arena.pages(), &box.slab},
            .pages = box.arena.pages(),
            .slab = box.slab,
            .settle =
                [](void* self) {
                  of(self).box.slab.shrink(GFP_KERNEL, SIZE_MAX);
                  of(self).box.arena.pages().drain_lists();
                },
            .check =
                [](TextSink& why, void* self) {
                  return of(self).box.slab.check(why) && of(self).box.arena.pages().check(why);
                },
            .only_where = nullptr,
            .context = this,
            .before = before,
            .after = after};
  }
  // A cache, and an object of each of two sizes.
  int good() {
    auto* const cache = box.make("swept", 700);
    if (cache == nullptr) return -ENOMEM;
    held[0] = cache;
    held[1] = box.take(*cache);
    held[2] = held[1] != nullptr ? box.kmalloc(20000) : nullptr;
    if (held[2] != nullptr) return 0;
    if (held[1] != nullptr) box.give(*cache, held[1]);
    CHECK(ok(box.slab.destroy(*cache, this)));
    return -ENOMEM;
  }
  void undo() {
    box.kfree(held[2]);
    auto* const cache = static_cast<kmem_cache*>(held[0]);
    box.give(*cache, held[1]);
    CHECK(ok(box.slab.destroy(*cache, this)));
  }
};

}  // namespace

TEST_GROUP(Sweep) {
  char text[1024];
  BufferSink why{text};
};

TEST(Sweep, a_good_operation_loses_nothing) {
  Bench bench;
  SweepPlace place = bench.place();
  const SweepOperation operation{"good", [](void* b) { return Bench::of(b).good(); },
                                 [](void* b) { Bench::of(b).undo(); }, &bench};
  const SweepResult result = sweep(operation, place, why);
  if (result.wrong != nullptr) FAIL(result.wrong);
  // The cache, its name and a slab for that, the object and a slab, a block.
  UNSIGNED_LONGS_EQUAL(6, result.points);
  UNSIGNED_LONGS_EQUAL(6, result.errors);
  bench.box.close();
}

TEST(Sweep, finds_a_leak) {
  Bench bench;
  SweepPlace place = bench.place();
  static Bench* self;
  self = &bench;
  const SweepOperation leaky{"leaky",
                             [](void* b) {
                               self->held[0] = Bench::of(b).box.kmalloc(100);
                               self->held[1] =
                                   self->held[0] != nullptr ? Bench::of(b).box.kmalloc(200) : nullptr;
                               return self->held[1] != nullptr ? 0 : -ENOMEM;
                             },
                             [](void* b) {
                               Bench::of(b).box.kfree(self->held[0]);
                               Bench::of(b).box.kfree(self->held[1]);
                             },
                             &bench};
  const SweepResult result = sweep(leaky, place, why);
  STRCMP_EQUAL("something was not given back", result.wrong);
  CHECK(std::strstr(text, "+1       +128  slab kmalloc-128") != nullptr);
  bench.box.kfree(self->held[0]);
  bench.box.close();
}

TEST(Sweep, finds_a_wrong_error) {
  Bench bench;
  SweepPlace place = bench.place();
  static Bench* self;
  self = &bench;
  const SweepOperation wrong{"wrong",
                             [](void* b) {
                               self->held[0] = Bench::of(b).box.kmalloc(100);
                               return self->held[0] != nullptr ? 0 : -EINVAL;
                             },
                             [](void* b) { Bench::of(b).box.kfree(self->held[0]); }, &bench};
  STRCMP_EQUAL("the error is not -ENOMEM", sweep(wrong, place, why).wrong);
  bench.box.close();
}

TEST(Sweep, finds_what_goes_another_way_and_what_never_works) {
  Bench bench;
  SweepPlace place = bench.place();
  static Bench* self;
  self = &bench;
  const SweepOperation either{"either",
                              [](void* b) {
                                self->held[0] = Bench::of(b).box.kmalloc(100);
                                if (self->held[0] == nullptr) self->held[0] = Bench::of(b).box.kmalloc(50);
                                return self->held[0] != nullptr ? 0 : -ENOMEM;
                              },
                              [](void* b) { Bench::of(b).box.kfree(self->held[0]); }, &bench};
  const SweepResult result = sweep(either, place, why);
  POINTERS_EQUAL(nullptr, result.wrong);
  UNSIGNED_LONGS_EQUAL(2, result.points);  // the object, its slab
  UNSIGNED_LONGS_EQUAL(2, result.survived);
  const SweepOperation never{"never", [](void*) { return -ENOMEM; }, [](void*) {}, &bench};
  STRCMP_EQUAL("fails by itself", sweep(never, place, why).wrong);
  bench.box.close();
}

// A private allocator comes up, or gives all back: whichever of its allocations fails.
TEST(Sweep, a_private_instance_comes_up_or_gives_all_back) {
  fakes::TestArena arena{{.pages = 64}};
  const std::size_t free_before = arena.pages().free_pages();
  unsigned points = 0;
  for (unsigned n = 1;; ++n) {
    FaultAttr attr{kPages};
    FaultSettings s{.ignore_gfp_wait = false, .min_order = 0, .nth = n};
    attr.set(s);
    mm::SlabAllocator slab;
    slab.set_failures(&attr);
    arena.pages().set_failures(&attr);
    const Err error = slab.init(arena.pages());
    arena.pages().set_failures(nullptr);
    slab.set_failures(nullptr);
    CHECK(attr.failed() == 0 ? ok(error) : error == Err::NoMem);
    CHECK(ok(slab.shut_down()));
    UNSIGNED_LONGS_EQUAL(free_before, arena.pages().free_pages());
    BufferSink out{text};
    if (!arena.pages().check(out)) FAIL(text);
    if (attr.failed() == 0) break;
    ++points;
  }
  CHECK(points > 20);
}
