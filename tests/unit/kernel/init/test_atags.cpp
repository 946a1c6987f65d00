// SPDX-License-Identifier: MIT
// Good lists, and all the ways in which a list can be bad.
#include <CppUTest/TestHarness.h>

#include <cstring>
#include <initializer_list>
#include <kernel/atags.hpp>

using mink::PhysAddr;
using mink::kernel::AtagWindow;
using mink::kernel::BootData;
using mink::kernel::MemoryBank;

namespace {

constexpr std::uint32_t kCore = 0x54410001, kMem = 0x54410002, kCommandLine = 0x54410009,
                        kInitrd2 = 0x54420005;

constexpr MemoryBank kPossible[] = {{PhysAddr{0x50000000}, 0x10000000}};
constexpr MemoryBank kFallback[] = {{PhysAddr{0x50000000}, 0x4000000}};
constexpr PhysAddr kStart{0x50000000};  // of the window
constexpr std::uintptr_t kAt = 0x100;   // of the list in it

}  // namespace

TEST_GROUP(Atags) {
  alignas(4) std::byte memory[4096] = {};
  std::size_t end = kAt;
  std::size_t window = sizeof memory;
  char text[512] = "";
  mink::BufferSink report{text};
  BootData data;

  void word(std::uint32_t value) {
    std::memcpy(memory + end, &value, 4);
    end += 4;
  }
  void tag(std::uint32_t id, std::initializer_list<std::uint32_t> body) {
    word(static_cast<std::uint32_t>(2 + body.size()));
    word(id);
    for (const std::uint32_t w : body) word(w);
  }
  void core() { tag(kCore, {1, 0x1000, 0}); }
  void none() {
    word(0);
    word(0);
  }
  void command_line(const char* line, std::size_t bytes) {
    word(static_cast<std::uint32_t>(2 + bytes / 4));
    word(kCommandLine);
    std::memcpy(memory + end, line, bytes);
    end += bytes;
  }
  void parse(PhysAddr list = kStart + kAt) {
    report.clear();
    data = mink::kernel::parse_atags({kStart, {memory, window}}, list, {kPossible, kFallback}, report);
  }
  void check_banks(std::initializer_list<MemoryBank> expected, bool from_list = true) {
    LONGS_EQUAL(expected.size(), data.memory.banks().size());
    std::size_t i = 0;
    for (const MemoryBank& bank : expected) {
      UNSIGNED_LONGS_EQUAL(bank.start.raw(), data.memory.banks()[i].start.raw());
      UNSIGNED_LONGS_EQUAL(bank.size, data.memory.banks()[i].size);
      ++i;
    }
    CHECK(from_list == data.memory_from_list);
  }
  // Nothing of the list is believed.
  void check_refused(const char* why) {
    parse();
    check_banks({kFallback[0]}, false);
    LONGS_EQUAL(0, data.command_line.size());
    LONGS_EQUAL(0, data.initrd.size);
    LONGS_EQUAL(0, data.list.size);
    char expected[256];
    mink::BufferSink line{expected};
    mink::print(
        line,
        "atags: the list at 0x50000100 is refused: %s\natags: no memory named: using the board's own map\n",
        why);
    STRCMP_EQUAL(expected, text);
  }
};

TEST(Atags, a_whole_good_list) {
  core();
  tag(kMem, {0x8000000, 0x50000000});
  tag(kInitrd2, {0x50800000, 0x1234});
  command_line("mem=64M\0\0\0\0", 12);
  none();
  parse();
  STRCMP_EQUAL("", text);
  check_banks({{PhysAddr{0x50000000}, 0x8000000}});
  CHECK(data.command_line == "mem=64M");
  CHECK((data.initrd == MemoryBank{PhysAddr{0x50800000}, 0x1234}));
  CHECK((data.list == MemoryBank{kStart + kAt, end - kAt}));
}

TEST(Atags, a_core_without_a_body_and_several_banks) {
  tag(kCore, {});
  tag(kMem, {0x4000000, 0x58000000});
  tag(kMem, {0x4000000, 0x50000000});
  none();
  parse();
  STRCMP_EQUAL("", text);
  check_banks({{PhysAddr{0x50000000}, 0x4000000}, {PhysAddr{0x58000000}, 0x4000000}});
}

TEST(Atags, a_pointer_that_leads_nowhere) {
  core();
  none();
  parse(PhysAddr{0x4ffffffc});
  STRCMP_CONTAINS("atags: no list: 0x4ffffffc cannot be read\n", text);
  check_banks({kFallback[0]}, false);
  parse(kStart + sizeof memory);
  STRCMP_CONTAINS("cannot be read", text);
  parse(PhysAddr{0});
  STRCMP_CONTAINS("cannot be read", text);
  parse(kStart + kAt + 2);
  STRCMP_CONTAINS("not word aligned", text);
  parse(kStart + (sizeof memory - 4));  // not even a head fits
  STRCMP_CONTAINS("it has no end", text);
}

TEST(Atags, memory_that_holds_no_list) {
  check_refused("it does not begin with ATAG_CORE");  // zeroes
  std::memset(memory, 0xff, sizeof memory);
  check_refused("a tag reaches beyond the memory that holds the list");
  std::memset(memory, 0x41, sizeof memory);
  check_refused("a tag reaches beyond the memory that holds the list");
}

TEST(Atags, a_device_tree) {
  word(0xedfe0dd0);
  word(0x1000);
  check_refused("it is a device tree");
}

TEST(Atags, a_list_without_core) {
  tag(kMem, {0x8000000, 0x50000000});
  none();
  check_refused("it does not begin with ATAG_CORE");
}

TEST(Atags, a_core_of_a_wrong_length) {
  tag(kCore, {1});
  none();
  check_refused("its ATAG_CORE has a wrong length");
}

TEST(Atags, a_length_of_zero_does_not_loop) {
  core();
  tag(kMem, {0x8000000, 0x50000000});
  word(0);
  word(kMem);
  check_refused("a tag is shorter than its own head");
}

TEST(Atags, a_length_of_one) {
  core();
  word(1);
  word(kMem);
  check_refused("a tag is shorter than its own head");
}

TEST(Atags, a_length_beyond_the_window_or_around_the_address_space) {
  core();
  const std::size_t here = end;
  for (const std::uint32_t words : {1000u, 0x40000002u, 0x80000002u, 0xffffffffu}) {
    end = here;
    word(words);
    word(kMem);
    check_refused("a tag reaches beyond the memory that holds the list");
  }
}

TEST(Atags, a_list_that_is_cut) {
  core();
  tag(kMem, {0x8000000, 0x50000000});
  window = end;
  check_refused("it has no end");
  window = end - 4;
  check_refused("a tag reaches beyond the memory that holds the list");
}

TEST(Atags, every_cut_of_a_good_list_is_refused) {
  core();
  tag(kMem, {0x8000000, 0x50000000});
  command_line("quiet\0\0\0", 8);
  none();
  for (window = kAt; window < end; ++window) {
    parse();
    CHECK_FALSE(data.memory_from_list);
  }
  window = end;
  parse();
  CHECK(data.memory_from_list);
}

TEST(Atags, banks_that_cannot_be) {
  core();
  tag(kMem, {0x4000000, 0x10000000});   // no memory there
  tag(kMem, {0x20000000, 0x50000000});  // more than the board can hold
  tag(kMem, {0xfffffff0, 0x58000000});  // around the address space
  tag(kMem, {0, 0x50000000});
  tag(kMem, {0x4000000});
  tag(kMem, {0x4000000, 0x50000000});
  tag(kMem, {0x4000000, 0x52000000});
  none();
  parse();
  check_banks({{PhysAddr{0x50000000}, 0x4000000}});
  STRCMP_EQUAL(
      "atags: bank 0x10000000-0x14000000 is no memory of this board, ignored\n"
      "atags: bank 0x50000000-0x70000000 is no memory of this board, ignored\n"
      "atags: bank 0x58000000-0x157fffff0 is no memory of this board, ignored\n"
      "atags: bank 0x50000000-0x50000000 holds no whole page, ignored\n"
      "atags: tag 0x54410002 is too short, ignored\n"
      "atags: bank 0x52000000-0x56000000 overlaps another bank, ignored\n",
      text);
}

TEST(Atags, banks_of_ragged_ends_and_too_many) {
  core();
  tag(kMem, {0x3000, 0x50000100});
  for (std::uint32_t i = 1; i <= 8; ++i) tag(kMem, {0x1000, 0x50000000 + i * 0x10000});
  none();
  parse();
  LONGS_EQUAL(8, data.memory.banks().size());
  CHECK((data.memory.banks()[0] == MemoryBank{PhysAddr{0x50001000}, 0x2000}));
  STRCMP_EQUAL(
      "atags: bank 0x50000100-0x50003100 is not page aligned, trimmed\n"
      "atags: bank 0x50080000-0x50081000 is one too many, ignored\n",
      text);
}

TEST(Atags, a_list_without_memory_keeps_its_command_line) {
  core();
  command_line("quiet\0\0\0", 8);
  none();
  parse();
  check_banks({kFallback[0]}, false);
  CHECK(data.command_line == "quiet");
  STRCMP_EQUAL("atags: no memory named: using the board's own map\n", text);
}

TEST(Atags, a_command_line_without_an_end) {
  core();
  tag(kMem, {0x8000000, 0x50000000});
  command_line("quietude", 8);
  none();
  parse();
  CHECK(data.command_line == "quietude");
  STRCMP_EQUAL("atags: the command line does not end within its tag\n", text);
}

TEST(Atags, a_command_line_too_long) {
  core();
  tag(kMem, {0x8000000, 0x50000000});
  char line[2048];
  std::memset(line, 'x', sizeof line);
  line[sizeof line - 1] = '\0';
  command_line(line, sizeof line);
  none();
  parse();
  LONGS_EQUAL(1023, data.command_line.size());
  STRCMP_EQUAL("atags: the command line is too long: cut\n", text);
}

TEST(Atags, an_initrd_outside_memory) {
  core();
  tag(kMem, {0x8000000, 0x50000000});
  tag(kInitrd2, {0x57fff000, 0x2000});
  none();
  parse();
  LONGS_EQUAL(0, data.initrd.size);
  STRCMP_EQUAL("atags: the initrd is not in memory, ignored\n", text);
}

TEST(Atags, tags_of_no_interest_and_unknown_ones) {
  core();
  tag(0x54410007, {1});  // revision
  tag(0x12345678, {1, 2, 3});
  core();
  tag(kMem, {0x8000000, 0x50000000});
  none();
  parse();
  check_banks({{PhysAddr{0x50000000}, 0x8000000}});
  STRCMP_EQUAL("atags: unknown tag 0x12345678, ignored\natags: a second ATAG_CORE, ignored\n", text);
}
