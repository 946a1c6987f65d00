// SPDX-License-Identifier: MIT
// What an interrupt must leave alone, and what it must give its handler.
#include <CppUTest/TestHarness.h>

#include <arch/cpu.hpp>
#include <arch/irq.hpp>
#include <arch_arm/exception.hpp>
#include <arch_arm/stacks.hpp>
#include <base/symbols.hpp>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <kernel/tick.hpp>

using namespace mink;
using namespace mink::arch;

extern "C" {

constinit volatile std::uint32_t irq_test_ticks = 0, irq_test_sp = 0, irq_test_cpsr = 0;

// At a function's entry SP is what the AAPCS speaks of; a compiled function would have moved it.
[[gnu::naked]] static void irq_test_note() {
  asm volatile(
      "mrs r1, cpsr\n\t"
      "ldr r0, =irq_test_cpsr\n\t"
      "str r1, [r0]\n\t"
      "ldr r0, =irq_test_sp\n\t"
      "str sp, [r0]\n\t"
      "ldr r0, =irq_test_ticks\n\t"
      "ldr r1, [r0]\n\t"
      "add r1, r1, #1\n\t"
      "str r1, [r0]\n\t"
      "bx lr\n\t"
      ".ltorg");
}

// Fills the registers, waits for `ticks` more interrupts on a stack moved by `offset`, and sums up what it then finds in
// them, each times its number.
[[gnu::naked, gnu::noinline]] static std::uint32_t irq_test_hold(std::uint32_t /*ticks*/,
                                                                 std::uint32_t /*offset*/) {
  asm volatile(
      "push {r4-r11, lr}\n\t"
      "mov r3, sp\n\t"
      "sub sp, sp, r1\n\t"
      "push {r3}\n\t"
      "ldr r12, =irq_test_ticks\n\t"
      "ldr r1, [r12]\n\t"
      "add r0, r0, r1\n\t"
      "mov r2, #2\n\t mov r3, #3\n\t mov r4, #4\n\t mov r5, #5\n\t mov r6, #6\n\t mov r7, #7\n\t mov r8, "
      "#8\n\t"
      "mov r9, #9\n\t mov r10, #10\n\t mov r11, #11\n\t mov lr, #14\n"
      "1:\n\t"
      "ldr r1, [r12]\n\t"
      "cmp r1, r0\n\t"
      "blo 1b\n\t"
      "mul r0, r2, r2\n\t"
      "mla r0, r3, r3, r0\n\t mla r0, r4, r4, r0\n\t mla r0, r5, r5, r0\n\t mla r0, r6, r6, r0\n\t"
      "mla r0, r7, r7, r0\n\t mla r0, r8, r8, r0\n\t mla r0, r9, r9, r0\n\t mla r0, r10, r10, r0\n\t"
      "mla r0, r11, r11, r0\n\t mla r0, lr, lr, r0\n\t"
      "pop {r3}\n\t"
      "mov sp, r3\n\t"
      "pop {r4-r11, pc}\n\t"
      ".ltorg");
}
}

namespace {

constexpr std::uint32_t kExpectedSum = 4 + 9 + 16 + 25 + 36 + 49 + 64 + 81 + 100 + 121 + 196;

const arm::Stack& irq_stack() {
  static arm::FixedStacks stacks = arm::fixed_stacks();
  for (const arm::Stack& s : stacks) {
    if (std::strcmp(s.name, "IRQ") == 0) return s;
  }
  FAIL("no IRQ stack");
  return stacks[0];
}

struct Trace {
  VirtAddr pc[32];
  unsigned count;
};
constinit Trace trace{};

void note_trace() {
  if (trace.count != 0) return;
  backtrace([](VirtAddr pc, VirtAddr, void*) { trace.pc[trace.count++] = pc; }, nullptr, 32);
}

[[gnu::noinline]] void irq_test_interrupted() {
  while (*const_cast<volatile unsigned*>(&trace.count) == 0) {
  }
  asm volatile("");
}

}  // namespace

TEST_GROUP(IrqEntry) {
  kernel::TickHook before = nullptr;
  void on_ticks(kernel::TickHook hook) { before = kernel::set_tick_hook(hook); }
  void teardown() override { (void)kernel::set_tick_hook(before); }
};

TEST(IrqEntry, all_registers_survive_many_interrupts) {
  on_ticks(irq_test_note);
  LONGS_EQUAL(kExpectedSum, irq_test_hold(5, 0));
}

TEST(IrqEntry, the_handler_runs_in_svc_mode_on_the_interrupt_stack_aligned) {
  on_ticks(irq_test_note);
  for (const std::uint32_t offset : {0u, 4u, 8u, 12u}) {
    irq_test_sp = 1;
    LONGS_EQUAL(kExpectedSum, irq_test_hold(2, offset));
    LONGS_EQUAL(0, irq_test_sp % 8);
    CHECK(irq_stack().holds(VirtAddr{irq_test_sp}));
    LONGS_EQUAL(arm::kModeSvc, irq_test_cpsr & arm::kModeMask);
    CHECK((irq_test_cpsr & arm::kCpsrIrqOff) != 0);
  }
}

TEST(IrqEntry, a_backtrace_passes_from_the_handler_to_the_interrupted_code) {
  trace.count = 0;
  on_ticks(note_trace);
  irq_test_interrupted();
  bool in_entry = false, in_interrupted = false, in_test = false;
  for (unsigned i = 0; i < trace.count; ++i) {
    Symbol symbol;
    CHECK(symbol_lookup(trace.pc[i].raw(), symbol));
    in_entry = in_entry || std::strcmp(symbol.name, "mink_vector_irq") == 0;
    // Its name comes behind that of the interrupt's entry.
    if (in_entry)
      in_interrupted = in_interrupted || std::strstr(symbol.name, "irq_test_interrupted") != nullptr;
    if (in_interrupted) in_test = in_test || std::strstr(symbol.name, "testBody") != nullptr;
  }
  CHECK(in_entry);
  CHECK(in_interrupted);
  CHECK(in_test);
}
