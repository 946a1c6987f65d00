// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include <cstring>
#include <initializer_list>
#include <kernel/proc.hpp>

using mink::Err;
using mink::kernel::ProcFile;
using mink::kernel::ProcRegistry;

namespace {
void show_one(mink::TextSink& out) { mink::print(out, "one %d\n", 1); }
void show_none(mink::TextSink&) {}
}  // namespace

TEST_GROUP(Proc) {
  ProcRegistry registry;
  ProcFile slabinfo{"slabinfo", show_none};
  ProcFile buddyinfo{"buddyinfo", show_one};
  ProcFile meminfo{"meminfo", show_none};
};

TEST(Proc, lists_in_the_order_of_names) {
  for (ProcFile* file : {&slabinfo, &buddyinfo, &meminfo}) CHECK(registry.add(*file) == Err::Ok);
  char names[64] = "";
  for (const ProcFile& file : registry.files()) std::strcat(std::strcat(names, file.name), " ");
  STRCMP_EQUAL("buddyinfo meminfo slabinfo ", names);
}

TEST(Proc, finds_by_the_whole_name) {
  CHECK(registry.find("buddyinfo") == nullptr);
  for (ProcFile* file : {&slabinfo, &buddyinfo}) CHECK(registry.add(*file) == Err::Ok);
  POINTERS_EQUAL(&buddyinfo, registry.find("buddyinfo"));
  CHECK(registry.find("buddy") == nullptr);
  CHECK(registry.find("buddyinfo2") == nullptr);
  CHECK(registry.find("") == nullptr);
  char text[16];
  mink::BufferSink out{text};
  registry.find("buddyinfo")->show(out);
  STRCMP_EQUAL("one 1\n", text);
}

TEST(Proc, refuses_a_second_of_a_name_and_what_is_no_name) {
  CHECK(registry.add(meminfo) == Err::Ok);
  ProcFile again{"meminfo", show_one};
  CHECK(registry.add(again) == Err::Exist);
  CHECK(registry.add(meminfo) == Err::Exist);
  for (const char* name : {"", "a/b", "a b", "a\n"}) {
    ProcFile bad{name, show_none};
    CHECK(registry.add(bad) == Err::Inval);
  }
  LONGS_EQUAL(1, registry.files().size());
}
