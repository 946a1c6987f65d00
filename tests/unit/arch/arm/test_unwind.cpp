// SPDX-License-Identifier: MIT
// The EHABI interpreter over tables and stacks made by hand. (Over the compiler's: target_only/arch/arm.)
#include <CppUTest/TestHarness.h>

#include <arch_arm/unwind.hpp>
#include <array>
#include <cstddef>
#include <initializer_list>

using namespace mink::arch::arm;

namespace {

constexpr std::uint32_t kText = 0x1000, kTextEnd = 0x2000, kIndex = 0x2000, kTable = 0x2800, kStack = 0x3000,
                        kEnd = 0x4000;
constexpr std::uint32_t kCantUnwind = 1;

constexpr std::uint32_t prel31(std::uint32_t to, std::uint32_t place) { return (to - place) & 0x7fffffffu; }

// 16 KB of words; what was never written is not there.
struct Memory {
  std::array<std::uint32_t, kEnd / 4> words{};
  std::array<bool, kEnd / 4> there{};

  void put(std::uint32_t address, std::uint32_t word) {
    words[address / 4] = word;
    there[address / 4] = true;
  }
  void clear() { there.fill(false); }
  static bool read(std::uint32_t address, std::uint32_t& word, void* context) {
    const auto* self = static_cast<const Memory*>(context);
    if (address % 4 != 0 || address >= kEnd || !self->there[address / 4]) return false;
    word = self->words[address / 4];
    return true;
  }
};

}  // namespace

TEST_GROUP(Unwind) {
  Memory memory;
  UnwindTables tables{kIndex, kIndex, kText, kTextEnd, Memory::read, &memory};
  UnwindState state;

  void setup() override {
    state.r[13] = kStack;
    state.r[14] = 0x1abc;
    state.r[15] = 0x1010;
  }

  // Functions in ascending order; `word`: inline instructions, kCantUnwind, or the address of a table.
  void function(std::uint32_t start, std::uint32_t word) {
    memory.put(tables.index_end, prel31(start, tables.index_end));
    const bool address = word > kCantUnwind && word < kEnd;
    memory.put(tables.index_end + 4, address ? prel31(word, tables.index_end + 4) : word);
    tables.index_end += 8;
  }
  void only_function(std::uint32_t word) {
    function(kText, word);
    function(kTextEnd, kCantUnwind);
  }
  void stack(std::initializer_list<std::uint32_t> words) {
    std::uint32_t at = kStack;
    for (const std::uint32_t word : words) {
      memory.put(at, word);
      at += 4;
    }
  }
  bool step() { return unwind_step(state, tables); }
};

TEST(Unwind, pops_from_the_lowest_register_up_and_returns_to_lr) {
  only_function(0x80aab0b0);  // pop {r4-r6, lr}
  stack({44, 55, 66, 0x1234});
  CHECK(step());
  LONGS_EQUAL(44, state.r[4]);
  LONGS_EQUAL(55, state.r[5]);
  LONGS_EQUAL(66, state.r[6]);
  LONGS_EQUAL(0x1234, state.pc());
  LONGS_EQUAL(kStack + 16, state.sp());
  CHECK_FALSE(state.exact);
}

TEST(Unwind, every_way_to_move_sp) {
  struct Row {
    std::uint32_t word;
    std::uint32_t moved;
  };
  constexpr Row kRows[] = {
      {0x8000b0b0, 4},           // 00xxxxxx: + (x << 2) + 4
      {0x803fb0b0, 256},         // ... the most of it
      {0x803f40b0, 252},         // 01xxxxxx: - (x << 2) + 4
      {0x80b200b0, 0x204},       // uleb128 0
      {0x80b203b0, 0x204 + 12},  // uleb128 3
      {0x80b302b0, 3 * 8 + 4},   // VFP by FSTMX
      {0x80b9b0b0, 2 * 8 + 4},   // ... D8 and up
      {0x80c801b0, 2 * 8},       // VFP by VPUSH, D16 and up
      {0x80c900b0, 8},           // ... any
      {0x80d1b0b0, 2 * 8},       // ... D8 and up
  };
  for (const Row& row : kRows) {
    tables.index_end = kIndex;
    only_function(row.word);
    state = {};
    state.r[13] = kStack;
    state.r[14] = 0x1abc;
    state.r[15] = 0x1010;
    CHECK_TRUE_TEXT(step(), StringFromFormat("%08x", static_cast<unsigned>(row.word)).asCharString());
    LONGS_EQUAL(kStack + row.moved, state.sp());
    LONGS_EQUAL(0x1abc, state.pc());
  }
}

TEST(Unwind, a_frame_pointer_and_low_registers) {
  only_function(0x8097b106);  // vsp = r7; pop {r1, r2}
  state.r[7] = kStack + 0x20;
  memory.put(kStack + 0x20, 11);
  memory.put(kStack + 0x24, 22);
  CHECK(step());
  LONGS_EQUAL(11, state.r[1]);
  LONGS_EQUAL(22, state.r[2]);
  LONGS_EQUAL(kStack + 0x28, state.sp());
}

TEST(Unwind, longer_instructions_stand_in_a_table) {
  function(kText, kTable);
  function(kTextEnd, kCantUnwind);
  memory.put(kTable, 0x81010000);      // personality 1, one more word; vsp += 4, twice
  memory.put(kTable + 4, 0x8408b0b0);  // pop {r7, lr}
  stack({0, 0, 77, 0x1500});
  CHECK(step());
  LONGS_EQUAL(77, state.r[7]);
  LONGS_EQUAL(0x1500, state.pc());
  LONGS_EQUAL(kStack + 16, state.sp());
}

TEST(Unwind, instructions_behind_a_foreign_personality) {
  function(kText, kTable);
  function(kTextEnd, kCantUnwind);
  memory.put(kTable, prel31(0x1f00, kTable));
  memory.put(kTable + 4, 0x00a8b0b0);  // no more words; pop {r4, lr}
  stack({4, 0x1600});
  CHECK(step());
  LONGS_EQUAL(0x1600, state.pc());
}

TEST(Unwind, a_call_may_be_the_last_instruction_of_its_function) {
  function(0x1000, 0x80a8b0b0);  // pop {r4, lr}
  function(0x1100, 0x80b0b0b0);  // nothing to pop
  stack({4, 0x1234});
  state.r[15] = 0x1100;  // behind the last instruction of the first
  CHECK(step());
  LONGS_EQUAL(0x1234, state.pc());
}

TEST(Unwind, bit_0_of_a_return_address_says_thumb) {
  function(0x1000, 0x80a8b0b0);  // pop {r4, lr}
  function(0x1100, kCantUnwind);
  function(kTextEnd, kCantUnwind);
  stack({44, 0x1101});  // a return address behind the last call of the first function
  CHECK(step());
  LONGS_EQUAL(0x1100, state.pc());
  stack({44, 0x1234});
  state.r[13] = kStack;
  CHECK(step());
}

TEST(Unwind, through_an_exception_frame_to_the_very_instruction) {
  function(0x1000, kTable);      // the exception entry
  function(0x1100, 0x80a8b0b0);  // what it interrupted
  function(0x1200, 0x80b0b0b0);
  memory.put(kTable, 0x81019400);      // vsp = r4; skip a word;
  memory.put(kTable + 4, 0xb10f8fff);  // pop {r0-r3}; pop {r4-r15}
  state.r[4] = kStack;
  state.r[13] = kStack + 0x500;  // on another stack
  stack({/*kind*/ 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, kStack + 0x100, 0x1abc, 0x1100});
  CHECK(step());
  CHECK(state.exact);
  LONGS_EQUAL(0x1100, state.pc());
  LONGS_EQUAL(kStack + 0x100, state.sp());
  LONGS_EQUAL(9, state.r[9]);
  // The first instruction of a function has pushed nothing: LR leads on, and the stack stays.
  CHECK(step());
  LONGS_EQUAL(0x1abc, state.pc());
  LONGS_EQUAL(kStack + 0x100, state.sp());
  CHECK_FALSE(state.exact);
}

TEST(Unwind, a_call_into_nowhere_is_left_by_lr) {
  only_function(0x80b0b0b0);
  state.exact = true;
  state.r[15] = 0;
  CHECK(step());
  LONGS_EQUAL(0x1abc, state.pc());
  state.r[15] = 0;  // but a return address that is none ends the trail
  state.exact = false;
  CHECK_FALSE(step());
}

TEST(Unwind, ends_where_the_tables_say_so) {
  only_function(kCantUnwind);
  CHECK_FALSE(step());
}

TEST(Unwind, a_leaf_without_tables_is_left_by_lr_if_interrupted) {
  only_function(kCantUnwind);
  state.exact = true;
  CHECK(step());
  LONGS_EQUAL(0x1abc, state.pc());
}

TEST(Unwind, refuses_what_the_abi_reserves) {
  for (const std::uint32_t word : {0x808000b0u,  // pop nothing: refuse
                                   0x809db0b0u,  // vsp = r13
                                   0x809fb0b0u,  // vsp = r15
                                   0x80b100b0u,  // pop none of r0-r3
                                   0x80b110b0u,  // ... or more than these
                                   0x80b4b0b0u, 0x80c0b0b0u, 0x80e0b0b0u, 0x83b0b0b0u}) {
    tables.index_end = kIndex;
    only_function(word);
    state = {};
    state.r[13] = kStack;
    state.r[14] = 0x1abc;
    state.r[15] = 0x1010;
    CHECK_FALSE_TEXT(step(), StringFromFormat("%08x", static_cast<unsigned>(word)).asCharString());
  }
}

TEST(Unwind, a_stack_that_is_not_there_ends_the_trail) {
  only_function(0x80aab0b0);
  stack({44, 55});  // the rest is unmapped
  CHECK_FALSE(step());
}

TEST(Unwind, never_goes_round_in_circles) {
  only_function(0x80b0b0b0);  // a leaf that returns to itself
  state.r[14] = state.r[15];
  CHECK_FALSE(step());
  only_function(0x803f7fb0);  // up and down again: the stack never grows towards the callers
  state.r[15] = 0x1010;
  state.r[13] = kStack;
  state.r[14] = 0x1010;
  CHECK_FALSE(step());
}

TEST(Unwind, survives_garbage) {
  std::uint32_t seed = 12345;
  const auto random = [&seed] { return seed = seed * 1664525u + 1013904223u; };
  // Often instructions that work, so that the garbage is met deep inside.
  const auto instruction = [&random]() -> std::uint32_t {
    constexpr std::uint8_t kGood[] = {0x00, 0x01, 0x40, 0x94, 0xa8, 0xa8, 0xab, 0xb0};
    const std::uint32_t r = random() >> 16;
    return (r & 0x70) != 0 ? kGood[r & 7] : r >> 8;
  };
  unsigned deepest = 0;
  for (unsigned round = 0; round < 3000; ++round) {
    memory.clear();
    tables.index_end = kIndex + 8 * 16;
    for (std::uint32_t at = kIndex; at < tables.index_end; at += 8) {
      memory.put(at, round % 2 != 0 ? random() : prel31(kText + (at - kIndex) * 16, at));
      memory.put(at + 4, round % 3 != 0
                             ? 0x80000000u | instruction() << 16 | instruction() << 8 | instruction()
                             : random());
    }
    for (std::uint32_t at = kTable; at < kTable + 0x100; at += 4) memory.put(at, random());
    for (std::uint32_t at = kStack; at < kStack + 0x400; at += 4)
      memory.put(at, (random() >> 28) != 0 ? kText + (random() >> 20 & ~3u) : random());
    state = {};
    for (std::uint32_t& r : state.r) r = random();
    state.r[13] = kStack;
    state.r[15] = kText + (random() >> 20 & ~3u);
    state.exact = (round & 4) != 0;
    unsigned steps = 0;
    while (steps < 10000 && step()) ++steps;
    if (steps > deepest) deepest = steps;
  }
  CHECK(deepest > 5);  // else nothing was tried
}
