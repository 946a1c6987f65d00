// SPDX-License-Identifier: MIT
// An exception between LDREX and STREX must make the STREX fail. Memory that went A -> B -> A meanwhile looks
// untouched: without the CLREX of the exception return the STREX succeeds, and a lock-free pop has lost an
// object.
#include <CppUTest/TestHarness.h>

#include <linux/jiffies.h>
#include <arch/irq.hpp>
#include <arch_arm/exception.hpp>
#include <cstdint>

using namespace mink::arch;
using namespace mink::arch::arm;

namespace {

constinit volatile std::uint32_t word = 0;
constinit unsigned seen = 0;

// A -> B -> A behind the back of the interrupted code, with plain stores: these do not clear the monitor.
void aba() {
  const std::uint32_t a = word;
  word = a + 1;
  word = a;
  ++seen;
}

bool on_svc(ExceptionFrame&) {
  aba();
  return true;
}
bool on_undefined(ExceptionFrame& frame) {
  aba();
  frame.pc += 4;
  return true;
}
bool on_data_abort(ExceptionFrame& frame) {
  aba();
  frame.pc += 4;
  return true;
}

class Hook {
 public:
  Hook(ExceptionKind kind, ExceptionHook hook) : kind_{kind}, old_{set_exception_hook(kind, hook)} {}
  ~Hook() { (void)set_exception_hook(kind_, old_); }
  Hook(const Hook&) = delete;
  Hook& operator=(const Hook&) = delete;

 private:
  ExceptionKind kind_;
  ExceptionHook old_;
};

}  // namespace

TEST_GROUP(Exclusive){void setup() override{word = 7;
seen = 0;
}
}
;

// 0: stored, 1: refused.
#define STREX_AFTER(between)                                           \
  ({                                                                   \
    std::uint32_t value, refused;                                      \
    asm volatile("ldrex %0, [%2]\n\t" between "\n\tstrex %1, %0, [%2]" \
                 : "=&r"(value), "=&r"(refused)                        \
                 : "r"(&word)                                          \
                 : "lr", "memory", "cc");                              \
    refused;                                                           \
  })

TEST(Exclusive, succeeds_when_nothing_comes_between) { LONGS_EQUAL(0, STREX_AFTER("nop")); }

TEST(Exclusive, a_supervisor_call_between_makes_it_fail) {
  const Hook hook{ExceptionKind::SupervisorCall, on_svc};
  LONGS_EQUAL(1, STREX_AFTER("svc #0"));
  LONGS_EQUAL(1, seen);
}

TEST(Exclusive, an_undefined_instruction_between_makes_it_fail) {
  const Hook hook{ExceptionKind::Undefined, on_undefined};
  LONGS_EQUAL(1, STREX_AFTER("udf #0"));
  LONGS_EQUAL(1, seen);
}

TEST(Exclusive, a_data_abort_between_makes_it_fail) {
  const Hook hook{ExceptionKind::DataAbort, on_data_abort};
  LONGS_EQUAL(1, STREX_AFTER("mov %1, #0\n\tldr %1, [%1]"));
  LONGS_EQUAL(1, seen);
}

TEST(Exclusive, a_timer_interrupt_between_makes_it_fail) {
  const unsigned long before = jiffies;
  std::uint32_t refused = 0;
  CHECK_FALSE(irqs_disabled());
  // The pair closes around the wait until the tick has been served in between.
  std::uint32_t value, now;
  asm volatile(
      "ldrex %0, [%3]\n"
      "1: ldr %2, [%4]\n"
      "cmp %2, %5\n"
      "beq 1b\n"
      "strex %1, %0, [%3]"
      : "=&r"(value), "=&r"(refused), "=&r"(now)
      : "r"(&word), "r"(&jiffies), "r"(before)
      : "memory", "cc");
  LONGS_EQUAL(1, refused);
}
