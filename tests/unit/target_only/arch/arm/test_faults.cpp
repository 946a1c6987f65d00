// SPDX-License-Identifier: MIT
// Real faults: each is reported for what it is, with the way there by name, and control comes back to
// run_guarded.
#include <CppUTest/TestHarness.h>

#include <base/log.h>
#include <linux/interrupt.h>
#include <arch/cpu.hpp>
#include <arch/irq.hpp>
#include <arch_arm/exception.hpp>
#include <arch_arm/live_tables.hpp>
#include <arch_arm/stacks.hpp>
#include <base/sections.hpp>
#include <board/devices.hpp>
#include <kernel/tick.hpp>
#include <sync/preempt.hpp>

#include "fakes/log.hpp"

using namespace mink;
using namespace mink::arch;

namespace {

constinit std::uint32_t some_data[4] = {0xe12fff1e, 0xe12fff1e, 0xe12fff1e,
                                        0xe12fff1e};  // bx lr, were it code
constinit volatile unsigned sink = 0, endless = 1;

// Calls that the compiler neither inlines nor turns into jumps.
[[gnu::noinline]] void fault_test_inner(volatile std::uint32_t* where) {
  *where = 1;
  sink = sink + 1;
}
[[gnu::noinline]] void fault_test_middle(volatile std::uint32_t* where) {
  fault_test_inner(where);
  sink = sink + 1;
}
[[gnu::noinline]] void fault_test_outer(volatile std::uint32_t* where) {
  fault_test_middle(where);
  sink = sink + 1;
}

[[gnu::noinline]] unsigned overflow_main_stack(unsigned depth) {
  volatile unsigned char block[256];
  block[0] = static_cast<unsigned char>(depth);
  if (endless == 0) return depth;
  return overflow_main_stack(depth + 1) + block[0];
}

void null_write(void*) {
  fault_test_outer(nullptr);
  sink = sink + 1;
}
void null_read(void*) { sink = *static_cast<volatile std::uint32_t*>(nullptr); }
void text_write(void*) { *reinterpret_cast<volatile std::uint32_t*>(__text_start) = 0; }
void rodata_write(void*) { *reinterpret_cast<volatile std::uint32_t*>(__rodata_start) = 0; }
void unmapped_read(void*) { sink = *reinterpret_cast<volatile std::uint32_t*>(0xb0001000); }
void call_address(void* address) {
  reinterpret_cast<void (*)()>(address)();
  sink = sink + 1;
}
void undefined(void*) { asm volatile("udf #0"); }
void crooked(void*) {
  asm volatile("ldm %0, {r2, r3}" ::"r"(reinterpret_cast<char*>(some_data) + 1) : "r2", "r3");
}
void stack_overflow(void*) { sink = overflow_main_stack(0); }
void svc(void*) { asm volatile("svc #0" ::: "lr", "memory"); }

// Where in the log the text is found, after `from`; null if nowhere.
const char* find(const char* log, const char* text) {
  const std::size_t size = SimpleString::StrLen(text);
  for (; *log != '\0'; ++log) {
    if (SimpleString::StrNCmp(log, text, size) == 0) return log;
  }
  return nullptr;
}

}  // namespace

TEST_GROUP(Faults){void setup() override{(void)fakes::take_log();
}

// Runs it, and gives the report.
const char* report(void (*body)(void*), void* context = nullptr) {
  CHECK_TRUE(run_guarded(body, context));
  LONGS_EQUAL(0, sync::preempt_count());
  CHECK_FALSE(arch::irqs_disabled());
  return fakes::take_log();
}
void must_have(const char* log, const char* text) {
  if (find(log, text) == nullptr) FAIL(StringFromFormat("no \"%s\" in:\n%s", text, log).asCharString());
}
}
;

TEST(Faults, no_fault_no_report) {
  CHECK_FALSE(run_guarded([](void* p) { ++*static_cast<int*>(p); }, &some_data));
  STRCMP_EQUAL("", fakes::take_log());
}

TEST(Faults, null_dereference) {
  const char* log = report(null_write);
  must_have(log, "null pointer dereference: write to 00000000");
  must_have(log, "DFSR 00000805: section translation, write; DFAR 00000000");
  must_have(report(null_read), "null pointer dereference: read from 00000000");
}

TEST(Faults, the_backtrace_names_every_caller_in_order) {
  const char* at = report(null_write);
  for (const char* name : {"Call trace:", "fault_test_inner+", "fault_test_middle+", "fault_test_outer+",
                           "null_write+", "mink_call_guarded+", "run_guarded+", "kernel_main+"}) {
    const char* found = find(at, name);
    if (found == nullptr) FAIL(StringFromFormat("no \"%s\" in:\n%s", name, at).asCharString());
    at = found;
  }
}

TEST(Faults, write_to_text) {
  const std::uint32_t before = *reinterpret_cast<volatile std::uint32_t*>(__text_start);
  const char* log = report(text_write);
  must_have(log, "write to read-only text at");
  must_have(log, "page permission, write, domain 0");
  LONGS_EQUAL(before, *reinterpret_cast<volatile std::uint32_t*>(__text_start));
  must_have(report(rodata_write), "write to read-only data at");
}

TEST(Faults, execute_data) {
  const char* log = report(call_address, some_data);
  must_have(log, "execution of never-execute data at");
  must_have(log, "page permission, instruction fetch");
  must_have(log, "call_address+");
}

TEST(Faults, call_through_null) {
  const char* log = report(call_address, nullptr);
  must_have(log, "call through a null pointer to 00000000");
  must_have(log, "call_address+");
}

TEST(Faults, unmapped_undefined_unaligned_svc) {
  must_have(report(unmapped_read), "read from unmapped address b0001000");
  must_have(report(undefined), "undefined instruction e7f000f0 at");
  must_have(report(crooked), "unaligned read from");
  must_have(report(svc), "supervisor call that nobody serves");
}

TEST(Faults, stack_overflow_is_caught_by_the_guard_and_survived) {
  const char* log = report(stack_overflow);
  must_have(log, "stack overflow: access to the guard at");
  must_have(log, "overflow_main_stack+");
}

// Recovery returns with interrupts on: the first of them must not find SP still in the guard.
TEST(Faults, an_interrupt_right_after_a_stack_overflow_finds_a_stack) {
  static volatile unsigned calls;
  calls = 0;
  const unsigned irq = board::self_interrupt().irq;
  const irq_handler_t handler = [](int, void*) {
    board::self_interrupt().lower();
    calls = calls + 1;
    return IRQ_HANDLED;
  };
  LONGS_EQUAL(0, request_irq(irq, handler, 0, "overflow", nullptr));
  arm::set_exception_hook(arm::ExceptionKind::DataAbort, [](arm::ExceptionFrame&) {
    board::self_interrupt().raise();  // pending until the abort returns
    return false;
  });
  const bool faulted = run_guarded(stack_overflow, nullptr);
  arm::set_exception_hook(arm::ExceptionKind::DataAbort, nullptr);
  free_irq(irq, nullptr);
  CHECK_TRUE(faulted);
  CHECK_EQUAL(1u, calls);
}

TEST(Faults, guards_nest) {
  CHECK_FALSE(arm::guarded());
  const auto outer = [](void*) {
    sink = run_guarded(null_read, nullptr) ? 100 : 0;
    null_write(nullptr);
    sink = 0;
  };
  CHECK_TRUE(run_guarded(outer, nullptr));
  LONGS_EQUAL(100, sink);
  CHECK_FALSE(arm::guarded());
}

TEST(Faults, callee_saved_registers_survive) {
  std::uint32_t a = 1, b = 2, c = 3, d = 4, e = 5, f = 6;
  asm volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f));
  const bool faulted = run_guarded(null_write, nullptr);
  asm volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f));
  CHECK_TRUE(faulted);
  LONGS_EQUAL(123456, a * 100000 + b * 10000 + c * 1000 + d * 100 + e * 10 + f);
}

TEST(Faults, with_preemption_or_interrupts_off_it_panics) {
  const char* message = fakes::panic_of([] {
    (void)run_guarded(
        [](void*) {
          sync::preempt_disable();
          null_write(nullptr);
        },
        nullptr);
  });
  CHECK(message != nullptr);
  message = fakes::panic_of([] {
    (void)run_guarded(
        [](void*) {
          const IrqGuard off;
          null_write(nullptr);
        },
        nullptr);
  });
  CHECK(message != nullptr);
}

TEST(Faults, a_panic_that_leaves_a_guard_leaves_none_behind) {
  const char* const first = fakes::panic_of([] { (void)run_guarded([](void*) { panic("left"); }, nullptr); });
  STRCMP_EQUAL("left", first);
  CHECK_FALSE(arm::guarded());  // else the next fault would go back to a dead call
}

TEST(Faults, in_an_interrupt_it_panics_though_the_thread_was_guarded) {
  const kernel::TickHook before = kernel::set_tick_hook([] { null_write(nullptr); });
  const char* const message = fakes::panic_of([] {
    (void)run_guarded(
        [](void*) {
          for (;;) wait_for_interrupt();
        },
        nullptr);
  });
  (void)kernel::set_tick_hook(before);
  CHECK(message != nullptr);
  must_have(fakes::take_log(), "null pointer dereference: write to 00000000");
}

TEST_GROUP(ProbeWord){};

TEST(ProbeWord, reads_memory_and_refuses_all_else) {
  using arm::probe_word;
  std::uint32_t word = 0;
  CHECK(probe_word(virt_of(some_data), word));
  LONGS_EQUAL(0xe12fff1e, word);
  CHECK(probe_word(virt_of(__text_start), word));
  CHECK_FALSE(probe_word(virt_of(some_data) + 1, word));
  CHECK_FALSE(probe_word(VirtAddr{0}, word));
  CHECK_FALSE(probe_word(VirtAddr{0xb0001000}, word));
  CHECK_FALSE(probe_word(VirtAddr{0xff000000}, word));  // device registers
  for (const arm::Stack& s : arm::fixed_stacks()) {
    CHECK_FALSE(probe_word(s.guard, word));
    CHECK(probe_word(s.low, word));
  }
}

TEST_GROUP(Backtrace){};

namespace {

struct Trace {
  VirtAddr pc[32];
  unsigned count = 0;
};
void collect(VirtAddr pc, VirtAddr, void* context) {
  auto* trace = static_cast<Trace*>(context);
  trace->pc[trace->count++] = pc;
}

}  // namespace

TEST(Backtrace, begins_with_the_caller_and_keeps_the_limit) {
  Trace trace;
  backtrace(collect, &trace, 3);
  LONGS_EQUAL(3, trace.count);
  trace.count = 0;
  backtrace(collect, &trace, 32);
  CHECK(trace.count > 5);
}

TEST(Backtrace, passes_through_an_exception_frame) {
  static constinit Trace trace;
  trace.count = 0;
  const auto old = arm::set_exception_hook(arm::ExceptionKind::Undefined, [](arm::ExceptionFrame& frame) {
    backtrace(collect, &trace, 32);
    frame.pc += 4;
    return true;
  });
  std::uint32_t here;
  asm volatile("mov %0, pc\n\tudf #0" : "=r"(here));  // PC reads two instructions ahead: behind the UDF
  (void)arm::set_exception_hook(arm::ExceptionKind::Undefined, old);
  bool found = false;
  for (unsigned i = 0; i < trace.count; ++i) found = found || trace.pc[i].raw() == here - 4;
  CHECK_TRUE(found);
  CHECK(trace.count > 6);
}
