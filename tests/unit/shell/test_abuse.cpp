// SPDX-License-Identifier: MIT
// Every wrong call of `abuse`, on the kernel's own allocators; and rows that must be caught when they are not refused.
#include <CppUTest/TestHarness.h>

#include <linux/gfp.h>
#include <linux/slab.h>
#include <mm/kernel_memory.hpp>
#include <mm/what.hpp>

#include "abuse/abuse.hpp"
#include "fakes/kernel_memory.hpp"
#include "fakes/log.hpp"

using namespace mink;
using namespace mink::shell;

namespace {

const char* place_name(const void* address) {
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  return reinterpret_cast<std::uintptr_t>(address) - (here - 65536) < 131072 ? "on the caller's stack"
                                                                             : nullptr;
}

constexpr AbusePlace kTest{
    .mark = [] { (void)fakes::take_log(); },
    .logged =
        [](std::span<char> room) {
          BufferSink out{room.data(), room.size()};
          print(out, "%s", fakes::take_log());
          return std::string_view{out.text(), out.length()};
        },
    .check =
        [](TextSink& why) {
          return mm::kernel_memory().pages.check(why) && mm::kernel_memory().slab.check(why);
        },
    .symbols = false,
};

}  // namespace

TEST_GROUP(Abuse) {
  char text[4096];
  mm::PlaceNames before = nullptr;
  void setup() override {
    fakes::use_kernel_memory();
    fakes::use_kernel_vmalloc();
    before = mm::set_place_names(place_name);
  }
  void teardown() override {
    mm::set_place_names(before);
    (void)fakes::take_log();
  }
  void all(std::span<const AbuseRow> rows) {
    CHECK(!rows.empty());
    for (const AbuseRow& row : rows) {
      BufferSink out{text};
      if (!run_abuse(row, kTest, out)) FAIL(text);
    }
  }
  void missed(void (*row)(Abuse&), const char* why) {
    BufferSink out{text};
    CHECK_FALSE(run_abuse({"row", "of a test", row}, kTest, out));
    STRCMP_CONTAINS(why, text);
  }
};

TEST(Abuse, pages) { all(kPageAbuses); }
TEST(Abuse, objects) { all(kObjectAbuses); }
TEST(Abuse, areas) { all(kAreaAbuses); }
TEST(Abuse, pools) { all(kPoolAbuses); }
TEST(Abuse, debug_caches) { all(kDebugAbuses); }

TEST(Abuse, what_is_not_refused_is_missed) {
  missed([](Abuse& abuse) { abuse.refused("double free", "", [] { kfree(kmalloc(64, GFP_KERNEL)); }); },
         "nothing was reported");
  missed(
      [](Abuse& abuse) {
        abuse.refused("double free", "", [] { kfree(reinterpret_cast<void*>(std::uintptr_t{0x1230})); });
      },
      "does not say what is wrong");
  missed(
      [](Abuse& abuse) {
        abuse.refused("no object of a cache", "a free block",
                      [] { kfree(reinterpret_cast<void*>(std::uintptr_t{0x1230})); });
      },
      "does not say what the address is");
  missed(
      [](Abuse& abuse) {
        abuse.refused("no object of a cache", "", [] {
          kfree(reinterpret_cast<void*>(std::uintptr_t{0x1230}));
          kfree(reinterpret_cast<void*>(std::uintptr_t{0x1230}));
        });
      },
      "more than one report");
  static void* kept = nullptr;
  missed(
      [](Abuse& abuse) {
        abuse.refused("no object of a cache", "", [] {
          kfree(reinterpret_cast<void*>(std::uintptr_t{0x1230}));
          kept = kmalloc(64, GFP_KERNEL);
        });
      },
      "something was changed");
  kfree(kept);
  missed([](Abuse&) {}, "it did nothing");
}
