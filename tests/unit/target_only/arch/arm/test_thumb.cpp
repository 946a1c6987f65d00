// SPDX-License-Identifier: MIT
// Thumb code meets what knows addresses of code: faults, interrupts, threads, the backtrace, names. This file is built in
// Thumb (tests/CMakeLists.txt), as the cold part of mm/ is.
#include <CppUTest/TestHarness.h>

#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/mempool.h>
#include <linux/slab.h>
#include <arch/cpu.hpp>
#include <arch/irq.hpp>
#include <arch_arm/exception.hpp>
#include <base/assert.hpp>
#include <base/symbols.hpp>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <kernel/tick.hpp>
#include <lib/vsnprintf.hpp>
#include <mm/gfp_names.hpp>
#include <mm/mempool.hpp>

#include "fakes/log.hpp"

#if !defined(__thumb__) && !defined(__clang__)  // the static checks read it as ARM code
#error "this file is about Thumb"
#endif

using namespace mink;
using namespace mink::arch;

namespace {

constinit volatile unsigned sink = 0, ticks = 0;
char* const kNowhere = reinterpret_cast<char*>(0xb0001000);

template <class F>
std::uint32_t bits_of(F* function) {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(function));
}

// Calls that the compiler neither inlines nor turns into jumps.
[[gnu::__noinline__]] void thumb_write(void* where) {
  *static_cast<volatile std::uint32_t*>(where) = 1;
  sink = sink + 1;
}
[[gnu::__noinline__]] void thumb_middle(void* where) {
  thumb_write(where);
  sink = sink + 1;
}
[[gnu::target("arm"), gnu::__noinline__]] void arm_middle(void* where) {
  thumb_middle(where);
  sink = sink + 1;
}
[[gnu::__noinline__]] void thumb_outer(void* where) {
  arm_middle(where);
  sink = sink + 1;
}
[[gnu::__noinline__]] void thumb_undefined(void*) {
  asm volatile(".short 0xde00");  // UDF #0
  sink = sink + 1;
}
[[gnu::__noinline__]] void thumb_svc(void*) { asm volatile("svc #0" ::: "lr", "memory"); }

constinit const void* kept_caller = nullptr;
[[gnu::target("arm"), gnu::__noinline__]] void arm_keeps_caller() { kept_caller = MINK_CALLER(); }
[[noreturn, gnu::target("arm"), gnu::__noinline__]] void arm_panics() {
  kept_caller = MINK_CALLER();
  panic("for Thumb");
}
[[gnu::__noinline__]] void thumb_asks() {
  arm_keeps_caller();
  sink = sink + 1;
}
// Its call is its last instruction.
[[gnu::__noinline__]] void thumb_ends_in_a_call() { arm_panics(); }

struct Trace {
  VirtAddr pc[32];
  unsigned count;
};
constinit Trace trace{};

[[gnu::__noinline__]] void note_trace() {
  if (trace.count != 0) return;
  backtrace([](VirtAddr pc, VirtAddr, void*) { trace.pc[trace.count++] = pc; }, nullptr, 32);
  sink = sink + 1;  // no jump
}

[[gnu::__noinline__]] void thumb_interrupted() {
  while (*const_cast<volatile unsigned*>(&trace.count) == 0) {
  }
  sink = sink + 1;
}

// Are functions of these names, innermost first, in the trace?
void must_be_in_trace(std::initializer_list<const char*> names) {
  unsigned at = 0;
  for (const char* name : names) {
    Symbol symbol{};
    do {
      if (at == trace.count) FAIL(StringFromFormat("no %s in the trace", name).asCharString());
      LONGS_EQUAL(0, trace.pc[at].raw() & 1);
      (void)symbol_lookup(trace.pc[at++].raw(), symbol);
    } while (symbol.name == nullptr || std::strstr(symbol.name, name) == nullptr);
  }
}

// Work that lives in registers, with the flags of each step in use in the next; until `more` interrupts have come, or `steps`
// are done.
struct Work {
  std::uint32_t steps, result;
};
[[gnu::__noinline__]] Work thumb_work(unsigned more, std::uint32_t steps) {
  const unsigned until = ticks + more;
  std::uint32_t a = 1, b = 2, c = 3, d = 4, done = 0;
  do {
    a = a * 1664525 + 1013904223;
    b = a > b ? b + c : b ^ a;
    c = (c << 7 | c >> 25) + b;
    d += c < a ? a : c;
    ++done;
  } while (steps != 0 ? done != steps : ticks != until);
  return {done, a ^ b ^ c ^ d};
}

}  // namespace

TEST_GROUP(Thumb) {
  void setup() override { (void)fakes::take_log(); }
  void teardown() override {
    if (hook_before != nullptr) (void)kernel::set_tick_hook(hook_before);
  }

  kernel::TickHook hook_before = nullptr;
  void on_ticks(kernel::TickHook hook) { hook_before = kernel::set_tick_hook(hook); }

  const char* report(void (*body)(void*), void* context = nullptr) {
    CHECK_TRUE(run_guarded(body, context));
    return fakes::take_log();
  }
  void must_have(const char* log, const char* text) {
    if (std::strstr(log, text) == nullptr)
      FAIL(StringFromFormat("no \"%s\" in:\n%s", text, log).asCharString());
  }
};

TEST(Thumb, an_abort_is_reported_and_survived) {
  const char* const log = report(thumb_write, kNowhere);
  must_have(log, "write to unmapped address b0001000");
  must_have(log, "thumb_write+");
  must_have(log, "SVC mode, Thumb,");
  must_have(log, "Code: ");
  LONGS_EQUAL(4, std::strchr(std::strchr(log, '('), ')') - std::strchr(log, '(') - 1);
}

TEST(Thumb, the_backtrace_passes_between_the_states) {
  const char* at = report([](void* where) { thumb_outer(where); }, kNowhere);
  for (const char* name : {"Call trace:", "thumb_write+", "thumb_middle+", "arm_middle+", "thumb_outer+",
                           "mink_call_guarded+", "run_guarded+", "kernel_main+"}) {
    const char* const found = std::strstr(at, name);
    if (found == nullptr) FAIL(StringFromFormat("no \"%s\" in:\n%s", name, at).asCharString());
    at = found;
  }
}

TEST(Thumb, an_undefined_instruction_is_the_one_that_is_named) {
  const char* const log = report(thumb_undefined);
  must_have(log, "undefined instruction de00 at");
  must_have(log, "(de00)");
  must_have(report(thumb_svc), "supervisor call that nobody serves");
}

TEST(Thumb, an_exception_returns_to_thumb) {
  const auto old = arm::set_exception_hook(arm::ExceptionKind::Undefined, [](arm::ExceptionFrame& frame) {
    CHECK(frame.thumb());
    frame.pc += 2;
    return true;
  });
  const unsigned before = sink;
  CHECK_FALSE(run_guarded(thumb_undefined, nullptr));
  (void)arm::set_exception_hook(arm::ExceptionKind::Undefined, old);
  LONGS_EQUAL(before + 1, sink);
}

TEST(Thumb, a_fault_inside_mm_is_named) {
  CHECK((bits_of(&mm::parse_gfp) & 1) != 0);
  const auto parse = [](void* text) {
    gfp_t flags;
    const char* wrong;
    sink = mm::parse_gfp(static_cast<const char*>(text), flags, wrong);
  };
  const char* const log = report(parse, kNowhere);
  must_have(log, "read from unmapped address b0001000");
  must_have(log, "mink::mm::parse_gfp+");
  must_have(std::strstr(log, "mink::mm::parse_gfp+"), "run_guarded+");
}

TEST(Thumb, the_backtrace_passes_through_mm) {
  mempool_t* const pool = mempool_create_kmalloc_pool(1, 64);
  CHECK(pool != nullptr);
  CHECK((bits_of(&mm::visit_mempools) & 1) != 0);
  trace.count = 0;
  mm::visit_mempools([](const mempool_t&, void*) { note_trace(); }, nullptr);
  mempool_destroy(pool);
  must_be_in_trace({"note_trace", "mink::mm::visit_mempools", "testBody", "kernel_main"});
}

TEST(Thumb, registers_and_flags_survive_interrupts) {
  on_ticks([] { ticks = ticks + 1; });
  const Work interrupted = thumb_work(5, 0);
  LONGS_EQUAL(interrupted.result, thumb_work(0, interrupted.steps).result);
}

TEST(Thumb, the_backtrace_passes_from_a_handler_to_interrupted_thumb) {
  trace.count = 0;
  on_ticks(note_trace);
  thumb_interrupted();
  must_be_in_trace({"note_trace", "mink_vector_irq", "thumb_interrupted", "testBody"});
}

TEST(Thumb, a_thread_starts_and_is_switched_in_thumb) {
  task_struct* const thread = kthread_run(
      [](void*) -> int {
        while (!kthread_should_stop()) sink = sink + 1;
        return 7;
      },
      nullptr, "thumb");
  CHECK(thread != nullptr);
  const unsigned before = sink;
  while (sink == before) msleep(10);
  LONGS_EQUAL(7, kthread_stop(thread));
}

TEST(Thumb, an_assertion_panics) {
  const char* const message = fakes::panic_of([] { MINK_ASSERT(sink == sink + 1); });
  CHECK(message != nullptr);
  must_have(message, "assertion failed");
}

TEST(Thumb, addresses_of_functions_and_callers_have_names) {
  char text[80];
  CHECK((bits_of(&thumb_asks) & 1) != 0);
  format_to(text, sizeof text, "%pS", reinterpret_cast<const void*>(&thumb_asks));
  must_have(text, "thumb_asks+0x0/");
  thumb_asks();
  CHECK((reinterpret_cast<std::uintptr_t>(kept_caller) & 1) != 0);
  format_to(text, sizeof text, "%ps", kept_caller);
  must_have(text, "thumb_asks");
  CHECK(fakes::panic_of(thumb_ends_in_a_call) != nullptr);
  format_to(text, sizeof text, "%pB", kept_caller);
  must_have(text, "thumb_ends_in_a_call+");
  Symbol symbol;
  CHECK(symbol_lookup(bits_of(&thumb_asks), symbol));
  LONGS_EQUAL(0, symbol.offset);
  format_to(text, sizeof text, "%pB",
            reinterpret_cast<const void*>(bits_of(&thumb_asks) + symbol.size));  // behind its end
  must_have(text, "thumb_asks+");
}
